/** Failed and quarantined work: looked at, and returned to where it came from. */
@NullMarked
package dev.passcourier.redrive;

import org.jspecify.annotations.NullMarked;
