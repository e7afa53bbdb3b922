package dev.passcourier.provider.kakaocloud;

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
 * Reads the password's reply. An empty password means that the guest has not published one yet, or never will because it
 * is not Windows: the instance itself, asked further, tells.
 */
final class KakaoCloudProtocol implements CloudProtocol {

    private static final String EMPTY = "EMPTY";

    private final SignIn signIn;
    private final KakaoCloudFaults faults;

    KakaoCloudProtocol(SignIn signIn, KakaoCloudFaults faults) {
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
        return JsonReply.of(reply).map(KakaoCloudProtocol::password).orElseGet(HttpFault::unreadable);
    }

    private static Answer password(JsonReply json) {
        String password = json.text("password").orElse("");
        if (!password.isBlank()) {
            return Answer.Found.encrypted(password);
        }
        return json.presence("password") == Presence.BLANK ? new Answer.Further() : noPassword();
    }

    /** Only a plain "no" ends the waiting; whatever else is wrong with this call, the password may still come. */
    @Override
    public Answer readFurther(PasswordRequest request, HttpReply reply) {
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

    /** The field is required by the API's own model, so this is a fault of the server that rarely heals. */
    private static Answer noPassword() {
        return new Answer.Retry(TransientFailure.FEW, "NO_PASSWORD_FIELD", null);
    }
}
