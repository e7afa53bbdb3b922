package dev.passcourier.vault;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Reads one string of a JSON text into bytes that can be wiped. The streaming parser only checks the text and says where
 * the string begins: as long as nobody asks it for the string's text it steps over it and copies nothing. The escapes
 * are undone here.
 */
final class JsonStrings {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxNameLength(128)
                    .maxNumberLength(64)
                    .maxStringLength(16 * 1024)
                    .maxDocumentLength(1024L * 1024)
                    .build())
            .build();

    private JsonStrings() {}

    /** Begins to read a text of which nothing is remembered: neither names of members nor what was read last. */
    static JsonParser parser(byte[] json) throws IOException {
        return FACTORY.copy().createParser(json);
    }

    /**
     * Finds a string and copies it.
     *
     * @param json    UTF-8; an object, the whole of it well-formed
     * @param pointer the members' names on the way to the string
     * @return the string, which the caller closes; empty if it is not there or null
     * @throws IOException if the text is not JSON, has a member twice, or has something else in the string's place. The
     *                     exception may quote the text: drop it
     */
    static Optional<SecretBytes> find(byte[] json, List<String> pointer) throws IOException {
        refuseOtherEncodings(json);
        long offset;
        try (JsonParser parser = parser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not an object");
            }
            offset = offsetIn(parser, pointer);
            if (parser.nextToken() != null) {
                throw new IOException("trailing text");
            }
        }
        return offset < 0 ? Optional.empty() : Optional.of(unescape(json, Math.toIntExact(offset)));
    }

    // The offsets hold for plain UTF-8 only. UTF-16 and UTF-32 would show a zero byte or a byte order mark.
    private static void refuseOtherEncodings(byte[] json) throws IOException {
        for (byte b : json) {
            if (b == 0) {
                throw new IOException("zero byte");
            }
        }
        if (json.length == 0 || json[0] < 0) {
            throw new IOException("no JSON text");
        }
    }

    /** Walks the object that was just begun to its end and gives the offset of the string's first quote, or -1. */
    private static long offsetIn(JsonParser parser, List<String> pointer) throws IOException {
        long offset = -1;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            boolean onTheWay = parser.currentName().equals(pointer.get(0));
            JsonToken value = parser.nextToken();
            if (onTheWay && pointer.size() > 1 && value == JsonToken.START_OBJECT) {
                offset = offsetIn(parser, pointer.subList(1, pointer.size()));
            } else if (onTheWay && pointer.size() == 1 && value == JsonToken.VALUE_STRING) {
                offset = parser.currentTokenLocation().getByteOffset();
            } else if (onTheWay && value != JsonToken.VALUE_NULL) {
                throw new IOException("not a string");
            } else {
                parser.skipChildren();
            }
        }
        return offset;
    }

    private static SecretBytes unescape(byte[] json, int quote) throws IOException {
        if (json[quote] != '"') {
            throw new IOException("no string");
        }
        try (var out = new SecretBuffer(256)) {
            int at = quote + 1;
            while (json[at] != '"') {
                at = json[at] == '\\' ? escape(json, at + 1, out) : copy(json, at, out);
            }
            return out.toSecret();
        }
    }

    private static int copy(byte[] json, int at, SecretBuffer out) {
        out.write(json[at]);
        return at + 1;
    }

    /** Undoes the escape whose letter is at the position and returns the position behind it. */
    private static int escape(byte[] json, int at, SecretBuffer out) throws IOException {
        switch (json[at]) {
            case 'b' -> out.write('\b');
            case 'f' -> out.write('\f');
            case 'n' -> out.write('\n');
            case 'r' -> out.write('\r');
            case 't' -> out.write('\t');
            case 'u' -> {
                return unicode(json, at + 1, out);
            }
            default -> out.write(json[at]); // the parser has let nothing pass but a quote, slash or backslash
        }
        return at + 1;
    }

    private static int unicode(byte[] json, int at, SecretBuffer out) throws IOException {
        char first = hex4(json, at);
        if (!Character.isSurrogate(first)) {
            writeUtf8(first, out);
            return at + 4;
        }
        if (json[at + 4] != '\\' || json[at + 5] != 'u') {
            throw new IOException("lone surrogate");
        }
        char second = hex4(json, at + 6);
        if (!Character.isSurrogatePair(first, second)) {
            throw new IOException("lone surrogate");
        }
        writeUtf8(Character.toCodePoint(first, second), out);
        return at + 10;
    }

    private static char hex4(byte[] json, int at) {
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            value = value * 16 + Character.digit(json[i], 16);
        }
        return (char) value;
    }

    private static void writeUtf8(int codePoint, SecretBuffer out) {
        if (codePoint < 0x80) {
            out.write(codePoint);
        } else if (codePoint < 0x800) {
            out.write(0xC0 | (codePoint >> 6));
            out.write(continuation(codePoint));
        } else if (codePoint < 0x10000) {
            out.write(0xE0 | (codePoint >> 12));
            out.write(continuation(codePoint >> 6));
            out.write(continuation(codePoint));
        } else {
            out.write(0xF0 | (codePoint >> 18));
            out.write(continuation(codePoint >> 12));
            out.write(continuation(codePoint >> 6));
            out.write(continuation(codePoint));
        }
    }

    private static int continuation(int bits) {
        return 0x80 | (bits & 0x3F);
    }
}
