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
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.JmsEndpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.core.JmsTemplate;

/**
 * First step of every route that consumes from our broker. Takes the message over as an {@link Arrival} and drops all
 * headers. A message that is neither text nor bytes, is too large, or has come too often is moved to quarantine in the
 * same transaction, unread, and the route stops.
 */
public final class ArrivalStep implements Processor {

    /** How often a message may come before it is quarantined; the broker itself gives up later. */
    public static final int MAX_ATTEMPTS = 5;

    /** Largest request in bytes. */
    public static final int MAX_REQUEST = 64 * 1024;

    private static final int MAX_INTERNAL = 32 * 1024 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(ArrivalStep.class);

    private final JmsTemplate sameTransaction;
    private final @Nullable String ownUser;
    private final String intake;
    private final AuditTrail audit;
    private final Clock clock;

    /**
     * For one broker.
     *
     * @param sameTransaction on the routes' own connection factory, so that its sends join the consumer's transaction
     * @param ownUser         who we are on that broker, or null if nobody there may be believed to be us
     * @param intake          the queue that other programs send to
     */
    public ArrivalStep(
            JmsTemplate sameTransaction, @Nullable String ownUser, String intake, AuditTrail audit, Clock clock) {
        this.sameTransaction = sameTransaction;
        this.ownUser = ownUser;
        this.intake = intake;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage().getBody(Message.class);
        String queue = ((JmsEndpoint) exchange.getFromEndpoint()).getDestinationName();
        int limit = queue.equals(intake) ? MAX_REQUEST : MAX_INTERNAL;
        String poison = reasonToQuarantine(message, limit);
        if (poison == null) {
            byte[] body = body(message);
            if (body.length <= limit) {
                exchange.getMessage().removeHeaders("*");
                exchange.getMessage().setBody(arrival(message, queue, body));
                return;
            }
            poison = "MESSAGE_TOO_LARGE";
        }
        quarantine(message, queue, poison);
        exchange.setRouteStop(true);
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

    private Arrival arrival(Message message, String queue, byte[] body) throws JMSException {
        String user = message.getStringProperty("JMSXUserID");
        boolean internal = ownUser != null && ownUser.equals(user);
        return new Arrival(queue, id(message), user, internal, properties(message), body);
    }

    /** The sender's id, or the broker's with the time if the sender's client leaves ids out. */
    private static String id(Message message) throws JMSException {
        String id = message.getJMSMessageID();
        if (id != null) {
            return id;
        }
        return "core:" + ((ActiveMQMessage) message).getCoreMessage().getMessageID() + "." + message.getJMSTimestamp();
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

    private static Map<String, Object> properties(Message message) throws JMSException {
        Map<String, Object> properties = new HashMap<>();
        for (Object name : Collections.list(message.getPropertyNames())) {
            String property = (String) name;
            if (!property.startsWith("JMSX") && !property.startsWith("_AMQ")) {
                properties.put(property, message.getObjectProperty(property));
            }
        }
        return properties;
    }

    private void quarantine(Message message, String queue, String reason) throws JMSException {
        String id = id(message);
        audit.append(new AuditEvent(
                AuditEvent.Type.QUARANTINED,
                clock.instant(),
                Map.of(Fact.REFERENCE, id, Fact.QUEUE, queue, Fact.CODE, reason)));
        LOG.warn("{} {} from {} goes to {}", reason, id, queue, Queues.QUARANTINE);
        Map<String, Object> properties = properties(message);
        message.clearProperties();
        for (var property : properties.entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        message.setStringProperty("pcReason", reason);
        message.setStringProperty("pcFrom", queue);
        sameTransaction.send(Queues.QUARANTINE, session -> message);
    }
}
