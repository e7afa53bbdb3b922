package dev.passcourier.ledger;

import java.time.Duration;

/** One account's gate on this node: what it says to those of other nodes, and hears from them, by the {@link NodeRegistry}. */
public interface SharedGate {

    /**
     * What the cloud allows all nodes together.
     *
     * @param turns  calls within any {@code within}
     * @param within a second or a little more, or longer for rates below one a second
     * @param calls  messages in hand at once
     */
    record Limits(int turns, Duration within, int calls) {}

    /**
     * What this node makes of the account now.
     *
     * @param turns  calls of the last {@code within}, and those that already have their time: others cannot have these turns yet
     * @param calls  messages in hand
     * @param pause  how long the cloud wants to be left alone; zero if it does not
     * @param broken whether this node has found that the cloud fails, and has not yet found that it works again
     */
    record Use(int turns, int calls, Duration pause, boolean broken) {}

    /**
     * What this node may make of the account.
     *
     * @param turns of the limit, that no other node uses meanwhile
     * @param calls likewise
     * @param lasts counted from when {@link #use} was asked; none is used after that
     * @param pause how long any node was told to leave the cloud alone; zero for not at all
     * @param rests whether another node has found that the cloud fails, and will find out when it works again
     */
    record Share(int turns, int calls, Duration lasts, Duration pause, boolean rests) {}

    /** What the cloud allows. */
    Limits limits();

    /** Asked before each share. */
    Use use();

    /** The share, from now on. */
    void share(Share share);
}
