/** Tries out everything that the settings name, and says what it found. */
@NullMarked
package dev.passcourier.doctor;

import org.jspecify.annotations.NullMarked;
