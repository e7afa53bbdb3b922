package dev.passcourier.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as operators write them: {@code 500ms}, {@code 30s}, {@code 20m}, {@code 12h}, {@code 7d}. */
final class Durations {

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5})(ms|s|m|h|d)");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private Durations() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is not of the form above; the message does not quote it
     */
    static Duration parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a duration");
        }
        return UNITS.get(parts.group(2)).multipliedBy(Long.parseLong(parts.group(1)));
    }
}
