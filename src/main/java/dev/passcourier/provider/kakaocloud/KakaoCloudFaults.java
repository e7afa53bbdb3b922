package dev.passcourier.provider.kakaocloud;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.JsonReply.Presence;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.provider.keystone.KeystoneFaults;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.util.Optional;

/**
 * Reads the failures of BCS. Its code strings are not documented, so the status decides; the shape of the body only
 * tells who speaks: BCS by a code that is a string, IAM by one that is a number, the framework before both by
 * {@code detail}, or something else before them all.
 *
 * <p>A 403 ends the request. The official Terraform provider takes it for a stale token and repeats it once; a missing
 * role does not heal by that, and every such request would cost the account a new token.
 */
record KakaoCloudFaults(Clock clock) {

    /** What a reply means that is not a success; {@link Answer.Renew} if the token is not good any more. */
    Answer of(HttpReply reply) {
        Optional<JsonReply> json = JsonReply.of(reply);
        String code = speaker(reply, json) + reply.status();
        return switch (reply.status()) {
            case 401 -> new Answer.Renew(code);
            case 403 -> new Answer.Ended(Verdict.DENIED, code);
            case 404 ->
                isNoSuchPath(json)
                        ? new Answer.Ended(Verdict.FAILED, "NO_SUCH_API")
                        : new Answer.Ended(Verdict.NOT_FOUND, code);
            case 400, 422 -> new Answer.Ended(Verdict.FAILED, code);
            case 409 -> HttpFault.retry(TransientFailure.FEW, code, reply, clock);
            case 429 -> HttpFault.retry(TransientFailure.THROTTLED, code, reply, clock);
            case 500, 502, 503, 504 -> HttpFault.retry(TransientFailure.SERVER, code, reply, clock);
            default -> HttpFault.of(reply, clock);
        };
    }

    private static String speaker(HttpReply reply, Optional<JsonReply> json) {
        if (json.filter(body -> body.text("error", "code").isPresent()).isPresent()) {
            return "BCS_";
        }
        if (json.filter(body -> body.presence("detail") == Presence.PRESENT).isPresent()) {
            return "VALIDATION_";
        }
        return KeystoneFaults.isKeystone(reply) ? "IAM_" : "HTTP_";
    }

    /** FastAPI's own words for a path it does not serve: the endpoint is wrong, not the instance. */
    private static boolean isNoSuchPath(Optional<JsonReply> json) {
        return json.flatMap(body -> body.text("detail"))
                .filter("Not Found"::equals)
                .isPresent();
    }
}
