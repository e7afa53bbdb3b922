/** Traces: how one request went from the message that asked, over the queues, to its delivery. */
@NullMarked
package dev.passcourier.trace;

import org.jspecify.annotations.NullMarked;
