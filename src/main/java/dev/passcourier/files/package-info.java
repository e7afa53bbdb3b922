/** Files that are there whole or not at all, also after a power failure; and text as people leave it in files. */
@NullMarked
package dev.passcourier.files;

import org.jspecify.annotations.NullMarked;
