/** The fetch stage: ask, decrypt, seal, hand on, or ask again later. */
@NullMarked
package dev.passcourier.fetch;

import org.jspecify.annotations.NullMarked;
