/** Files that are there whole or not at all, also after a power failure. */
@NullMarked
package dev.passcourier.files;

import org.jspecify.annotations.NullMarked;
