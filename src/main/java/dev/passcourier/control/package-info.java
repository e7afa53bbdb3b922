/** A socket in the data directory by which commands talk to the running service: one line there, one line back. */
@NullMarked
package dev.passcourier.control;

import org.jspecify.annotations.NullMarked;
