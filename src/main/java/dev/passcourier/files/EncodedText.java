package dev.passcourier.files;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Text as people's editors, shells and spreadsheets leave it in a file: UTF-8, also with a byte-order mark; UTF-16, as
 * Windows PowerShell's {@code >} writes it, with its mark or without; UTF-32 with its mark. Works on arrays, so that a
 * secret does not live on in a String.
 */
public final class EncodedText {

    private static final char MARK = '\uFEFF';

    private EncodedText() {}

    /** How text is encoded, by its mark or, without one, by where it has its NUL bytes. */
    public enum Encoding {
        /** UTF-8, or another encoding that has no mark. */
        UTF_8("UTF-8", StandardCharsets.UTF_8),
        /** UTF-8 that starts with EF BB BF. */
        UTF_8_MARKED("UTF-8 with a byte-order mark", StandardCharsets.UTF_8),
        /** UTF-16, the low byte first. */
        UTF_16_LE("UTF-16 text", StandardCharsets.UTF_16LE),
        /** UTF-16, the high byte first. */
        UTF_16_BE("UTF-16 text", StandardCharsets.UTF_16BE),
        /** UTF-32, the lowest byte first. */
        UTF_32_LE("UTF-32 text", Charset.forName("UTF-32LE")),
        /** UTF-32, the highest byte first. */
        UTF_32_BE("UTF-32 text", Charset.forName("UTF-32BE"));

        private final String words;
        private final Charset charset;

        Encoding(String words, Charset charset) {
            this.words = words;
            this.charset = charset;
        }

        /** What a message calls it. */
        public String words() {
            return words;
        }

        /** Whether it has two or four bytes for each character, so that nothing that expects ASCII can read it. */
        public boolean isWide() {
            return this != UTF_8 && this != UTF_8_MARKED;
        }

        /** How the bytes are encoded. Bytes that are no text are told as UTF-8. */
        public static Encoding of(byte[] content) {
            if (startsWith(content, 0xEF, 0xBB, 0xBF)) {
                return UTF_8_MARKED;
            }
            if (startsWith(content, 0xFF, 0xFE)) {
                return startsWith(content, 0xFF, 0xFE, 0, 0) ? UTF_32_LE : UTF_16_LE;
            }
            if (startsWith(content, 0xFE, 0xFF)) {
                return UTF_16_BE;
            }
            return startsWith(content, 0, 0, 0xFE, 0xFF) ? UTF_32_BE : withoutMark(content);
        }

        /**
         * UTF-16 of text that is ASCII for a quarter at least, its first character included, has NUL in every such
         * pair's one half and never in the other. ASCII with NULs at its end has them in both.
         */
        private static Encoding withoutMark(byte[] content) {
            if (content.length < 4 || content.length % 2 != 0 || (content[0] == 0) == (content[1] == 0)) {
                return UTF_8;
            }
            int even = 0;
            int odd = 0;
            for (int at = 0; at < content.length; at += 2) {
                even += content[at] == 0 ? 1 : 0;
                odd += content[at + 1] == 0 ? 1 : 0;
            }
            int least = content.length / 8;
            if (even == 0 && odd >= least) {
                return UTF_16_LE;
            }
            return odd == 0 && even >= least ? UTF_16_BE : UTF_8;
        }
    }

    /**
     * The same text in UTF-8, without marks at its start.
     *
     * @return fresh bytes, which the caller wipes if they are a secret
     * @throws CharacterCodingException if it is no text in the encoding that it looks like
     */
    public static byte[] utf8(byte[] content) throws CharacterCodingException {
        char[] text = characters(content);
        try {
            return bytes(CharBuffer.wrap(text));
        } finally {
            Arrays.fill(text, '\0');
        }
    }

    /** The same as characters, which the caller wipes. */
    static char[] characters(byte[] content) throws CharacterCodingException {
        CharBuffer text = Encoding.of(content)
                .charset
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(content));
        try {
            int start = 0;
            while (start < text.limit() && text.get(start) == MARK) {
                start++;
            }
            return Arrays.copyOfRange(text.array(), start, text.limit());
        } finally {
            Arrays.fill(text.array(), '\0');
        }
    }

    /** Characters as UTF-8. The caller wipes both. */
    static byte[] bytes(CharBuffer text) throws CharacterCodingException {
        ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(text);
        try {
            return Arrays.copyOf(encoded.array(), encoded.limit());
        } finally {
            Arrays.fill(encoded.array(), (byte) 0);
        }
    }

    private static boolean startsWith(byte[] content, int... mark) {
        if (content.length < mark.length) {
            return false;
        }
        for (int at = 0; at < mark.length; at++) {
            if ((content[at] & 0xFF) != mark[at]) {
                return false;
            }
        }
        return true;
    }
}
