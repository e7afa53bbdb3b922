package dev.passcourier.broker;

import java.time.Duration;

/** What the consumers of a queue pass before every receive. All methods are called by many threads. */
public interface Gate {

    /** Always open. */
    Gate OPEN = atMost -> true;

    /**
     * Waits for leave to take one message.
     *
     * @return true with leave; false if there was none within {@code atMost}
     */
    boolean enter(Duration atMost) throws InterruptedException;

    /** Returns the leave that the calling thread got last and did not use, because no message was waiting. */
    default void giveBack() {}

    /** The message that was taken with a leave has been worked on, whatever became of it. */
    default void left() {}

    /**
     * The hop failed, perhaps at its commit, and its message goes back; {@link #left} follows.
     *
     * @param messageId as in {@link InboundMessage}
     */
    default void failed(String messageId, Throwable why) {}

    /** Leave of this gate first, then of the other. */
    default Gate then(Gate last) {
        return new CompositeGate(this, last);
    }
}
