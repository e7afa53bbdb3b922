package dev.passcourier.request;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What the texts of a request may be made of. */
final class Texts {

    private static final int PIECE = 8192;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");
    private static final int LONGEST_REMARK = 200;
    private static final int LONGEST_SHOWN = 40;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private Texts() {}

    /**
     * Decodes strictly and drops a byte order mark. Jackson by itself lets encoded surrogates pass and guesses UTF-16.
     *
     * @throws CharacterCodingException if the bytes are not UTF-8
     */
    static String utf8(byte[] bytes) throws CharacterCodingException {
        demandUtf8(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        int start = 0;
        while (text.startsWith(BYTE_ORDER_MARK, start)) {
            start++;
        }
        return text.substring(start);
    }

    /** Looks at the bytes piece by piece: a decoder's buffer for a large file would be several times as large. */
    private static void demandUtf8(byte[] bytes) throws CharacterCodingException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer piece = CharBuffer.allocate(Math.min(bytes.length, PIECE) + 2);
        CoderResult result;
        do {
            piece.clear();
            result = decoder.decode(in, piece, true);
            if (result.isError()) {
                result.throwException();
            }
        } while (result.isOverflow());
    }

    /** Whether nobody sees it: white space, blanks of every width, and what some programs put in front of a text. */
    static boolean isBlank(int character) {
        return Character.isWhitespace(character)
                || Character.isSpaceChar(character)
                || character == '\uFEFF'
                || character == '\u200B'
                || character == '\u2060';
    }

    static boolean isBlank(String text) {
        return text.chars().allMatch(Texts::isBlank);
    }

    /** The text without what {@link #isBlank(int)} calls so at its ends. */
    static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    /** A piece of content for a person to see: in quotes, cut, and with escapes for what nobody sees or what misleads. */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder("'");
        text.codePoints().limit(LONGEST_SHOWN).forEach(each -> {
            if (each != ' ' && (isBlank(each) || misleads(each) || Character.getType(each) == Character.FORMAT)) {
                shown.append("\\u%04X".formatted(each));
            } else {
                shown.appendCodePoint(each);
            }
        });
        return shown.append(text.codePointCount(0, text.length()) > LONGEST_SHOWN ? "…'" : "'")
                .toString();
    }

    /** Ids, names and aliases: safe in paths, queue names, file names and logs. */
    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** The first character that no id has in its place, in words that end in a semicolon; or empty if there is none. */
    static String unfitInId(String text) {
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            String character = Character.toString(text.codePointAt(i));
            if (!isId(i == 0 ? character : "a" + character)) {
                return "its character " + (text.codePointCount(0, i) + 1) + " is " + shown(character) + "; ";
            }
        }
        return "";
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
