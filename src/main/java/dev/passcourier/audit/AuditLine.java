package dev.passcourier.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.passcourier.audit.AuditEvent.Fact;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record as a line: <code>{"seq":7,"time":"…","type":"ASKED","facts":{…},"prev":"…","hash":"…"}</code>. The hash is
 * taken over the line's bytes before {@code ,"hash"}, so any tool can check it without knowing JSON.
 */
final class AuditLine {

    /** No record of ours is longer. */
    static final int LONGEST = 64 * 1024;

    private static final int HASH = 64;
    private static final int TAIL = ",\"hash\":\"".length() + HASH + "\"}".length();
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private AuditLine() {}

    /** The part of a line that does not depend on its place: time, type and facts. */
    static byte[] middle(AuditEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("time", event.at().toString());
            json.writeStringField("type", event.type().name());
            json.writeObjectFieldStart("facts");
            for (Map.Entry<Fact, String> fact : sorted(event).entrySet()) {
                json.writeStringField(name(fact.getKey()), AuditText.clean(fact.getKey(), fact.getValue()));
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] object = bytes.toByteArray();
        return Arrays.copyOfRange(object, 1, object.length - 1);
    }

    /** The whole line without its line break. */
    static byte[] whole(long sequence, byte[] middle, String previous) {
        byte[] head = ascii("{\"seq\":" + sequence + ",");
        byte[] chain = ascii(",\"prev\":\"" + previous + "\"");
        byte[] line = Arrays.copyOf(head, head.length + middle.length + chain.length + TAIL);
        System.arraycopy(middle, 0, line, head.length, middle.length);
        System.arraycopy(chain, 0, line, head.length + middle.length, chain.length);
        int hashed = line.length - TAIL;
        byte[] tail = ascii(",\"hash\":\"" + hash(line, hashed) + "\"}");
        System.arraycopy(tail, 0, line, hashed, tail.length);
        return line;
    }

    /** The hash that the line states. */
    static String statedHash(byte[] line) {
        return new String(line, line.length - 2 - HASH, HASH, StandardCharsets.US_ASCII);
    }

    /** Whether the line fits the hash that it states. */
    static boolean fitsItsHash(byte[] line) {
        int hashed = line.length - TAIL;
        return hashed > 0
                && Arrays.equals(
                        ascii(",\"hash\":\"" + hash(line, hashed) + "\"}"),
                        Arrays.copyOfRange(line, hashed, line.length));
    }

    /** Reads a line, or answers null if it is none of ours. */
    static @Nullable AuditRecord read(byte[] line) {
        try (JsonParser json = JSON.createParser(line)) {
            long sequence = -1;
            Instant time = Instant.EPOCH;
            String type = "";
            Map<Fact, String> facts = Map.of();
            String previous = "";
            expect(json, JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                switch (json.currentName()) {
                    case "seq" -> sequence = json.nextLongValue(-1);
                    case "time" -> time = Instant.parse(text(json));
                    case "type" -> type = text(json);
                    case "facts" -> facts = facts(json);
                    case "prev" -> previous = text(json);
                    case "hash" -> text(json);
                    default -> throw new IllegalArgumentException();
                }
            }
            return new AuditRecord(
                    sequence, previous, statedHash(line), new AuditEvent(AuditEvent.Type.valueOf(type), time, facts));
        } catch (IOException | RuntimeException e) {
            // The cause quotes the line; the caller names the place instead.
            return null;
        }
    }

    private static Map<Fact, String> facts(JsonParser json) throws IOException {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        expect(json, JsonToken.START_OBJECT);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            Fact fact = Fact.valueOf(json.currentName().toUpperCase(Locale.ROOT));
            facts.put(fact, text(json));
        }
        return facts;
    }

    private static void expect(JsonParser json, JsonToken token) throws IOException {
        if (json.nextToken() != token) {
            throw new IllegalArgumentException();
        }
    }

    private static String text(JsonParser json) throws IOException {
        String text = json.nextTextValue();
        if (text == null) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    private static Map<Fact, String> sorted(AuditEvent event) {
        Map<Fact, String> sorted = new EnumMap<>(Fact.class);
        sorted.putAll(event.facts());
        return sorted;
    }

    private static String name(Fact fact) {
        return fact.name().toLowerCase(Locale.ROOT);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String hash(byte[] line, int length) {
        MessageDigest digest = AuditCut.sha256();
        digest.update(line, 0, length);
        return HexFormat.of().formatHex(digest.digest());
    }
}
