package dev.passcourier.redrive;

import dev.passcourier.audit.AuditText;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.QueuedMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.ledger.OpenRequest;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.request.WorkCodec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whose work lies in the queues, told from every message that lies there; and so, which open requests are in none. */
public final class QueuedWork implements Consumer<QueuedMessage> {

    private final Set<String> requests = new HashSet<>();
    private final Set<String> references = new HashSet<>();
    private final Set<String> results = new HashSet<>();
    private final Set<String> ids = new HashSet<>();

    @Override
    public void accept(QueuedMessage message) {
        addIds(message);
        if (message.queue().equals(Queues.FAILED)) {
            // What is kept there has ended. Of an open request it is a redrive that a crash has cut short.
            return;
        }
        if (Queues.cleared(message.queue()) != null) {
            // Its request is over, or will be by its results.
            return;
        }
        if (!message.internal()) {
            references.add(AuditText.clean(message.messageId()));
            return;
        }
        String request = text(message, MessageProperties.REQUEST);
        if (text(message, MessageProperties.DELIVERY) == null) {
            if (request != null) {
                requests.add(request);
            }
            addReference(message);
        } else if (OutboxItem.Kind.RESULT.name().equals(text(message, MessageProperties.KIND))) {
            results.add(result(String.valueOf(request), String.valueOf(text(message, MessageProperties.ALIAS))));
        }
    }

    /**
     * Every id that a message's work goes by, also of what has failed: of its request or report, of its batch, and of a
     * request that the intake has yet to see, the reference of its origin.
     */
    public Set<String> ids() {
        return Set.copyOf(ids);
    }

    private void addIds(QueuedMessage message) {
        if (!message.internal()) {
            ids.add(AuditText.clean(message.messageId()));
            return;
        }
        for (String property :
                List.of(MessageProperties.REQUEST, MessageProperties.BATCH, MessageProperties.REFERENCE)) {
            String id = text(message, property);
            if (id != null) {
                ids.add(AuditText.clean(id));
            }
        }
        String origin = text(message, MessageProperties.ORIGIN);
        if (origin != null) {
            try {
                ids.add(AuditText.clean(WorkCodec.originFromText(origin).reference()));
            } catch (IllegalArgumentException unreadable) {
                // Then it is nobody's work, and goes to quarantine.
            }
        }
    }

    /** Of a request that the intake has yet to see, or that was quarantined there. */
    private void addReference(QueuedMessage message) {
        String origin = text(message, MessageProperties.ORIGIN);
        String reference = text(message, MessageProperties.REFERENCE);
        if (origin != null) {
            try {
                references.add(AuditText.clean(WorkCodec.originFromText(origin).reference()));
            } catch (IllegalArgumentException unreadable) {
                // Then it is nobody's work, and goes to quarantine.
            }
        } else if (reference != null) {
            references.add(AuditText.clean(reference));
        }
    }

    /**
     * The destinations whose result is nowhere.
     *
     * @return empty if all that is to be done for the request lies in queues. Of a request that got no further than the
     *     intake the destinations are not known: then {@link #isLost} alone tells
     */
    List<String> missing(OpenRequest open) {
        return isAtWork(open)
                ? List.of()
                : open.row().destinations().stream()
                        .filter(alias -> !open.isSettled(alias) && !isQueued(open, alias))
                        .toList();
    }

    /** Whether nobody will ever work on the request, or on a part of it. */
    public boolean isLost(OpenRequest open) {
        return !isAtWork(open)
                && (open.row().destinations().isEmpty() || !missing(open).isEmpty());
    }

    /** Whether a result for the destination is on its way. */
    boolean isQueued(OpenRequest open, String alias) {
        return results.contains(result(open.row().id(), alias));
    }

    /** Before its results. The intake drops what it sees again after the cloud was asked, so its message counts no more. */
    private boolean isAtWork(OpenRequest open) {
        return requests.contains(open.row().id())
                || open.row().attempts() == 0 && references.contains(String.valueOf(open.reference()));
    }

    private static String result(String request, String alias) {
        return request + "/" + alias;
    }

    private static @Nullable String text(QueuedMessage message, String property) {
        return message.properties().get(property) instanceof String text ? text : null;
    }
}
