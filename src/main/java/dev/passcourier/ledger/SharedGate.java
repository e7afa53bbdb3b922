package dev.passcourier.ledger;

import java.time.Duration;

/** One account's gate on this node: what it says to those of other nodes, and hears from them, by the {@link NodeRegistry}. */
public interface SharedGate {

    /**
     * What this node makes of the account now.
     *
     * @param calls  messages in hand
     * @param pause  how long the cloud wants to be left alone; zero if it does not
     * @param broken whether this node has found that the cloud fails, and has not yet found that it works again
     */
    record Use(int calls, Duration pause, boolean broken) {}

    /**
     * What this node may make of the account.
     *
     * @param calls messages in hand, that no other node has meanwhile
     * @param lasts counted from when {@link #use} was asked; nothing is asked of the cloud after that
     * @param pause how long any node was told to leave the cloud alone; zero for not at all
     * @param rests whether another node has found that the cloud fails, and will find out when it works again
     */
    record Share(int calls, Duration lasts, Duration pause, boolean rests) {}

    /** How many messages all nodes together may have in hand. */
    int atOnce();

    /** Asked before each share. */
    Use use();

    /** The share, from now on. */
    void share(Share share);
}
