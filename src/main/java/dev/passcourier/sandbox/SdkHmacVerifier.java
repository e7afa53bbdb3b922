package dev.passcourier.sandbox;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Huawei Cloud's gateway check of {@code SDK-HMAC-SHA256}: rebuilds the signature from what arrived, following the
 * client's {@code SignedHeaders}. More than five failures in a row lock the key for five minutes.
 */
final class SdkHmacVerifier {

    static final String ALGORITHM = "SDK-HMAC-SHA256";
    private static final Pattern AUTHORIZATION =
            Pattern.compile(ALGORITHM + " Access=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Duration LOCK = Duration.ofMinutes(5);
    private static final int TOLERATED_FAILURES = 5;
    private static final String LOCKED = "AK access failed to reach the limit, forbidden";

    private final Clock clock;
    private final String accessKey;
    private final String secretKey;
    private int failures;
    private Instant lockedUntil = Instant.MIN;

    SdkHmacVerifier(Clock clock, String accessKey, String secretKey) {
        this.clock = clock;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
    }

    /** Returns what is wrong with the request's signature, or empty if it is right. */
    synchronized Optional<String> complaint(Request request) {
        if (clock.instant().isBefore(lockedUntil)) {
            return Optional.of(LOCKED);
        }
        Optional<String> complaint = check(request);
        failures = complaint.isEmpty() ? 0 : failures + 1;
        if (failures > TOLERATED_FAILURES) {
            failures = 0;
            lockedUntil = clock.instant().plus(LOCK);
            return Optional.of(LOCKED);
        }
        return complaint;
    }

    private Optional<String> check(Request request) {
        Matcher authorization = AUTHORIZATION.matcher(request.header("authorization", ""));
        if (!authorization.matches()) {
            return Optional.of("authorization format is invalid");
        }
        if (!authorization.group(1).equals(accessKey)) {
            return Optional.of("Get secretKey failed,ak:" + authorization.group(1) + ",err:ak not exist");
        }
        List<String> signed = List.of(authorization.group(2).split(";"));
        if (!signed.contains("host") || !signed.contains("x-sdk-date")) {
            return Optional.of("signedHeaders must contain host and x-sdk-date");
        }
        if (!inWindow(request.header("x-sdk-date", ""))) {
            return Optional.of("x-sdk-date is not within 15 minutes of the gateway's clock");
        }
        return same(request, signed, authorization.group(3));
    }

    private Optional<String> same(Request request, List<String> signed, String signature) {
        String canonical = canonicalRequest(request, signed);
        return Digests.same(signature(request, canonical), signature)
                ? Optional.empty()
                : Optional.of("verify aksk signature fail, canonicalRequest:" + canonical.replace('\n', '|'));
    }

    private boolean inWindow(String date) {
        try {
            Instant sent = LocalDateTime.parse(date, DATE).toInstant(ZoneOffset.UTC);
            return Duration.between(sent, clock.instant()).abs().compareTo(WINDOW) <= 0;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private String signature(Request request, String canonicalRequest) {
        String toSign = String.join(
                "\n", ALGORITHM, request.header("x-sdk-date", ""), Digests.sha256Hex(Digests.utf8(canonicalRequest)));
        return Digests.hex(Digests.hmac("HmacSHA256", Digests.utf8(secretKey), toSign));
    }

    static String canonicalRequest(Request request, List<String> signed) {
        String bodyHash = request.header("x-sdk-content-sha256");
        return String.join(
                "\n",
                request.method(),
                path(request),
                query(request),
                signed.stream()
                        .map(name -> name + ":" + request.header(name, "").strip() + "\n")
                        .collect(Collectors.joining()),
                String.join(";", signed),
                bodyHash == null ? Digests.sha256Hex(request.body()) : bodyHash);
    }

    private static String path(Request request) {
        String path = request.segments().stream().map(Uris::encode).collect(Collectors.joining("/", "/", "/"));
        return path.endsWith("//") ? path.substring(0, path.length() - 1) : path;
    }

    private static String query(Request request) {
        return Uris.query(request.query()).stream()
                .sorted(Comparator.comparing(Uris.Parameter::name))
                .map(each -> Uris.encode(each.name()) + "=" + Uris.encode(each.value()))
                .collect(Collectors.joining("&"));
    }
}
