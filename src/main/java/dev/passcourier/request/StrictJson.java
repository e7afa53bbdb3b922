package dev.passcourier.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;

/** One strict way to read JSON: small, without repeated fields, unknown fields or anything after the end. */
final class StrictJson {

    private StrictJson() {}

    static JsonFactory factory() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(RequestReader.MAX_BYTES)
                        .maxNestingDepth(32)
                        .maxStringLength(16 * 1024)
                        .maxNameLength(128)
                        .maxNumberLength(32)
                        .maxTokenCount(1000)
                        .build())
                .build();
    }

    static ObjectReader strict(ObjectReader reader) {
        return reader.with(
                DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    }

    /**
     * What is wrong with text that is no JSON: line and column, and in words what stands there. Shows one character of the
     * text at most.
     */
    static RequestException refusal(RefusalCode code, String text, JsonProcessingException why) {
        long offset = why.getLocation() == null ? -1 : why.getLocation().getCharOffset();
        if (offset < 0 || offset > text.length()) {
            return new RequestException(code, "");
        }
        int at = (int) offset;
        if (why instanceof JsonEOFException || at == text.length()) {
            return new RequestException(code, place(text, at), "the text ends before everything in it is closed");
        }
        int comma = commaBefore(text, at);
        return comma < 0
                ? new RequestException(code, place(text, at), says(text.codePointAt(at)))
                : new RequestException(code, place(text, comma), "no comma may stand before a closing bracket in JSON");
    }

    private static String says(int found) {
        return switch (found) {
            case '/', '#' -> "JSON allows no comments";
            case '\'', '`', '\u2018', '\u2019', '\u201C', '\u201D' -> "JSON wants straight double quotes: \"";
            case '{', '[', '"' -> "a comma or colon is missing before this, or the character is one too many";
            case '\n', '\r', '\t' -> "text in quotes holds no line break and no tab; write \\n or \\t";
            default -> "JSON does not allow " + Texts.shown(Character.toString(found)) + " here";
        };
    }

    /** The comma that stands before a closing bracket, or -1. */
    private static int commaBefore(String text, int at) {
        if (text.charAt(at) != ']' && text.charAt(at) != '}') {
            return -1;
        }
        int before = at - 1;
        while (before >= 0 && Character.isWhitespace(text.charAt(before))) {
            before--;
        }
        return before >= 0 && text.charAt(before) == ',' ? before : -1;
    }

    private static String place(String text, int offset) {
        long line = 1
                + text.substring(0, offset).chars().filter(each -> each == '\n').count();
        return "line " + line + ", column " + (offset - text.lastIndexOf('\n', offset - 1));
    }
}
