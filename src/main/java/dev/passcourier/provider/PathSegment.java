package dev.passcourier.provider;

import java.nio.charset.StandardCharsets;

/** Percent-encoding after RFC 3986: only the unreserved characters {@code A-Z a-z 0-9 - _ . ~} stay as they are. */
public final class PathSegment {

    private static final String UNRESERVED_MARKS = "-_.~";
    private static final String HEX = "0123456789ABCDEF";

    private PathSegment() {}

    /**
     * Encodes an id as exactly one path segment; fit for names and values of a query too.
     *
     * @param raw a slash in it becomes {@code %2F}; as an id it starts with a letter or digit, so it is not ".."
     */
    public static String encode(String raw) {
        StringBuilder encoded = new StringBuilder(raw.length() + 16);
        for (byte b : raw.getBytes(StandardCharsets.UTF_8)) {
            if (isUnreserved((char) (b & 0xFF))) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
            }
        }
        return encoded.toString();
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || UNRESERVED_MARKS.indexOf(c) >= 0;
    }
}
