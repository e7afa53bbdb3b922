package dev.passcourier.files;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * PEM text (RFC 7468, also with the headers of RFC 1421 and OpenPGP's armor) as it comes out of secret stores, YAML files
 * and chat windows, put into the shape that parsers read: {@code \n} as two characters, lines joined by blanks or by
 * nothing, indented or quoted lines, one END line running into the next BEGIN, line ends of any kind, NULs at the end.
 * Works on arrays and wipes them, so that a private key does not live on in a String.
 */
public final class PemText {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final int LINE = 64;

    /** Shortest run of base64 that ends the headers of text whose lines were joined. */
    private static final int SURELY_BASE64 = 24;

    private final char[] text;
    private final CharBuffer out;

    private PemText(char[] text) {
        this.text = text;
        this.out = CharBuffer.allocate(2 * text.length + 2 * LINE);
    }

    /**
     * Text with its PEM blocks in the shape of RFC 7468; what stands between them stays as it is. Bytes that are no text
     * come back as they are, text without blocks in UTF-8 and without NULs at its end.
     *
     * @return fresh bytes, which the caller wipes if they are a secret
     */
    public static byte[] tidy(byte[] content) {
        char[] chars;
        try {
            chars = EncodedText.characters(content);
        } catch (CharacterCodingException binary) {
            return content.clone();
        }
        var pem = new PemText(chars);
        try {
            return pem.tidied();
        } catch (CharacterCodingException impossible) {
            throw new IllegalStateException("decoded text is text");
        } finally {
            Arrays.fill(chars, '\0');
            Arrays.fill(pem.out.array(), '\0');
        }
    }

    private byte[] tidied() throws CharacterCodingException {
        int end = text.length;
        while (end > 0 && text[end - 1] == '\0') {
            end--;
        }
        int at = 0;
        for (int begin = indexOf(text, BEGIN, 0); begin >= 0; begin = indexOf(text, BEGIN, at)) {
            copy(at, begin);
            at = block(begin);
        }
        copy(at, end);
        out.flip();
        return EncodedText.bytes(out);
    }

    /** Writes the block that begins here, and says where the text goes on. */
    private int block(int begin) {
        int label = begin + BEGIN.length();
        int labelEnd = indexOf(text, DASHES, label);
        if (labelEnd < 0 || labelEnd - label > LINE) {
            copy(begin, label);
            return label;
        }
        int body = labelEnd + DASHES.length();
        int end = indexOf(text, END + new String(text, label, labelEnd - label) + DASHES, body);
        int next = indexOf(text, BEGIN, body);
        if (end < 0 || (next >= 0 && next < end)) {
            copy(begin, body);
            return body;
        }
        int bodyEnd = unescaped(body, end);
        int base64 = base64Start(body, bodyEnd);
        boolean isArmor = isArmor(label);
        int checksum = isArmor ? checksumStart(base64, bodyEnd) : bodyEnd;
        if (!isBase64(base64, checksum)) {
            copy(begin, end);
        } else {
            startLine();
            copy(begin, body);
            out.put('\n');
            headers(body, base64, isArmor);
            base64(base64, checksum);
            base64(checksum, bodyEnd);
        }
        startLine();
        int after = end + END.length() + labelEnd - label + DASHES.length();
        copy(end, after);
        out.put('\n');
        return skipLineEnd(after);
    }

    private boolean isArmor(int label) {
        return indexOf(text, "PGP ", label) == label;
    }

    /** Turns {@code \n}, {@code \r} and {@code \t} that are two characters into blanks, in place. */
    private int unescaped(int from, int to) {
        int length = from;
        for (int at = from; at < to; at++) {
            if (text[at] == '\\' && at + 1 < to && "nrt\\".indexOf(text[at + 1]) >= 0) {
                boolean another = text[at + 1] == '\\';
                text[length++] = '\n';
                at += another ? 0 : 1;
            } else {
                text[length++] = text[at];
            }
        }
        return length;
    }

    /** Where the headers end: after lines with a colon, or, if all is one line, at the first long run of base64. */
    private int base64Start(int from, int to) {
        int start = skipBlanks(from, to);
        int colon = indexOf(text, ":", start);
        if (colon < 0 || colon >= to) {
            return start;
        }
        int at = start;
        while (at < to) {
            int end = at;
            while (end < to && !isBlank(text[end])) {
                end++;
            }
            if (end - at >= SURELY_BASE64 && isBase64(at, end)) {
                return at;
            }
            at = skipBlanks(end, to);
        }
        return start;
    }

    /** Where OpenPGP's checksum stands, {@code =} and four characters at the end, or the end. */
    private int checksumStart(int from, int to) {
        int last = to;
        while (last > from && isBlank(text[last - 1])) {
            last--;
        }
        int start = last - 5;
        boolean there = start > from && text[start] == '=' && text[last - 1] != '=' && isBase64(start + 1, last);
        return there ? start : to;
    }

    private void headers(int from, int to, boolean isArmor) {
        if (isArmor) {
            out.put('\n'); // what OpenPGP's headers say, nothing of ours reads
            return;
        }
        int name = skipBlanks(from, to);
        while (name < to) {
            int next = nextHeader(name, to);
            int end = next;
            while (isBlank(text[end - 1])) {
                end--;
            }
            copy(name, end);
            out.put('\n');
            name = next;
        }
        if (skipBlanks(from, to) < to) {
            out.put('\n');
        }
    }

    /** Where the next word that ends with a colon starts. */
    private int nextHeader(int from, int to) {
        for (int at = from + 1; at < to; at++) {
            if (isBlank(text[at - 1]) && !isBlank(text[at])) {
                int end = at;
                while (end < to && !isBlank(text[end])) {
                    end++;
                }
                if (text[end - 1] == ':') {
                    return at;
                }
            }
        }
        return to;
    }

    private void base64(int from, int to) {
        int column = 0;
        for (int at = from; at < to; at++) {
            if (!isBlank(text[at])) {
                out.put(text[at]);
                column++;
                if (column == LINE) {
                    out.put('\n');
                    column = 0;
                }
            }
        }
        if (column > 0) {
            out.put('\n');
        }
    }

    private boolean isBase64(int from, int to) {
        for (int at = from; at < to; at++) {
            char c = text[at];
            boolean fits = (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || c == '+'
                    || c == '/'
                    || c == '='
                    || isBlank(c);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Also what word processors, web pages and joined files put between lines; and quotes and commas of a list. */
    private static boolean isBlank(char c) {
        return c <= ' '
                || c == '\u00A0'
                || c == '\u200B'
                || c == '\u2028'
                || c == '\uFEFF'
                || c == '"'
                || c == '\''
                || c == '\\';
    }

    private int skipBlanks(int from, int to) {
        int at = from;
        while (at < to && isBlank(text[at])) {
            at++;
        }
        return at;
    }

    private int skipLineEnd(int from) {
        int at = from;
        while (at < text.length && (text[at] == ' ' || text[at] == '\t')) {
            at++;
        }
        if (at < text.length && text[at] == '\r') {
            at++;
        }
        return at < text.length && text[at] == '\n' ? at + 1 : at;
    }

    private void startLine() {
        if (out.position() > 0 && out.get(out.position() - 1) != '\n') {
            out.put('\n');
        }
    }

    private void copy(int from, int to) {
        out.put(text, from, Math.max(0, to - from));
    }

    private static int indexOf(char[] text, String part, int from) {
        for (int at = from; at <= text.length - part.length(); at++) {
            int matched = 0;
            while (matched < part.length() && text[at + matched] == part.charAt(matched)) {
                matched++;
            }
            if (matched == part.length()) {
                return at;
            }
        }
        return -1;
    }
}
