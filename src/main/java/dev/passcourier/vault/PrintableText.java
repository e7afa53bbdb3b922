package dev.passcourier.vault;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Tells a secret from rubble. A block opened with a wrong key has a tiny chance of a valid padding; it practically never
 * is well-formed UTF-8 without control characters too.
 */
final class PrintableText {

    private PrintableText() {}

    /** Whether the bytes are UTF-8 on one line: no control characters, line separators or noncharacters. */
    static boolean isOneLine(byte[] utf8) {
        return every(utf8, false);
    }

    /** The same with line breaks and tabs allowed, as private keys have them. */
    static boolean isLines(byte[] utf8) {
        return every(utf8, true);
    }

    private static boolean every(byte[] utf8, boolean linesAllowed) {
        char[] chars = new char[utf8.length];
        try {
            CharBuffer decoded = CharBuffer.wrap(chars);
            boolean wellFormed = decode(utf8, decoded);
            decoded.flip();
            return wellFormed && decoded.codePoints().allMatch(codePoint -> isPrintable(codePoint, linesAllowed));
        } finally {
            Arrays.fill(chars, '\0');
        }
    }

    private static boolean decode(byte[] utf8, CharBuffer into) {
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        return !decoder.decode(ByteBuffer.wrap(utf8), into, true).isError();
    }

    private static boolean isPrintable(int codePoint, boolean linesAllowed) {
        if (linesAllowed && (codePoint == '\n' || codePoint == '\r' || codePoint == '\t')) {
            return true;
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> (codePoint & 0xFFFE) != 0xFFFE;
        };
    }
}
