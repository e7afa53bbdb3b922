package dev.passcourier.broker;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What we lay aside, in {@link Queues#FAILED} and {@link Queues#QUARANTINE}, and how its properties say where it came
 * from. Only messages that we sent ourselves are marked {@link #OWN}; a stranger's keeps its sender and its id instead,
 * so that it can be asked again in its sender's name and in no other.
 */
public final class KeptWork {

    /** Property: why it lies there, a code. */
    public static final String REASON = "pcReason";

    /** Property: the queue it came from. */
    public static final String FROM = "pcFrom";

    /** Property: how the work ended, of failed work only. */
    public static final String VERDICT = "pcVerdict";

    /** Property: true if the service itself had sent it to the queue it came from. */
    public static final String OWN = "pcOwn";

    /** Property: the validated user who sent it, if it was a stranger whom the broker knows. */
    public static final String USER = "pcUser";

    /** Property: the message id under which a stranger sent it. */
    public static final String REFERENCE = "pcReference";

    private KeptWork() {}

    /**
     * Failed work on its way to where it is kept.
     *
     * @param work      the message as it would go back to its queue
     * @param verdict   how it ended
     * @param code      why
     * @param expiresAt when it is not worth keeping any more
     */
    public static Envelope failed(Envelope work, String verdict, String code, @Nullable Instant expiresAt) {
        Map<String, Object> properties = new HashMap<>(work.properties());
        properties.put(FROM, work.queue());
        properties.put(REASON, code);
        properties.put(VERDICT, verdict);
        properties.put(OWN, true);
        return new Envelope(Queues.FAILED, work.body(), properties, null, expiresAt);
    }

    /** Whether a message of the expiry queue is failed work that has been kept long enough. */
    public static boolean isFailed(Arrival arrival) {
        return arrival.internal() && arrival.properties().get(VERDICT) instanceof String;
    }
}
