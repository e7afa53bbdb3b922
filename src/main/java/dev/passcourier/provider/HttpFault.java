package dev.passcourier.provider;

import dev.passcourier.request.Verdict;
import java.time.Clock;

/** What a reply means where only its HTTP status speaks: a gateway, a proxy, or a cloud that sent no code of its own. */
public final class HttpFault {

    private HttpFault() {}

    /**
     * Says what a status other than the expected one means; the code is {@code HTTP_<status>}.
     *
     * @param clock to read {@code Retry-After} with
     */
    public static Answer of(HttpReply reply, Clock clock) {
        String code = "HTTP_" + reply.status();
        return switch (reply.status()) {
            case 429 -> retry(TransientFailure.THROTTLED, code, reply, clock);
            case 408, 425 -> retry(TransientFailure.SERVER, code, reply, clock);
            case 401, 403, 407 -> new Answer.Ended(Verdict.DENIED, code);
            case 501, 505 -> new Answer.Ended(Verdict.FAILED, code);
            default ->
                reply.status() >= 500
                        ? retry(TransientFailure.SERVER, code, reply, clock)
                        : new Answer.Ended(Verdict.FAILED, code);
        };
    }

    /** The status was as expected, but the body is cut, not JSON, or lacks what every answer has. */
    public static Answer unreadable() {
        return new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null);
    }

    /** A passing failure that honours {@code Retry-After}. */
    public static Answer retry(TransientFailure failure, String code, HttpReply reply, Clock clock) {
        return new Answer.Retry(failure, code, reply.retryAfter(clock).orElse(null));
    }
}
