/** What lies in the outboxes: results, notices and reports, their messages, and the destinations that take none any more. */
@NullMarked
package dev.passcourier.outbox;

import org.jspecify.annotations.NullMarked;
