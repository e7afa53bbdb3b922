package dev.passcourier.provider.zstack;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.JsonReply.Presence;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/vm-instances/{uuid}/console-passwords}. The answer holds the password in clear as {@code password};
 * {@code consolePassword}, as the documentation and old versions have it, is taken where there is no other.
 */
final class ZStackProtocol implements CloudProtocol {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{32}");
    private static final List<String> SECRETS = List.of("password", "consolePassword");

    private final Authorizer authorizer;
    private final @Nullable SignIn signIn;
    private final ZStackFaults faults;

    ZStackProtocol(Authorizer authorizer, @Nullable SignIn signIn, ZStackFaults faults) {
        this.authorizer = authorizer;
        this.signIn = signIn;
        this.faults = faults;
    }

    @Override
    public Optional<SignIn> signIn() {
        return Optional.ofNullable(signIn);
    }

    @Override
    public HttpCall ask(PasswordRequest request, @Nullable Session session) throws CannotAskException {
        if (!UUID.matcher(request.instance()).matches()) {
            throw new CannotAskException(new Answer.Ended(Verdict.REFUSED, "INSTANCE_ID"));
        }
        String path = "/v1/vm-instances/" + request.instance() + "/console-passwords";
        return new HttpCall("GET", path, null, authorizer.headers("GET", path, session), null);
    }

    @Override
    public Answer read(PasswordRequest request, @Nullable Session session, HttpReply reply) {
        return reply.status() == 200 ? password(reply) : fault(reply);
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
