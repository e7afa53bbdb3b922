/** Checks whether everything is there that the service needs, stops it from taking work if not, and tells people. */
@NullMarked
package dev.passcourier.health;

import org.jspecify.annotations.NullMarked;
