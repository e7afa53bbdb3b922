package dev.passcourier.sandbox;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * ZStack's check of an access key: HMAC-SHA1 over method, {@code Date} and path without context path and query. The date
 * may be 15 minutes off. Unless told to check the zone, the server throws it away and compares local date-times, as the
 * real one does by default.
 */
final class AccessKeyVerifier {

    private static final Pattern AUTHORIZATION = Pattern.compile("ZStack ([^:]+):(.+)");
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss z", Locale.ENGLISH);
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private final Clock clock;
    private final String keyId;
    private final String keySecret;
    private volatile ZoneId serverZone;
    private volatile boolean checkTimeZone;

    AccessKeyVerifier(Clock clock, String keyId, String keySecret) {
        this.clock = clock;
        this.keyId = keyId;
        this.keySecret = keySecret;
        this.serverZone = clock.getZone();
    }

    void serverZone(ZoneId zone) {
        serverZone = zone;
    }

    void checkTimeZone(boolean check) {
        checkTimeZone = check;
    }

    /** Returns the plain-text refusal of the date or the form of the header, or empty. */
    Optional<Reply> malformed(Request request) {
        String date = request.header("date");
        if (date == null) {
            return Optional.of(Reply.text(400, "'Date' must be incuded in request header"));
        }
        if (!AUTHORIZATION.matcher(request.header("authorization", "")).matches()) {
            return Optional.of(Reply.text(400, "accessKey format is 'ZStack AccessKeyId:Signature'"));
        }
        try {
            return inWindow(ZonedDateTime.parse(date, DATE))
                    ? Optional.empty()
                    : Optional.of(Reply.text(403, "requestTimeTooSkewed"));
        } catch (DateTimeException e) {
            return Optional.of(Reply.text(400, "'Date' format error, correct format is 'EEE, dd MMM yyyy HH:mm:ss z'"));
        }
    }

    private boolean inWindow(ZonedDateTime date) {
        Duration off = checkTimeZone
                ? Duration.between(date.toInstant(), clock.instant())
                : Duration.between(date.toLocalDateTime(), LocalDateTime.ofInstant(clock.instant(), serverZone));
        return off.abs().compareTo(WINDOW) <= 0;
    }

    /**
     * Whether key and signature are right.
     *
     * @param path decoded, without the context path and the query
     */
    boolean accepts(Request request, String path) {
        Matcher authorization = AUTHORIZATION.matcher(request.header("authorization", ""));
        return authorization.matches()
                && authorization.group(1).equals(keyId)
                && Digests.same(signature(request.method(), request.header("date"), path), authorization.group(2));
    }

    private String signature(String method, @Nullable String date, String path) {
        byte[] key = Digests.utf8(keySecret);
        return Base64.getEncoder().encodeToString(Digests.hmac("HmacSHA1", key, method + "\n" + date + "\n" + path));
    }
}
