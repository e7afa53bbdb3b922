package dev.passcourier.provider.huaweiecs;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.JsonReply.Presence;
import dev.passcourier.provider.RefusedSecrets;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.provider.keystone.KeystoneSignIn;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the reply of {@code os-server-password}, which is alike on Huawei's own path and on Nova's. An empty password means alike that the guest has
 * not published one yet, that its record was cleared, that it runs Linux, or that it has no key pair.
 */
final class HuaweiProtocol implements CloudProtocol {

    private final HuaweiSettings settings;
    private final @Nullable SdkHmacSigner signer;
    private final @Nullable SignIn signIn;
    private final HuaweiFaults faults;
    private final RefusedSecrets refused;

    /** With a {@code signer} of calls, or with tokens that {@code signIn} gets. */
    HuaweiProtocol(
            HuaweiSettings settings, @Nullable SdkHmacSigner signer, @Nullable SignIn signIn, HuaweiFaults faults) {
        this.settings = settings;
        this.signer = signer;
        this.signIn = signIn;
        this.faults = faults;
        this.refused = new RefusedSecrets(this::secrets, faults.clock());
    }

    @Override
    public Optional<SignIn> signIn() {
        return Optional.ofNullable(signIn);
    }

    @Override
    public Optional<Answer.Ended> refusal() {
        return refused.latest();
    }

    @Override
    public Map<String, String> variables(@Nullable Session session) throws CannotAskException {
        return Map.of("project", projectId(session));
    }

    @Override
    public HttpCall authorize(PasswordRequest request, RequestLine line, @Nullable Session session)
            throws CannotAskException {
        refused.demandNotRefused(request);
        // Content-Type is documented as mandatory for every call, even one without a body.
        Map<String, String> headers =
                new HashMap<>(Map.of("Accept", "application/json", "Content-Type", "application/json"));
        try {
            headers.putAll(
                    signer == null
                            ? Map.of(
                                    "X-Auth-Token",
                                    Objects.requireNonNull(session).token())
                            : signer.headers(line.method(), line.path(), new TreeMap<>(), projectId(session)));
        } catch (ConfigurationException e) {
            throw CannotAskException.secretNotReadable();
        }
        return new HttpCall(line, headers);
    }

    @Override
    public Answer read(PasswordRequest request, HttpReply reply) {
        return note(request, reply, reply.status() == 200 ? ofSuccess(reply) : faults.of(reply));
    }

    /** Documented as 204 without a body; other successes say the same. */
    @Override
    public Answer readCleared(PasswordRequest request, HttpReply reply) {
        return note(request, reply, reply.status() / 100 == 2 ? new Answer.Cleared() : faults.of(reply));
    }

    private Answer ofSuccess(HttpReply reply) {
        return JsonReply.of(reply).map(json -> password(json, reply)).orElseGet(HttpFault::unreadable);
    }

    private Answer password(JsonReply json, HttpReply reply) {
        String password = json.text("password").orElse("");
        if (!password.isBlank()) {
            return Answer.Found.encrypted(password);
        }
        return json.presence("password") == Presence.BLANK ? new Answer.NotYet("EMPTY") : noPassword(reply);
    }

    /** An error may come with a good status. */
    private Answer noPassword(HttpReply reply) {
        String plain = "HTTP_" + reply.status();
        return HuaweiError.of(reply).code().equals(plain)
                ? new Answer.Retry(TransientFailure.FEW, "NO_PASSWORD_FIELD", null)
                : faults.of(reply);
    }

    private String projectId(@Nullable Session session) throws CannotAskException {
        if (settings.projectId() != null) {
            return settings.projectId();
        }
        String learnt = session == null ? null : session.facts().get(KeystoneSignIn.PROJECT_ID);
        if (learnt == null) {
            throw new CannotAskException(new Answer.Ended(Verdict.FAILED, "NO_PROJECT_ID"));
        }
        return learnt;
    }

    /** Takes note of an answer; of failures only 401 is about the keys, and one that can be renewed is not among them. */
    private Answer note(PasswordRequest request, HttpReply reply, Answer answer) {
        if (reply.status() == 401 && answer instanceof Answer.Ended ended) {
            return refused.refuse(request, ended);
        }
        if (reply.status() / 100 == 2 || answer instanceof Answer.Ended ended && ended.verdict() == Verdict.NOT_FOUND) {
            refused.taken();
        }
        return answer;
    }

    /** What the cloud judges when it judges a call. */
    private List<SecretRef> secrets() {
        return signer == null ? List.of(Objects.requireNonNull(signIn).secret()) : signer.secrets();
    }
}
