package dev.passcourier.fetch;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Verdict;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get one password: the calls made so far and, in the end, the answer. Lives in the route's variable
 * {@value #VARIABLE} for the length of one message.
 */
public final class Conversation {

    /** Name of the route variable. */
    public static final String VARIABLE = "conversation";

    /** More calls than any protocol needs: ask, renew, ask again, one more call. */
    private static final int MAX_CALLS = 6;

    private final FetchWork work;
    private Answer.@Nullable Reader reader;
    private @Nullable HttpCall next;
    private @Nullable HttpCall sent;
    private @Nullable HttpReply reply;
    private @Nullable Session session;
    private @Nullable Answer answer;
    private boolean renewed;
    private boolean refused;
    private int calls;

    /** Opens a conversation about {@code work}. */
    public Conversation(FetchWork work) {
        this.work = work;
    }

    /** The request. */
    public FetchWork work() {
        return work;
    }

    /** True until the answer is known. Asked by the provider routes' loop. */
    public boolean isOpen() {
        return answer == null;
    }

    /** The answer, once the conversation is settled. */
    public Answer answer() {
        if (answer == null) {
            throw new IllegalStateException("the provider route ended without an answer");
        }
        return answer;
    }

    void settle(Answer settled) {
        answer = settled;
    }

    /** Ends the conversation before the cloud was asked anything. */
    void refuse(String code) {
        refused = true;
        settle(new Answer.Ended(Verdict.REFUSED, code));
    }

    /** True if the answer is our own and says nothing about the cloud. */
    boolean isRefused() {
        return refused;
    }

    /** The call a protocol wants to make after its first one, or null if it has to be asked. */
    @Nullable
    HttpCall next() {
        return next;
    }

    void sending(HttpCall call, @Nullable Session used) {
        calls++;
        sent = call;
        session = used;
    }

    @Nullable
    Session session() {
        return session;
    }

    Answer.@Nullable Reader reader() {
        return reader;
    }

    void received(HttpReply received) {
        wipe();
        reply = received;
    }

    /** Keeps the conversation open for one more call, unless it has gone on for too long. */
    void goOn(Answer.Next more) {
        if (calls >= MAX_CALLS) {
            settle(new Answer.Retry(TransientFailure.FEW, "TOO_MANY_CALLS", null));
        } else {
            next = more.call();
            reader = more.reader();
        }
    }

    /** Starts over with a fresh session; false if that has been done before. */
    boolean renew() {
        boolean first = !renewed;
        renewed = true;
        next = null;
        reader = null;
        return first;
    }

    /** Wipes what calls and replies left behind. */
    void wipe() {
        if (sent != null && sent.body() != null) {
            Arrays.fill(sent.body(), (byte) 0);
        }
        if (reply != null) {
            Arrays.fill(reply.body(), (byte) 0);
        }
    }

    /** Names the request only. */
    @Override
    public String toString() {
        return "Conversation[" + work.request().id() + "]";
    }
}
