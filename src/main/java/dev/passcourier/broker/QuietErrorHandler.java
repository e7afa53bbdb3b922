package dev.passcourier.broker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ErrorHandler;

/**
 * Logs that a hop was rolled back, by the class of the failure only: exception texts of parsers and type converters
 * quote the message.
 */
final class QuietErrorHandler implements ErrorHandler {

    private static final Logger LOG = LoggerFactory.getLogger(QuietErrorHandler.class);

    @Override
    public void handleError(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        StackTraceElement[] trace = root.getStackTrace();
        LOG.warn(
                "HOP_ROLLED_BACK {} at {}; the broker delivers the message again",
                root.getClass().getName(),
                trace.length == 0 ? "unknown" : trace[0]);
    }
}
