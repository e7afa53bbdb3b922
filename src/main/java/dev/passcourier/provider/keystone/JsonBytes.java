package dev.passcourier.provider.keystone;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes JSON with a secret in it: the secret never becomes a {@code String}, and no buffer keeps a copy of it. JSON
 * libraries write into buffers that they use again and do not wipe.
 */
final class JsonBytes {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final List<byte[]> parts = new ArrayList<>();

    /** Appends JSON as it is. */
    JsonBytes raw(String json) {
        parts.add(json.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Appends a string that is no secret. */
    JsonBytes text(String text) {
        raw("\"");
        parts.add(JsonStringEncoder.getInstance().quoteAsUTF8(text));
        return raw("\"");
    }

    /** Appends a secret as a string. The caller still wipes its own bytes. */
    JsonBytes secret(byte[] utf8) {
        raw("\"");
        parts.add(escaped(utf8));
        return raw("\"");
    }

    /** The whole, which the caller wipes; the parts are wiped here, and the writer is empty again. */
    byte[] finish() {
        ByteBuffer whole =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            whole.put(part);
            Arrays.fill(part, (byte) 0);
        }
        parts.clear();
        return whole.array();
    }

    /** RFC 8259, section 7: quote, backslash and control characters; every other byte of UTF-8 stays as it is. */
    private static byte[] escaped(byte[] utf8) {
        byte[] room = new byte[utf8.length * 6];
        int length = 0;
        for (byte b : utf8) {
            if (b == '"' || b == '\\') {
                room[length++] = '\\';
                room[length++] = b;
            } else if (b >= 0 && b < 0x20) {
                byte[] escape = {'\\', 'u', '0', '0', HEX[b >> 4], HEX[b & 0xF]};
                System.arraycopy(escape, 0, room, length, escape.length);
                length += escape.length;
            } else {
                room[length++] = b;
            }
        }
        byte[] exact = Arrays.copyOf(room, length);
        Arrays.fill(room, (byte) 0);
        return exact;
    }
}
