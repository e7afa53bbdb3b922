package dev.passcourier.vault;

import dev.passcourier.vault.VaultException.Code;
import java.util.Arrays;
import java.util.Base64;

/** The base64 of a ciphertext, read strictly. Some clouds wrap the lines; anything else that is foreign is refused. */
final class Ciphertext {

    /** RSA with 16384 bits, as base64 with line breaks, and then some. */
    private static final int LONGEST = 4096;

    private Ciphertext() {}

    /** Drops ASCII white space and decodes canonical base64. */
    static byte[] decode(byte[] base64) throws VaultException {
        if (base64.length > LONGEST) {
            throw new VaultException(Code.WRONG_KEY);
        }
        byte[] compact = withoutWhiteSpace(base64);
        try {
            byte[] decoded = Base64.getDecoder().decode(compact);
            // The decoder lets missing padding and stray low bits pass; only one spelling is right.
            if (decoded.length > 0 && Arrays.equals(Base64.getEncoder().encode(decoded), compact)) {
                return decoded;
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one answer for everything malformed.
        }
        throw new VaultException(Code.WRONG_KEY);
    }

    private static byte[] withoutWhiteSpace(byte[] text) {
        byte[] kept = new byte[text.length];
        int length = 0;
        for (byte b : text) {
            if (b != ' ' && (b < '\t' || b > '\r')) {
                kept[length++] = b;
            }
        }
        return Arrays.copyOf(kept, length);
    }
}
