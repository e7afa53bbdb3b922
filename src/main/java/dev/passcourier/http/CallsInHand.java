package dev.passcourier.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The calls and mails that are under way, so that a stop need not wait for a remote end that drips. Used by many threads
 * at once.
 */
public final class CallsInHand {

    private final Set<Runnable> cuts = ConcurrentHashMap.newKeySet();
    private final @Nullable CallsInHand all;
    private volatile boolean cut;

    /** Of a service. */
    public CallsInHand() {
        this(null);
    }

    private CallsInHand(@Nullable CallsInHand all) {
        this.all = all;
    }

    /** Some of these, which can be cut alone, and are cut with the others. */
    public CallsInHand some() {
        return new CallsInHand(this);
    }

    /**
     * Notes a call that begins; after {@link #cut} it is cut at once.
     *
     * @param cuts ends it from another thread; may be called when it is over, or twice
     * @return to be run when it is over, however it ended
     */
    public Runnable begin(Runnable cuts) {
        // Not the argument itself: two calls may share one.
        Runnable mine = cuts::run;
        this.cuts.add(mine);
        if (cut) {
            cuts.run();
        }
        Runnable over = all == null ? () -> {} : all.begin(cuts);
        return () -> {
            this.cuts.remove(mine);
            over.run();
        };
    }

    /** Cuts all that are under way and every one that begins from now on. */
    public void cut() {
        cut = true;
        cuts.forEach(Runnable::run);
    }

    /** Calls may begin again after a cut. */
    public void goOn() {
        cut = false;
    }

    /** Whether they were cut: then a failure says nothing about the remote end. */
    public boolean isCut() {
        return cut || (all != null && all.isCut());
    }
}
