/** SQL projection of the audit trail: requests, deliveries, batches, ciphertext fingerprints. */
@NullMarked
package dev.passcourier.ledger;

import org.jspecify.annotations.NullMarked;
