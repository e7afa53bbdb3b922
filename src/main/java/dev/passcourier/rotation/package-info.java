/** The service's own keys are replaced while it runs, in steps that overlap and are on record. */
@NullMarked
package dev.passcourier.rotation;

import org.jspecify.annotations.NullMarked;
