package dev.passcourier.intake;

import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultPollingConsumerPollStrategy;

/** After each poll of the drop directory: looks at the files in hand again, on the same thread. */
public final class DropPollStrategy extends DefaultPollingConsumerPollStrategy {

    private final Settling settling;
    private final Processor lookAgain;

    /**
     * For one drop directory.
     *
     * @param lookAgain calls {@link TakeBatchFileStep#lookAgain} while files may be taken
     */
    public DropPollStrategy(Settling settling, Processor lookAgain) {
        this.settling = settling;
        this.lookAgain = lookAgain;
    }

    @Override
    public void commit(Consumer consumer, Endpoint endpoint, int polledMessages) {
        try {
            lookAgain.process(endpoint.createExchange());
        } catch (Exception unexpected) {
            throw new IllegalStateException("DROP_DIRECTORY_NOT_WATCHED", unexpected);
        } finally {
            settling.endPoll();
        }
    }
}
