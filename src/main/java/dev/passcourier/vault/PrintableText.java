package dev.passcourier.vault;

import static dev.passcourier.vault.Pkcs1Block.ifAtLeast;

/**
 * Tells a secret from rubble. A block opened with a wrong key has a tiny chance of a valid padding; it practically never
 * is well-formed UTF-8 without control characters too.
 *
 * <p>Like {@link Pkcs1Block} in the same steps whatever the bytes are: characters are read as RFC 3629 has them, by masks.
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
        int allowed = linesAllowed ? -1 : 0;
        int bad = 0;
        int codePoint = 0;
        int least = 0;
        int left = 0;
        for (byte octet : utf8) {
            int value = octet & 0xFF;
            int one = ~ifAtLeast(value, 0x80);
            int two = ifWithin(value, 0xC2, 0xDF);
            int three = ifWithin(value, 0xE0, 0xEF);
            int four = ifWithin(value, 0xF0, 0xF4);
            int follows = ifAtLeast(left, 1);
            bad |= follows & ~ifWithin(value, 0x80, 0xBF);
            bad |= ~follows & ~(one | two | three | four);
            int first = value & (one & 0x7F | two & 0x1F | three & 0x0F | four & 0x07);
            codePoint = follows & (codePoint << 6 | value & 0x3F) | ~follows & first;
            least = follows & least | ~follows & (two & 0x80 | three & 0x800 | four & 0x10000);
            left = follows & (left - 1) | ~follows & (two & 1 | three & 2 | four & 3);
            bad |= ~ifAtLeast(left, 1) & (~ifAtLeast(codePoint, least) | ifUnfit(codePoint, allowed));
        }
        return (bad | ifAtLeast(left, 1)) == 0;
    }

    /** All ones for what is no character, or none that prints on one line. */
    private static int ifUnfit(int codePoint, int linesAllowed) {
        int control = ~ifAtLeast(codePoint, 0x20) | ifWithin(codePoint, 0x7F, 0x9F);
        int line = ifWithin(codePoint, '\t', '\n') | ifWithin(codePoint, '\r', '\r');
        return control & ~(line & linesAllowed)
                | ifWithin(codePoint, 0x2028, 0x2029)
                | ifWithin(codePoint, Character.MIN_SURROGATE, Character.MAX_SURROGATE)
                | ifAtLeast(codePoint & 0xFFFE, 0xFFFE)
                | ifAtLeast(codePoint, Character.MAX_CODE_POINT + 1);
    }

    private static int ifWithin(int value, int from, int to) {
        return ifAtLeast(value, from) & ~ifAtLeast(value, to + 1);
    }
}
