package dev.passcourier.redrive;

import java.util.List;
import java.util.SortedSet;

/**
 * What was found, and what was done.
 *
 * @param found    the messages that the order is about; of those returned, what they were
 * @param returned how many of them went back
 * @param more     true if there are more that could be returned: order again
 * @param disabled destinations that nothing is posted to because they said they were gone
 * @param enabled  whether a destination was enabled by this order
 */
public record RedriveAnswer(
        List<FailedMessage> found, int returned, boolean more, SortedSet<String> disabled, boolean enabled) {

    /** Copies the list. */
    public RedriveAnswer {
        found = List.copyOf(found);
    }
}
