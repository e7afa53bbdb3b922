package dev.passcourier.provider.openstacknova;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.provider.keystone.KeystoneFaults;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the failures of Nova, <code>{"itemNotFound":{"code":404,"message":"…"}}</code>, of Keystone's token filter before
 * it, and of whatever stands before both. The status decides; its name is the code.
 *
 * <p>A 401 may also mean that the access rules of an application credential forbid the path, so a token is renewed once
 * and no more.
 */
record OpenStackNovaFaults(Clock clock) {

    private static final long LONGEST_WAIT = 999_999_999;

    private static final Set<String> NAMES = Set.of(
            "badRequest",
            "unauthorized",
            "forbidden",
            "itemNotFound",
            "badMethod",
            "conflictingRequest",
            "overLimit",
            "badMediaType",
            "notImplemented",
            "serviceUnavailable",
            "computeFault");

    /** What a reply means that is not a success; {@link Answer.Renew} if the token is not good any more. */
    Answer of(HttpReply reply) {
        Optional<JsonReply> json = JsonReply.of(reply);
        String name = json.flatMap(OpenStackNovaFaults::name).orElse("");
        String code = name.isEmpty() ? (KeystoneFaults.isKeystone(reply) ? "IAM_" : "HTTP_") + reply.status() : name;
        if (isThrottled(reply)) {
            return new Answer.Retry(TransientFailure.THROTTLED, code, askedFor(reply, json, name));
        }
        return switch (reply.status()) {
            case 401 -> new Answer.Renew(code);
            case 403 -> new Answer.Ended(Verdict.DENIED, code);
            // Without Nova's word the path or the address is wrong, and not the instance.
            case 404 -> new Answer.Ended(name.equals("itemNotFound") ? Verdict.NOT_FOUND : Verdict.FAILED, code);
            case 400, 405, 406, 415 -> new Answer.Ended(Verdict.FAILED, code);
            case 409 -> HttpFault.retry(TransientFailure.FEW, code, reply, clock);
            case 500, 502, 503, 504 -> HttpFault.retry(TransientFailure.SERVER, code, reply, clock);
            default -> HttpFault.of(reply, clock);
        };
    }

    /** A front end asks to slow down; old ones by 413. */
    static boolean isThrottled(HttpReply reply) {
        return reply.status() == 413 || reply.status() == 429;
    }

    private static Optional<String> name(JsonReply json) {
        return json.names().stream().filter(NAMES::contains).findFirst();
    }

    /** By header, or in seconds in the body. */
    private @Nullable Duration askedFor(HttpReply reply, Optional<JsonReply> json, String name) {
        return reply.retryAfter(clock)
                .or(() -> json.flatMap(body -> body.number(name, "retryAfter"))
                        .filter(seconds -> seconds >= 0 && seconds <= LONGEST_WAIT)
                        .map(Duration::ofSeconds))
                .orElse(null);
    }
}
