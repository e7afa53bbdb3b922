package dev.passcourier.provider.huaweiecs;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the failures of ECS and of all that stands before it. How codes go with statuses is not fixed, so a code that
 * says enough decides, and the status where it does not.
 *
 * @param byToken whether calls carry a token, which can be renewed; a signature that failed is never sent again, because
 *                more than five failures in a row lock the keys for five minutes
 */
record HuaweiFaults(boolean byToken, Clock clock) {

    private static final String LOCKED = "AK access failed to reach the limit";
    private static final Pattern SIGNATURE = Pattern.compile("aksk|signature|secretKey|\\bak not exist");
    private static final Pattern WINDOW =
            Pattern.compile("time:\\s{0,3}([0-9]{1,6})\\s{0,3}(second|minute|hour|day)", Pattern.CASE_INSENSITIVE);

    /** What a reply to {@code ask} means that is not a success. */
    Answer of(HttpReply reply) {
        HuaweiError error = HuaweiError.of(reply);
        if (error.text().contains(LOCKED)) {
            return retry(TransientFailure.LOCKED, error, reply);
        }
        return switch (error.code()) {
            case "APIGW.0301", "unauthorized" -> unauthenticated(error);
            case "APIGW.0302", "APIGW.0303", "APIGW.0306", "Ecs.0003", "Pdp.0001", "forbidden" ->
                ended(Verdict.DENIED, error);
            case "APIGW.0308", "IAM.0012", "Common.0024", "Common.1503", "overLimit" ->
                retry(TransientFailure.THROTTLED, error, reply);
            case "Ecs.0114", "itemNotFound" -> ended(Verdict.NOT_FOUND, error);
            case "APIGW.0101", "Common.0018", "Ecs.0005", "badRequest" -> ended(Verdict.FAILED, error);
            case "conflictingRequest" -> retry(TransientFailure.FEW, error, reply);
            default -> byStatus(error, reply);
        };
    }

    /** What a reply to a sign-in means that is not a success: nothing to renew, no server to be missing. */
    Answer ofSignIn(HttpReply reply) {
        Answer answer = of(reply);
        if (answer instanceof Answer.Renew renew) {
            return new Answer.Ended(Verdict.DENIED, renew.code());
        }
        if (answer instanceof Answer.Ended ended && ended.verdict() == Verdict.NOT_FOUND) {
            return new Answer.Ended(Verdict.FAILED, ended.code());
        }
        return answer;
    }

    private Answer byStatus(HuaweiError error, HttpReply reply) {
        return switch (reply.status()) {
            case 401 -> unauthenticated(error);
            case 403 -> ended(Verdict.DENIED, error);
            case 404 -> ended(Verdict.NOT_FOUND, error);
            case 409 -> retry(TransientFailure.FEW, error, reply);
            case 429 -> retry(TransientFailure.THROTTLED, error, reply);
            case 500, 502, 503, 504 -> retry(TransientFailure.SERVER, error, reply);
            default ->
                reply.status() / 100 == 2
                        ? retry(TransientFailure.FEW, error, reply)
                        : withCode(error.code(), HttpFault.of(reply, clock));
        };
    }

    private Answer unauthenticated(HuaweiError error) {
        boolean renewable = byToken && !SIGNATURE.matcher(error.text()).find();
        return renewable ? new Answer.Renew(error.code()) : ended(Verdict.DENIED, error);
    }

    private static Answer ended(Verdict verdict, HuaweiError error) {
        return new Answer.Ended(verdict, error.code());
    }

    private Answer retry(TransientFailure failure, HuaweiError error, HttpReply reply) {
        return new Answer.Retry(failure, error.code(), askedFor(error, reply));
    }

    /** By header, in Nova's body, or as the length of the window that was used up. */
    private @Nullable Duration askedFor(HuaweiError error, HttpReply reply) {
        return reply.retryAfter(clock)
                .or(() -> inBody(error))
                .or(() -> window(error))
                .orElse(null);
    }

    private Optional<Duration> inBody(HuaweiError error) {
        return Stream.ofNullable(error.retryAfter())
                .map(value -> new HttpReply(429, Map.of("retry-after", value), new byte[0]))
                .flatMap(reply -> reply.retryAfter(clock).stream())
                .findFirst();
    }

    private static Optional<Duration> window(HuaweiError error) {
        Matcher window = WINDOW.matcher(error.text());
        if (!window.find()) {
            return Optional.empty();
        }
        long number = Long.parseLong(window.group(1));
        return Optional.of(
                switch (window.group(2).toLowerCase(Locale.ROOT)) {
                    case "second" -> Duration.ofSeconds(number);
                    case "minute" -> Duration.ofMinutes(number);
                    case "hour" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }

    private static Answer withCode(String code, Answer answer) {
        if (answer instanceof Answer.Ended ended) {
            return new Answer.Ended(ended.verdict(), code);
        }
        return answer instanceof Answer.Retry retry ? new Answer.Retry(retry.failure(), code, retry.after()) : answer;
    }
}
