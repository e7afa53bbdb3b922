/** Fuzzing: what every {@code *FuzzTest} demands of an error, and the campaign that fuzzes one after the other. */
@NullMarked
package dev.passcourier.fuzz;

import org.jspecify.annotations.NullMarked;
