package dev.passcourier.provider.openstacknova;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.JsonReply.Presence;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the password's reply. An empty password means that the guest has not published one yet, that its record was
 * cleared, or that none can come: the server itself, asked further, may tell.
 */
final class OpenStackNovaProtocol implements CloudProtocol {

    private final SignIn signIn;
    private final OpenStackNovaFaults faults;

    OpenStackNovaProtocol(SignIn signIn, OpenStackNovaFaults faults) {
        this.signIn = signIn;
        this.faults = faults;
    }

    @Override
    public Optional<SignIn> signIn() {
        return Optional.of(signIn);
    }

    @Override
    public HttpCall authorize(PasswordRequest request, RequestLine line, @Nullable Session session) {
        String token = Objects.requireNonNull(session).token();
        return new HttpCall(line, Map.of("X-Auth-Token", token, "Accept", "application/json"));
    }

    @Override
    public Answer read(PasswordRequest request, HttpReply reply) {
        if (reply.status() != 200) {
            return faults.of(reply);
        }
        return JsonReply.of(reply).map(OpenStackNovaProtocol::password).orElseGet(HttpFault::unreadable);
    }

    @Override
    public Answer readCleared(PasswordRequest request, HttpReply reply) {
        return reply.status() / 100 == 2 ? new Answer.Cleared() : faults.of(reply);
    }

    private static Answer password(JsonReply json) {
        String password = json.text("password").orElse("");
        if (!password.isBlank()) {
            return Answer.Found.encrypted(password);
        }
        return json.presence("password") == Presence.BLANK ? new Answer.Further() : noPassword();
    }

    /**
     * A server without a key pair has nothing to encrypt to, and one that failed to start has no guest. Whatever else is
     * wrong with this call, which an application credential's access rules may forbid, the password may still come.
     */
    @Override
    public Answer readFurther(PasswordRequest request, HttpReply reply) {
        if (OpenStackNovaFaults.isThrottled(reply)) {
            return faults.of(reply);
        }
        Optional<JsonReply> server = JsonReply.of(reply).filter(json -> reply.status() == 200);
        if (server.flatMap(json -> json.text("server", "status"))
                .filter("ERROR"::equals)
                .isPresent()) {
            return new Answer.Ended(Verdict.FAILED, "SERVER_ERROR");
        }
        return server.filter(json -> json.presence("server", "key_name") == Presence.BLANK)
                        .isPresent()
                ? new Answer.Ended(Verdict.NEVER, "NO_KEY_PAIR")
                : new Answer.NotYet("EMPTY");
    }

    /** The answer has exactly this one field, so another service speaks. */
    private static Answer noPassword() {
        return new Answer.Retry(TransientFailure.FEW, "NO_PASSWORD_FIELD", null);
    }
}
