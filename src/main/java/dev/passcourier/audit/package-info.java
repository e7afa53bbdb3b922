/** The append-only, hash-chained record of every act, synced before the act. */
@NullMarked
package dev.passcourier.audit;

import org.jspecify.annotations.NullMarked;
