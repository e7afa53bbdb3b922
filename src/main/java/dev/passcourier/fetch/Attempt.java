package dev.passcourier.fetch;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.PathSegment;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.remote.ErrorBody;
import dev.passcourier.remote.RemoteText;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.SealTarget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get one password, from the message taken to the answer. Lives in the route's variable
 * {@value #VARIABLE} for the length of one message, and owns what calls and replies hold in memory.
 */
public final class Attempt {

    /** Name of the route variable. */
    public static final String VARIABLE = "attempt";

    /** Name of the variable with the instance's id, encoded as one segment of a path. */
    private static final String INSTANCE = "instance";

    /** More calls than any protocol needs: ask, renew, ask again, one further call. */
    private static final int MAX_CALLS = 6;

    private final FetchWork work;
    private final boolean clears;
    private final List<byte[]> toWipe = new ArrayList<>();
    private @Nullable Session session;
    private @Nullable Answer answer;
    private String said = "";
    private boolean signingIn;
    private boolean renewed;
    private boolean unasked;
    private Supplier<Optional<Answer>> halt = Optional::empty;
    private List<SealTarget> sealFor = List.of();
    private int calls;

    /** Begins to ask for the password of {@code work}. */
    public Attempt(FetchWork work) {
        this(work, false);
    }

    private Attempt(FetchWork work, boolean clears) {
        this.work = work;
        this.clears = clears;
    }

    /** Begins to have the cloud forget the password of {@code work}. */
    static Attempt clearing(FetchWork work) {
        return new Attempt(work, true);
    }

    /** Whom its password is to be sealed for: settled with the settings that it begins under. */
    void sealFor(List<SealTarget> targets) {
        sealFor = List.copyOf(targets);
    }

    List<SealTarget> sealFor() {
        return sealFor;
    }

    /** Has no further call made from when there is a reason on, which is the answer then. */
    void haltWhen(Supplier<Optional<Answer>> reason) {
        halt = reason;
    }

    /** Whether there is a reason to make no further call. The attempt is settled with it. */
    boolean halts() {
        Optional<Answer> reason = halt.get();
        reason.ifPresent(this::settleUnasked);
        return reason.isPresent();
    }

    /** What the routes' variables are at the beginning: this attempt, and the instance for the request line. */
    public Map<String, Object> variables() {
        return Map.of(
                VARIABLE, this, INSTANCE, PathSegment.encode(work.request().instance()));
    }

    /** Whether the cloud is to forget the password, rather than to tell it. */
    boolean clears() {
        return clears;
    }

    /** The request. */
    public FetchWork work() {
        return work;
    }

    /** True until the answer is known. Asked by the fetch route's loop. */
    public boolean isOpen() {
        return answer == null || answer instanceof Answer.Further || answer instanceof Answer.Renew;
    }

    /** True if the provider's route has one call more to make. Asked by its filter. */
    public boolean isFurther() {
        return answer instanceof Answer.Further;
    }

    /** True while there is no session and one is to be got. */
    boolean isSigningIn() {
        return signingIn;
    }

    /** The answer, once it is known. */
    public Answer answer() {
        if (answer == null || isOpen()) {
            throw new IllegalStateException("the provider route ended without an answer");
        }
        return answer;
    }

    /** The answer as far as there is one. */
    @Nullable
    Answer answered() {
        return answer;
    }

    void settle(Answer settled) {
        answer = settled;
        signingIn = false;
    }

    /** Settles the attempt with an answer of our own, as there is no call to make. */
    void settleUnasked(Answer own) {
        unasked = calls == 0;
        answer = own;
    }

    /** True if the answer is our own and says nothing about the cloud. */
    boolean isUnasked() {
        return unasked;
    }

    @Nullable
    Session session() {
        return session;
    }

    /** The cloud is asked, as whoever the session is of. */
    void begin(@Nullable Session used) {
        session = used;
        answer = null;
        signingIn = false;
    }

    /** The call that gets a session is made before the cloud is asked. */
    void signIn(HttpCall call) {
        signingIn = true;
        owns(call);
    }

    /**
     * The next call, authorized as whoever the session is of. What its body holds is wiped with the attempt.
     *
     * @param requestLine what the provider's route asks
     * @throws CannotAskException if the answer is known, the attempt has gone on for too long, or there is no call to make
     */
    HttpCall call(CloudProtocol protocol, @Nullable String requestLine) throws CannotAskException {
        if (!isOpen()) {
            throw new CannotAskException(answer());
        }
        if (halts()) {
            throw new CannotAskException(answer());
        }
        if (calls >= MAX_CALLS) {
            throw new CannotAskException(new Answer.Retry(TransientFailure.FEW, "TOO_MANY_CALLS", null));
        }
        HttpCall call = protocol.authorize(work.request(), RequestLine.parse(requestLine), session);
        calls++;
        owns(call);
        return call;
    }

    private void owns(HttpCall call) {
        if (call.body() != null) {
            toWipe.add(call.body());
        }
    }

    /** Owns what a reply holds from now on; of the call before it nothing is left. */
    void received(HttpReply reply) {
        wipe();
        toWipe.add(reply.body());
        said = "";
    }

    /** Keeps why the cloud refused, in words from which nobody learns a secret. */
    void heard(HttpReply reply) {
        said = RemoteText.known(ErrorBody.explanation(reply.body()));
    }

    /** The cloud's words on its latest refusal; empty if there are none. */
    String said() {
        return said;
    }

    /**
     * Takes what the protocol says that the reply means, to the call that was asked for or to the further one.
     *
     * @param sessions to renew the session with, or null for clouds that sign every call
     */
    void read(HttpReply reply, CloudProtocol protocol, @Nullable SessionKeeper sessions) {
        received(reply);
        try {
            Answer next = meaning(reply, protocol);
            if (!(next instanceof Answer.Found)) {
                heard(reply);
            }
            take(next, sessions);
        } catch (RuntimeException unexpected) {
            wipe();
            throw unexpected;
        }
    }

    private Answer meaning(HttpReply reply, CloudProtocol protocol) {
        if (clears) {
            return protocol.readCleared(work.request(), reply);
        }
        return isFurther() ? protocol.readFurther(work.request(), reply) : protocol.read(work.request(), reply);
    }

    private void take(Answer next, @Nullable SessionKeeper sessions) {
        if (next instanceof Answer.Renew renew) {
            if (sessions == null || session == null || renewed) {
                answer = new Answer.Ended(Verdict.DENIED, renew.code());
                return;
            }
            renewed = true;
            sessions.forget(session);
        }
        answer = next;
    }

    /** Wipes what calls and replies left behind, the answer's secret with it. */
    void wipe() {
        toWipe.forEach(bytes -> Arrays.fill(bytes, (byte) 0));
        toWipe.clear();
    }

    /** Names the request only. */
    @Override
    public String toString() {
        return "Attempt[" + work.request().id() + "]";
    }
}
