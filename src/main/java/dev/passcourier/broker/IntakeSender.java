package dev.passcourier.broker;

import java.util.List;

/**
 * Puts requests on the intake queue from outside a hop: from a dropped file, a schedule's run or a foreign broker. All
 * messages of one call go out in one transaction that does nothing but send, under one duplicate id
 * ({@code _AMQ_DUPL_ID} on one message of the transaction): all or none of them.
 */
public interface IntakeSender {

    /**
     * Sends the messages, all or none.
     *
     * @param messages    at least one, each for the intake queue
     * @param duplicateId stable id of the whole, the same whenever the same thing is sent again
     * @return true if they were sent now; false if the broker has had this id before, so that nothing is left to do
     * @throws RuntimeException if they could not be sent: nothing was, and the caller may try again
     */
    boolean send(List<OutboundMessage> messages, String duplicateId);
}
