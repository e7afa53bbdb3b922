package dev.passcourier.vault;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Base64 as we accept it: ASCII white space is dropped, as files have their lines wrapped; anything else foreign, missing padding
 * and stray low bits are refused, so that every text has one meaning and every meaning one text.
 */
final class StrictBase64 {

    private StrictBase64() {}

    /** The decoded bytes, which the caller wipes if they are a secret; empty if the text is malformed. */
    static Optional<byte[]> decode(byte[] base64) {
        byte[] compact = withoutWhiteSpace(base64);
        try {
            byte[] decoded = Base64.getDecoder().decode(compact);
            byte[] again = Base64.getEncoder().encode(decoded);
            boolean canonical = Arrays.equals(again, compact);
            Arrays.fill(again, (byte) 0);
            return canonical ? Optional.of(decoded) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        } finally {
            Arrays.fill(compact, (byte) 0);
        }
    }

    private static byte[] withoutWhiteSpace(byte[] text) {
        byte[] kept = new byte[text.length];
        int length = 0;
        for (byte b : text) {
            if (b != ' ' && (b < '\t' || b > '\r')) {
                kept[length++] = b;
            }
        }
        byte[] exact = Arrays.copyOf(kept, length);
        Arrays.fill(kept, (byte) 0);
        return exact;
    }
}
