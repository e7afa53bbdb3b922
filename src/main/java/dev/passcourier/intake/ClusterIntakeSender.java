package dev.passcourier.intake;

import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.ledger.Ledger;
import java.util.List;

/**
 * Sends under a lock of the ledger, one node after the other. A broker looks for a duplicate id when a message arrives
 * and keeps it when the transaction ends, so that of two nodes at the very same instant, as their timers are, both would
 * be let in.
 */
public final class ClusterIntakeSender implements IntakeSender {

    private final Ledger ledger;
    private final IntakeSender sender;

    /** With the ledger that all nodes share. */
    public ClusterIntakeSender(Ledger ledger, IntakeSender sender) {
        this.ledger = ledger;
        this.sender = sender;
    }

    @Override
    public boolean send(List<OutboundMessage> messages, String duplicateId) {
        return ledger.inTurn(duplicateId, () -> sender.send(messages, duplicateId));
    }
}
