/** Orders to a running service on a socket of its machine: who may send them, what they look like, who carries them out. */
@NullMarked
package dev.passcourier.control;

import org.jspecify.annotations.NullMarked;
