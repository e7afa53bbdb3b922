package dev.passcourier.intake;

import java.io.IOException;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultPollingConsumerPollStrategy;

/**
 * Before each poll of the drop directory: looks whether the directory is as it must be, and at everything in it. After it:
 * looks at the files in hand again. All on the same thread.
 */
public final class DropPollStrategy extends DefaultPollingConsumerPollStrategy {

    private final DropDirectory directory;
    private final DropFilter filter;
    private final Settling settling;
    private final Processor lookAgain;

    /**
     * For one drop directory.
     *
     * @param lookAgain calls {@link TakeBatchFileStep#lookAgain} while files may be taken
     */
    public DropPollStrategy(DropDirectory directory, DropFilter filter, Settling settling, Processor lookAgain) {
        this.directory = directory;
        this.filter = filter;
        this.settling = settling;
        this.lookAgain = lookAgain;
    }

    /** Health tells of a directory that is not as it must be; here it is only left alone. */
    @Override
    public boolean begin(Consumer consumer, Endpoint endpoint) {
        try {
            directory.demandRight();
            filter.survey();
            return true;
        } catch (IOException fault) {
            return false;
        }
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
