package dev.passcourier.delivery;

import dev.passcourier.broker.Arrival;

/** What a sink's route knows of the delivery in hand: the value of its variable {@value #VARIABLE}. */
sealed interface Attempt {

    /** Name of the exchange variable. */
    String VARIABLE = "attempt";

    /** To be sent: the message is composed. */
    record Due(OutboxItem item) implements Attempt {}

    /** Settled without a send. */
    record Settled(OutboxItem item, DeliveryOutcome outcome) implements Attempt {}

    /** Not one of ours: goes to quarantine. */
    record Refused(Arrival arrival, OutboxException.Code code) implements Attempt {}
}
