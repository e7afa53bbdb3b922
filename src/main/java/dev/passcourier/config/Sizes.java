package dev.passcourier.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as operators write them: {@code 512MiB}, or bytes as {@code 1048576B}. */
final class Sizes {

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})(B|KiB|MiB|GiB)");
    private static final Map<String, Integer> SHIFTS = Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30);

    private Sizes() {}

    /**
     * Reads one.
     *
     * @return bytes
     * @throws IllegalArgumentException if it is not of the form above; the message does not quote it
     */
    static long parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a size");
        }
        return Long.parseLong(parts.group(1)) << SHIFTS.get(parts.group(2));
    }
}
