package dev.passcourier.request;

/** Checks the signatures of signed requests. */
public interface Signatures {

    /**
     * Checks a compact JWS (RFC 7515) against the configured signers.
     *
     * @param compact what claims to be one
     * @throws RequestException {@code SIGNATURE_INVALID} or {@code SIGNER_UNKNOWN}
     */
    Signed verify(String compact) throws RequestException;

    /**
     * What was signed.
     *
     * @param signer  configured name of the signer
     * @param payload the signed bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Signed(String signer, byte[] payload) {}
}
