package dev.passcourier.provider.keystone;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.JsonReply.Presence;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.util.Optional;

/** Reads Keystone's failures: <code>{"error":{"code":401,"message":"…","title":"Unauthorized"}}</code>. */
public final class KeystoneFaults {

    private static final String NO_SUCH_CREDENTIAL = "Could not find Application Credential";

    private KeystoneFaults() {}

    /**
     * What a failed token request means. Refused credentials end the request and are never sent a second time: clouds
     * lock keys and users after a few failures.
     */
    public static Answer of(HttpReply reply, Clock clock) {
        String code = (isKeystone(reply) ? "IAM_" : "HTTP_") + reply.status();
        return switch (reply.status()) {
            case 401, 403 -> new Answer.Ended(Verdict.DENIED, wantsSecondFactor(reply) ? "MFA_REQUIRED" : code);
            case 404 -> new Answer.Ended(lacksCredential(reply) ? Verdict.DENIED : Verdict.FAILED, code);
            case 409 -> HttpFault.retry(TransientFailure.FEW, code, reply, clock);
            default -> HttpFault.of(reply, clock);
        };
    }

    /** Keystone hands out a receipt for the proof it has, and waits for another that changes every half minute. */
    private static boolean wantsSecondFactor(HttpReply reply) {
        return reply.header("openstack-auth-receipt").isPresent();
    }

    /** Any other 404 is not about who asks, but about a path that is not Keystone's. */
    private static boolean lacksCredential(HttpReply reply) {
        return isKeystone(reply)
                && JsonReply.of(reply)
                        .flatMap(body -> body.text("error", "message"))
                        .filter(message -> message.startsWith(NO_SUCH_CREDENTIAL))
                        .isPresent();
    }

    /** Whether Keystone itself speaks, and not something before it. */
    public static boolean isKeystone(HttpReply reply) {
        Optional<JsonReply> json = JsonReply.of(reply);
        return json.filter(body -> body.text("error", "code").isEmpty())
                .filter(body ->
                        body.number("error", "code").isPresent() || body.presence("error", "title") == Presence.PRESENT)
                .isPresent();
    }
}
