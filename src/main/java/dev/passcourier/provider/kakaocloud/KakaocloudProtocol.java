package dev.passcourier.provider.kakaocloud;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.PathSegment;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/instances/{id}/password}. An empty password means that the guest has not published one yet, or
 * never will because it is not Windows: the instance itself, asked next, tells.
 */
final class KakaocloudProtocol implements CloudProtocol {

    private static final String EMPTY = "EMPTY";

    private final SignIn signIn;
    private final KakaocloudFaults faults;

    KakaocloudProtocol(SignIn signIn, KakaocloudFaults faults) {
        this.signIn = signIn;
        this.faults = faults;
    }

    @Override
    public Optional<SignIn> signIn() {
        return Optional.of(signIn);
    }

    @Override
    public HttpCall ask(PasswordRequest request, @Nullable Session session) {
        return get(instance(request) + "/password", session);
    }

    @Override
    public Answer read(PasswordRequest request, @Nullable Session session, HttpReply reply) {
        if (reply.status() != 200) {
            return faults.of(reply);
        }
        return JsonReply.of(reply).map(json -> password(json, request, session)).orElseGet(HttpFault::unreadable);
    }

    private Answer password(JsonReply json, PasswordRequest request, @Nullable Session session) {
        return switch (json.presence("password")) {
            case ABSENT -> noPassword();
            case BLANK -> new Answer.Next(get(instance(request), session), this::readInstance);
            case PRESENT ->
                json.text("password").map(KakaocloudProtocol::found).orElseGet(KakaocloudProtocol::noPassword);
        };
    }

    /** Only a plain "no" ends the waiting; whatever else is wrong with this call, the password may still come. */
    private Answer readInstance(PasswordRequest request, HttpReply reply) {
        if (reply.status() == 429) {
            return faults.of(reply);
        }
        boolean notWindows = JsonReply.of(reply)
                .filter(json -> reply.status() == 200)
                .flatMap(json -> json.flag("instance", "image", "is_windows"))
                .filter(isWindows -> !isWindows)
                .isPresent();
        return notWindows ? new Answer.Ended(Verdict.NEVER, "NOT_WINDOWS") : new Answer.NotYet(EMPTY);
    }

    private static Answer found(String base64) {
        byte[] ascii = base64.getBytes(StandardCharsets.UTF_8);
        return new Answer.Found(new LockedSecret.Encrypted(ascii), "password", null);
    }

    /** The field is required by the API's own model, so this is a fault of the server that rarely heals. */
    private static Answer noPassword() {
        return new Answer.Retry(TransientFailure.FEW, "NO_PASSWORD_FIELD", null);
    }

    private static String instance(PasswordRequest request) {
        return "/api/v1/instances/" + PathSegment.encode(request.instance());
    }

    private static HttpCall get(String path, @Nullable Session session) {
        String token = Objects.requireNonNull(session).token();
        return new HttpCall("GET", path, null, Map.of("X-Auth-Token", token, "Accept", "application/json"), null);
    }
}
