package dev.passcourier.request;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What the texts of a request may be made of. */
final class Texts {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");
    private static final int LONGEST_REMARK = 200;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private Texts() {}

    /**
     * Decodes strictly and drops a byte order mark. Jackson by itself lets encoded surrogates pass and guesses UTF-16.
     *
     * @throws CharacterCodingException if the bytes are not UTF-8
     */
    static String utf8(byte[] bytes) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    /** Ids, names and aliases: safe in paths, queue names, file names and logs. */
    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** Remarks by people: up to 200 characters that print and read in the order they are written. */
    static boolean isRemark(String text) {
        return !text.isEmpty()
                && text.length() <= LONGEST_REMARK
                && text.codePoints().noneMatch(Texts::misleads);
    }

    private static boolean misleads(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> reorders(codePoint);
        };
    }

    /** The bidirectional formatting characters of Unicode Standard Annex 9. */
    private static boolean reorders(int codePoint) {
        return codePoint == 0x061C
                || codePoint == 0x200E
                || codePoint == 0x200F
                || (codePoint >= 0x202A && codePoint <= 0x202E)
                || (codePoint >= 0x2066 && codePoint <= 0x2069);
    }
}
