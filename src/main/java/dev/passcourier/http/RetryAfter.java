package dev.passcourier.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a {@code Retry-After} header in all forms of RFC 9110, sections 10.2.3 and 5.6.7. */
public final class RetryAfter {

    private static final long LONGEST_SECONDS = 999_999_999;
    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

    private RetryAfter() {}

    /**
     * How long the remote end asks us to wait.
     *
     * @param header the header's value
     * @param now    for the forms that name a date
     * @return the wait, zero for a date in the past, or empty if the value makes no sense
     */
    public static Optional<Duration> read(String header, Instant now) {
        String value = header.strip();
        if (value.matches("[0-9]+")) {
            return Optional.of(Duration.ofSeconds(value.length() > 9 ? LONGEST_SECONDS : Long.parseLong(value)));
        }
        return date(value, now)
                .filter(YEAR_10000::isAfter)
                .map(then -> then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO);
    }

    private static Optional<Instant> date(String value, Instant now) {
        for (DateTimeFormatter form : forms(now)) {
            try {
                return Optional.of(form.parse(value, Instant::from));
            } catch (DateTimeException e) {
                // the next form, then
            }
        }
        return Optional.empty();
    }

    private static List<DateTimeFormatter> forms(Instant now) {
        // A two-digit year lies at most 50 years ahead.
        LocalDate base = LocalDate.ofInstant(now, ZoneOffset.UTC).minusYears(49);
        DateTimeFormatter rfc850 = new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, base)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(Locale.ENGLISH);
        DateTimeFormatter asctime = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);
        return List.of(
                DateTimeFormatter.RFC_1123_DATE_TIME,
                rfc850.withZone(ZoneOffset.UTC),
                asctime.withZone(ZoneOffset.UTC));
    }
}
