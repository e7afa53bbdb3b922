package dev.passcourier.delivery;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import java.io.IOException;
import java.time.Instant;
import org.apache.camel.Message;

/** Puts an item into the form of one channel. */
@FunctionalInterface
interface Composer {

    /**
     * Fills the message that the channel sends.
     *
     * @param item the item
     * @param now  the time of this attempt
     * @param out  an empty message without headers
     * @throws OutboxException        if the item's body cannot be read
     * @throws ConfigurationException if a secret cannot be read
     * @throws IOException            if the result cannot be opened
     */
    void compose(OutboxItem item, Instant now, Message out) throws OutboxException, ConfigurationException, IOException;
}
