/** Tells where requests, batches and schedules are: the order {@code status}, answered by a running service or without one. */
@NullMarked
package dev.passcourier.status;

import org.jspecify.annotations.NullMarked;
