package dev.passcourier.fetch;

import dev.passcourier.ledger.Ledger;
import dev.passcourier.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses a ciphertext that was seen for another instance before: on clouds where the guest itself posts its "encrypted
 * password", a guest could post another machine's and have us decrypt it.
 */
final class TransplantGuard {

    private static final Logger LOG = LoggerFactory.getLogger(TransplantGuard.class);

    private final Ledger ledger;

    TransplantGuard(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Checks who had the ciphertext first. Two accounts may see the same instance of one cloud.
     *
     * @param sequence of the audit record that names the fingerprint and this instance
     * @throws VaultException if it was another instance
     */
    void check(long sequence, String fingerprint, String provider, String instance) throws VaultException {
        ledger.awaitApplied(sequence);
        boolean own = ledger.owner(fingerprint)
                .map(first ->
                        first.provider().equals(provider) && first.instance().equals(instance))
                .orElse(false);
        if (!own) {
            LOG.error("TRANSPLANTED {}: the ciphertext of {} was another instance's first", provider, instance);
            throw new VaultException(VaultException.Code.TRANSPLANTED);
        }
    }
}
