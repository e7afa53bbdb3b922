/** The one retry table of the product. */
@NullMarked
package dev.passcourier.retry;

import org.jspecify.annotations.NullMarked;
