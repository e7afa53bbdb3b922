/** The demo: a rehearsal of the whole service against the sandbox, which shows itself and checks itself. */
@NullMarked
package dev.passcourier.demo;

import org.jspecify.annotations.NullMarked;
