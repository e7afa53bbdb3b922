package dev.passcourier.vault;

import java.util.List;

/** A password as a cloud handed it out, not opened yet. Whoever makes one hands its bytes over to the vault. */
public sealed interface LockedSecret {

    /**
     * Encrypted to the key pair's RSA key with PKCS#1 v1.5, as base64.
     *
     * @param base64 the cloud's text; {@link Ciphertext} says in which forms
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Encrypted(byte[] base64) implements LockedSecret {
        @Override
        public String toString() {
            return "Encrypted";
        }
    }

    /**
     * In clear inside an unparsed JSON body. The vault reads it with a streaming parser and wipes the body.
     *
     * @param body     the reply's body
     * @param pointers where the secret is, as lists of member names; the first that is there is taken
     */
    @SuppressWarnings("ArrayRecordComponent")
    record InClear(byte[] body, List<List<String>> pointers) implements LockedSecret {
        @Override
        public String toString() {
            return "InClear";
        }
    }
}
