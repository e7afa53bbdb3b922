/** The command line. */
@NullMarked
package dev.passcourier.cli;

import org.jspecify.annotations.NullMarked;
