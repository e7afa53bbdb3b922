package dev.passcourier.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a pretend cloud does wrong, and when. Thread-safe; may be changed while calls come in. */
public final class Script {

    private final Deque<Misbehaviour> queue = new ArrayDeque<>();
    private @Nullable Misbehaviour always;

    Script() {}

    /** The next call goes wrong. */
    public Script next(Misbehaviour what) {
        return next(1, what);
    }

    /** So many calls go wrong, after those that were asked for before. */
    public synchronized Script next(int calls, Misbehaviour what) {
        for (int i = 0; i < calls; i++) {
            queue.add(what);
        }
        return this;
    }

    /** Every call goes wrong that is not spoken for by {@link #next}. */
    public synchronized Script always(Misbehaviour what) {
        always = what;
        return this;
    }

    /** All is fine from now on. */
    public synchronized Script clear() {
        queue.clear();
        always = null;
        return this;
    }

    synchronized Optional<Misbehaviour> take() {
        return Optional.ofNullable(queue.isEmpty() ? always : queue.poll());
    }
}
