/** Lets go of what has come to its end and is older than the settings keep it. */
@NullMarked
package dev.passcourier.retention;

import org.jspecify.annotations.NullMarked;
