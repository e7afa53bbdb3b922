package dev.passcourier.broker;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.JmsEndpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.core.JmsTemplate;

/**
 * First step of every route that consumes from our broker. Takes the message over as an {@link InboundMessage} and drops all
 * headers. A message that is neither text nor bytes, is too large, has come too often, or is a later release's is moved to quarantine,
 * unread, and the route stops. On our own broker that is one transaction; from another broker a crash may copy it twice.
 */
public final class ArrivalStep implements Processor {

    /** How often a message may come before it is quarantined; the broker itself gives up later. */
    public static final int MAX_ATTEMPTS = 5;

    /** Largest request in bytes. */
    public static final int MAX_REQUEST = 64 * 1024;

    /** Largest message of our own in bytes. */
    static final int MAX_INTERNAL = 32 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ArrivalStep.class);

    private final JmsTemplate toQuarantine;
    private final SenderIdentity senders;
    private final String intake;
    private final AuditTrail audit;
    private final QuarantineNotifier notifier;
    private final Clock clock;

    /**
     * Tells a request's destinations that it ended in quarantine. Must not throw: the message has to get there whatever
     * becomes of the notices.
     */
    @FunctionalInterface
    public interface QuarantineNotifier {

        /** Nothing is said. */
        QuarantineNotifier NONE = facts -> List.of();

        /** The notices to send along, for a request that our own message names. */
        List<OutboundMessage> of(Map<Fact, String> facts);
    }

    /** For one broker, where nobody is told of what ends so. */
    public ArrivalStep(
            JmsTemplate toQuarantine, @Nullable String ownUser, String intake, AuditTrail audit, Clock clock) {
        this(toQuarantine, ownUser, intake, audit, QuarantineNotifier.NONE, clock);
    }

    /**
     * For one broker.
     *
     * @param toQuarantine on our broker; on the routes' own connection factory its sends join the consumer's transaction
     * @param ownUser         who we are on that broker, or null if nobody there may be believed to be us
     * @param intake          the queue that other programs send to
     * @param notifier       what to tell of our own requests that end so
     */
    public ArrivalStep(
            JmsTemplate toQuarantine,
            @Nullable String ownUser,
            String intake,
            AuditTrail audit,
            QuarantineNotifier notifier,
            Clock clock) {
        this.toQuarantine = toQuarantine;
        this.senders = new SenderIdentity(ownUser);
        this.intake = intake;
        this.audit = audit;
        this.notifier = notifier;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage().getBody(Message.class);
        String queue = ((JmsEndpoint) exchange.getFromEndpoint()).getDestinationName();
        SenderIdentity.Sender sender = senders.of(message);
        int limit = queue.equals(intake) ? MAX_REQUEST : MAX_INTERNAL;
        String poison = queue.equals(Queues.DEAD)
                ? "DEAD_LETTERED"
                : isOfNewerRelease(message, sender) ? "DATA_NEWER" : reasonToQuarantine(message, limit);
        if (poison == null) {
            byte[] body = body(message);
            if (body.length <= limit) {
                exchange.getMessage().removeHeaders("*");
                exchange.getMessage()
                        .setBody(new InboundMessage(
                                queue, sender.id(), sender.user(), sender.ours(), MessageProperties.of(message), body));
                return;
            }
            poison = "MESSAGE_TOO_LARGE";
        }
        quarantine(message, sender, cameFrom(message, sender, queue), poison);
        exchange.setRouteStop(true);
    }

    /** On another broker a node of a later release may have sent it: that release can return it from quarantine. */
    private static boolean isOfNewerRelease(Message message, SenderIdentity.Sender sender) throws JMSException {
        return sender.ours() && MessageProperties.isOfNewerRelease(MessageProperties.of(message));
    }

    private static @Nullable String reasonToQuarantine(Message message, int limit) throws JMSException {
        if (message.getIntProperty("JMSXDeliveryCount") > MAX_ATTEMPTS) {
            return "TOO_MANY_ATTEMPTS";
        }
        if (message instanceof BytesMessage bytes) {
            return bytes.getBodyLength() > limit ? "MESSAGE_TOO_LARGE" : null;
        }
        return message instanceof TextMessage ? null : "MESSAGE_TYPE";
    }

    /** The queue whose work it was. A stranger can have reached the intake only, whatever its message says. */
    private String cameFrom(Message message, SenderIdentity.Sender sender, String queue) throws JMSException {
        if (!queue.equals(Queues.DEAD)) {
            return queue;
        }
        String original = sender.ours() ? message.getStringProperty(MessageProperties.ORIGINAL_QUEUE) : intake;
        return original == null ? queue : original;
    }

    /** Whose work ends here is known from our own messages only. */
    private static Map<Fact, String> facts(Message message, SenderIdentity.Sender sender, String queue, String reason)
            throws JMSException {
        Map<Fact, String> facts =
                new HashMap<>(Map.of(Fact.REFERENCE, sender.id(), Fact.QUEUE, queue, Fact.CODE, reason));
        if (sender.ours()) {
            facts.putAll(MessageProperties.facts(MessageProperties.of(message)));
        }
        return facts;
    }

    private static byte[] body(Message message) throws JMSException {
        if (message instanceof BytesMessage bytes) {
            byte[] body = new byte[Math.toIntExact(bytes.getBodyLength())];
            bytes.reset();
            bytes.readBytes(body);
            return body;
        }
        String text = ((TextMessage) message).getText();
        return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }

    private void quarantine(Message message, SenderIdentity.Sender sender, String queue, String reason)
            throws JMSException {
        Map<Fact, String> facts = facts(message, sender, queue, reason);
        audit.append(new AuditEvent(AuditEvent.Type.QUARANTINED, clock.instant(), facts));
        LOG.warn("{} {} from {} goes to {}", reason, sender.id(), queue, Queues.QUARANTINE);
        relabel(message, sender, queue, reason);
        toQuarantine.send(Queues.QUARANTINE, session -> message);
        if (facts.containsKey(Fact.REQUEST) && !facts.containsKey(Fact.DELIVERY)) {
            for (OutboundMessage notice : notifier.of(facts)) {
                toQuarantine.send(notice.queue(), session -> PlainSend.message(session, notice));
            }
        }
    }

    /** It goes on under our own name: what a stranger claimed in properties must not become ours. */
    private static void relabel(Message message, SenderIdentity.Sender sender, String queue, String reason)
            throws JMSException {
        Map<String, Object> properties = sender.ours() ? MessageProperties.of(message) : Map.of();
        message.clearProperties();
        for (var property : properties.entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        if (sender.ours()) {
            message.setBooleanProperty(MessageProperties.OWN, true);
        } else {
            message.setStringProperty(MessageProperties.REFERENCE, sender.id());
            if (sender.user() != null) {
                message.setStringProperty(MessageProperties.USER, sender.user());
            }
        }
        message.setStringProperty(MessageProperties.REASON, reason);
        message.setStringProperty(MessageProperties.FROM, queue);
    }
}
