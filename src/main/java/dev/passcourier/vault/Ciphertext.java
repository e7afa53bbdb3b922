package dev.passcourier.vault;

import dev.passcourier.vault.VaultException.Code;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The text that a cloud hands out as an encrypted password, up to where a private key would be used. What is wrong with
 * its form or length may be told: whoever posted it can see that, and keys' lengths are public.
 *
 * <p>Guests' scripts write base64 in one line or many, also with {@code \n} as two characters or in quotes; base64url;
 * with padding or without; or hex. All texts of one ciphertext mean the same bytes, which is what its fingerprint is of.
 */
final class Ciphertext {

    private static final int SHORTEST_MODULUS = 64;

    /** Bytes of the moduli of usual keys: what has such a length may be whole, and belong to a key that is not there. */
    private static final Set<Integer> USUAL_MODULI = Set.of(128, 256, 384, 512, 1024);

    private Ciphertext() {}

    /**
     * The bytes.
     *
     * @param text may turn out to be a password in clear; it is not kept
     * @throws VaultException with {@link Code#NOT_ENCRYPTED} or {@link Code#CIPHERTEXT_DAMAGED}
     */
    static byte[] decode(byte[] text) throws VaultException {
        byte[] digits = digits(text);
        try {
            if (digits.length * 6 / 8 < SHORTEST_MODULUS) {
                throw new VaultException(Code.NOT_ENCRYPTED);
            }
            return isHex(digits) ? fromHex(digits) : fromBase64(digits);
        } finally {
            Arrays.fill(digits, (byte) 0);
        }
    }

    /**
     * Refuses what no key can have made.
     *
     * @throws VaultException with {@link Code#CIPHERTEXT_DAMAGED}
     */
    static void demandWhole(byte[] ciphertext, List<HeldKey> candidates) throws VaultException {
        boolean fits = USUAL_MODULI.contains(ciphertext.length)
                || candidates.stream().anyMatch(key -> key.modulusLength() == ciphertext.length);
        if (!fits) {
            throw new VaultException(Code.CIPHERTEXT_DAMAGED);
        }
    }

    /** The text's digits in the alphabet of base64, without padding. */
    private static byte[] digits(byte[] text) throws VaultException {
        byte[] kept = new byte[text.length];
        int length = 0;
        for (int at = 0; at < text.length; at++) {
            byte b = text[at];
            boolean isEscape = b == '\\' && at + 1 < text.length && (text[at + 1] == 'n' || text[at + 1] == 'r');
            if (isEscape) {
                at++;
            } else if (b != ' ' && (b < '\t' || b > '\r') && b != '"' && b != '\'') {
                kept[length++] = b == '-' ? (byte) '+' : b == '_' ? (byte) '/' : b;
            }
        }
        while (length > 0 && kept[length - 1] == '=') {
            length--;
        }
        byte[] digits = Arrays.copyOf(kept, length);
        Arrays.fill(kept, (byte) 0);
        for (byte b : digits) {
            if (!isDigit(b) && b != '=') {
                Arrays.fill(digits, (byte) 0);
                throw new VaultException(Code.NOT_ENCRYPTED);
            }
        }
        return digits;
    }

    private static boolean isDigit(byte b) {
        return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '+' || b == '/';
    }

    /** That so long a text of base64 has none but these digits does not happen. */
    private static boolean isHex(byte[] digits) {
        boolean hasNumber = false;
        for (byte b : digits) {
            if (Character.digit(b, 16) < 0) {
                return false;
            }
            hasNumber |= b <= '9';
        }
        return hasNumber && digits.length % 2 == 0;
    }

    private static byte[] fromHex(byte[] digits) {
        byte[] bytes = new byte[digits.length / 2];
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = (byte) (Character.digit(digits[2 * at], 16) << 4 | Character.digit(digits[2 * at + 1], 16));
        }
        return bytes;
    }

    private static byte[] fromBase64(byte[] digits) throws VaultException {
        try {
            byte[] bytes = Base64.getDecoder().decode(digits);
            if (Arrays.equals(Base64.getEncoder().withoutPadding().encode(bytes), digits)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // A digit alone at the end, or padding inside: cut, or put together of pieces.
        }
        throw new VaultException(Code.CIPHERTEXT_DAMAGED);
    }
}
