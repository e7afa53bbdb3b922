/** The entry point, and below it the rooms of the house. {@code RoomsTest} says which room may know which. */
@NullMarked
package dev.passcourier;

import org.jspecify.annotations.NullMarked;
