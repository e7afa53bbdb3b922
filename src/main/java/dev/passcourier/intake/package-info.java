/** The intake stage: read, check, allow, hand on, or refuse; and the edges that feed it. */
@NullMarked
package dev.passcourier.intake;

import org.jspecify.annotations.NullMarked;
