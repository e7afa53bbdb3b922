package dev.passcourier.vault;

/**
 * A result that is signed and not yet sealed. Lives inside one call of the vault.
 *
 * @param facts      what the result says beside its secret
 * @param kind       what the secret is
 * @param deliveryId the delivery
 * @param alias      the destination
 * @param secret     the secret itself, on loan
 * @param signed     compact JWS of the whole result, on loan
 */
record SignedParcel(
        ResultFacts facts, String kind, String deliveryId, String alias, SecretBytes secret, SecretBytes signed) {

    /** Names the delivery only. */
    @Override
    public String toString() {
        return "SignedParcel[" + deliveryId + "]";
    }
}
