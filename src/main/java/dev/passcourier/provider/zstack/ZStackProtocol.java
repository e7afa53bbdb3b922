package dev.passcourier.provider.zstack;

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
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a console password's reply. It holds the password in clear as {@code password};
 * {@code consolePassword}, as the documentation and old versions have it, is taken where there is no other.
 */
final class ZStackProtocol implements CloudProtocol {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{32}");
    private static final List<String> SECRETS = List.of("password", "consolePassword");

    /** "Wrong AccessKey ID or signature", and a session's end where there is none. */
    private static final Set<String> KEY_REFUSALS = Set.of("ID.1000", "ID.1001");

    private final @Nullable AccessKeySigner signer;
    private final @Nullable SignIn signIn;
    private final ZStackFaults faults;
    private final RefusedSecrets refused;

    private ZStackProtocol(@Nullable AccessKeySigner signer, @Nullable SignIn signIn, ZStackFaults faults) {
        this.signer = signer;
        this.signIn = signIn;
        this.faults = faults;
        this.refused = new RefusedSecrets(() -> signer == null ? List.of() : List.of(signer.secret()), faults.clock());
    }

    static ZStackProtocol bySession(SignIn signIn, ZStackFaults faults) {
        return new ZStackProtocol(null, signIn, faults);
    }

    static ZStackProtocol byAccessKey(AccessKeySigner signer, ZStackFaults faults) {
        return new ZStackProtocol(signer, null, faults);
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
    public HttpCall authorize(PasswordRequest request, RequestLine line, @Nullable Session session)
            throws CannotAskException {
        if (!UUID.matcher(request.instance()).matches()) {
            throw new CannotAskException(new Answer.Ended(Verdict.REFUSED, "INSTANCE_ID"));
        }
        if (signer != null) {
            refused.demandNotRefused(request);
        }
        return new HttpCall(
                line,
                signer == null
                        ? bySession(Objects.requireNonNull(session))
                        : signer.headers(line.method(), line.path()));
    }

    /** The word {@code OAuth} is compared with regard to case. */
    private static Map<String, String> bySession(Session session) {
        return Map.of("Authorization", "OAuth " + session.token());
    }

    @Override
    public Answer read(PasswordRequest request, HttpReply reply) {
        Answer answer = reply.status() == 200 ? password(reply) : fault(reply);
        if (signer != null && answer instanceof Answer.Ended ended && KEY_REFUSALS.contains(ended.code())) {
            return refused.refuse(request, ended);
        }
        if (answer instanceof Answer.Found) {
            refused.taken();
        }
        return answer;
    }

    private Answer password(HttpReply reply) {
        return JsonReply.of(reply, Set.copyOf(SECRETS))
                .filter(JsonReply::isObject)
                .map(json -> password(json, reply))
                .orElseGet(HttpFault::unreadable);
    }

    private Answer password(JsonReply json, HttpReply reply) {
        List<List<String>> found = SECRETS.stream()
                .filter(name -> json.presence(name) == Presence.PRESENT)
                .map(List::of)
                .toList();
        if (!found.isEmpty()) {
            return new Answer.Found(new LockedSecret.InClear(reply.body(), found), "console-password", null);
        }
        return json.presence("error") == Presence.ABSENT ? new Answer.Ended(Verdict.NOT_SET, "NOT_SET") : fault(reply);
    }

    private Answer fault(HttpReply reply) {
        Answer answer = faults.of(reply);
        return answer instanceof Answer.Renew renew && signIn == null
                ? new Answer.Ended(Verdict.DENIED, renew.code())
                : answer;
    }
}
