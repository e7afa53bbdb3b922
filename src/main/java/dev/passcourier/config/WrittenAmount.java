package dev.passcourier.config;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations and sizes as people write them elsewhere, in the form that the settings take: {@code 20 min} is {@code 20m},
 * {@code PT1H30M} is {@code 90m}, {@code 2GB} is {@code 2GiB}. They are only suggested and never taken: who writes
 * {@code 5M} may mean months.
 */
final class WrittenAmount {

    private static final Pattern PART = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)\\s*([a-z]+)\\s*");
    private static final BigDecimal MOST = BigDecimal.valueOf(999_999);

    private static final Map<String, Long> TIMES = units(Map.of(
            1L, "ms msec msecs millis millisecond milliseconds",
            1_000L, "s sec secs second seconds",
            60_000L, "m min mins minute minutes",
            3_600_000L, "h hr hrs hour hours",
            86_400_000L, "d day days",
            604_800_000L, "w week weeks"));

    private static final Map<String, Long> SIZES = units(Map.of(
            1L,
            "b byte bytes",
            1L << 10,
            "k kb kib ki",
            1L << 20,
            "m mb mib mi",
            1L << 30,
            "g gb gib gi",
            1L << 40,
            "t tb tib ti"));

    private WrittenAmount() {}

    /** A hint for what is no duration; empty if nobody can tell what it means. */
    static Optional<String> duration(String text) {
        return iso(text)
                .or(() -> sum(text, TIMES))
                .flatMap(millis -> written(millis, TIMES, List.of("d", "h", "m", "s", "ms")));
    }

    /** A hint for what is no size; empty if nobody can tell what it means. */
    static Optional<String> size(String text) {
        return sum(text, SIZES).flatMap(bytes -> written(bytes, SIZES, List.of("GiB", "MiB", "KiB", "B")));
    }

    private static Optional<BigDecimal> iso(String text) {
        try {
            return Optional.of(BigDecimal.valueOf(Duration.parse(text.strip()).toMillis()));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static Optional<BigDecimal> sum(String text, Map<String, Long> units) {
        String rest = text.strip().toLowerCase(Locale.ROOT);
        Matcher part = PART.matcher(rest);
        BigDecimal sum = BigDecimal.ZERO;
        int end = 0;
        while (end < rest.length() && part.find(end) && part.start() == end) {
            String word = part.group(2);
            Optional<String> unit = units.containsKey(word)
                    ? Optional.of(word)
                    : Optional.of(word).filter(w -> w.length() > 3).flatMap(w -> Suggestion.nearest(w, units.keySet()));
            if (unit.isEmpty()) {
                return Optional.empty();
            }
            sum = sum.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(units.get(unit.get()))));
            end = part.end();
        }
        return end == rest.length() && end > 0 ? Optional.of(sum) : Optional.empty();
    }

    /** In the largest unit that holds it exactly. */
    private static Optional<String> written(BigDecimal amount, Map<String, Long> units, List<String> names) {
        for (String name : names) {
            BigDecimal[] count =
                    amount.divideAndRemainder(BigDecimal.valueOf(units.get(name.toLowerCase(Locale.ROOT))));
            if (count[1].signum() == 0 && count[0].signum() > 0 && count[0].compareTo(MOST) <= 0) {
                return Optional.of("did you mean '" + count[0].toBigInteger() + name + "'?");
            }
        }
        return Optional.empty();
    }

    private static Map<String, Long> units(Map<Long, String> words) {
        Map<String, Long> units = new TreeMap<>();
        words.forEach((size, names) -> List.of(names.split(" ")).forEach(name -> units.put(name, size)));
        return Map.copyOf(units);
    }
}
