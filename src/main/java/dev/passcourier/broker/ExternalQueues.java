package dev.passcourier.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueRequestor;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.management.ResourceNames;
import org.apache.activemq.artemis.api.jms.management.JMSManagementHelper;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;

/**
 * Looks at every message in our queues on a broker of its own process. What somebody has in hand cannot be looked at, so
 * nothing is told while anybody takes from one of the queues. Messages with a delay are shown by the broker's management
 * only, for which our user needs the right {@code manage}; without it nothing is told while there are any.
 */
public final class ExternalQueues {

    private static final String MANAGEMENT = "activemq.management";
    private static final String STAMP = org.apache.activemq.artemis.api.core.Message.HDR_VALIDATED_USER.toString();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The broker's management cuts longer values. */
    private static final int CUT = 200;

    private final BrokerAccess access;
    private final List<String> queues;

    /** Of these queues; one that is not there is empty. */
    public ExternalQueues(BrokerAccess access, Collection<String> queues) {
        this.access = access;
        this.queues = queues.stream()
                .sorted(Comparator.comparing(Queues.EXPIRED::equals))
                .toList();
    }

    /**
     * Looks.
     *
     * @return why not all messages can be seen; empty if each was seen
     * @throws Exception if the broker does not answer
     */
    public Optional<String> look(Consumer<QueuedMessage> each) throws Exception {
        try (ActiveMQConnectionFactory factory = access.factory();
                Connection connection = factory.createConnection();
                Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            ClientSession asking = ((ActiveMQSession) session).getCoreSession();
            for (String queue : queues) {
                ClientSession.QueueQuery state = asking.queueQuery(SimpleString.of(queue));
                if (state.getConsumerCount() > 0) {
                    return Optional.of("somebody takes from " + queue + ", and may have messages in hand");
                }
            }
            for (String queue : queues) {
                Optional<String> hidden = look(session, asking, queue, each);
                if (hidden.isPresent()) {
                    return hidden;
                }
            }
            return Optional.empty();
        }
    }

    private Optional<String> look(Session session, ClientSession asking, String queue, Consumer<QueuedMessage> each)
            throws Exception {
        ClientSession.QueueQuery state = asking.queueQuery(SimpleString.of(queue));
        if (!state.isExists() || state.getMessageCount() == 0) {
            return Optional.empty();
        }
        long seen = browse(session, queue, each);
        if (seen >= state.getMessageCount()) {
            return Optional.empty();
        }
        try {
            // Again from the start: a delay that has ended meanwhile moves a message to where we look next.
            seen = delayed(queue, each) + browse(session, queue, each);
        } catch (JMSException e) {
            return Optional.of(queue + " has delayed messages, which are shown to those with the right 'manage' only");
        }
        return seen < state.getMessageCount()
                ? Optional.of(queue + " counts more messages than it shows")
                : Optional.empty();
    }

    private long browse(Session session, String queue, Consumer<QueuedMessage> each) throws JMSException {
        SenderIdentity senders = new SenderIdentity(access.user());
        long seen = 0;
        try (QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
            for (Object next : Collections.list(browser.getEnumeration())) {
                Message message = (Message) next;
                Map<String, Object> properties = new HashMap<>();
                for (Object name : Collections.list(message.getPropertyNames())) {
                    properties.put((String) name, message.getObjectProperty((String) name));
                }
                properties.values().removeIf(value -> value == null);
                each.accept(new QueuedMessage(queue, SenderIdentity.id(message), senders.isOurs(message), properties));
                seen++;
            }
        }
        return seen;
    }

    private long delayed(String queue, Consumer<QueuedMessage> each) throws Exception {
        try (ActiveMQConnectionFactory factory = access.factory();
                QueueConnection connection = factory.createQueueConnection();
                QueueSession session = connection.createQueueSession(false, Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            Queue management = session.createQueue(MANAGEMENT);
            Message order = session.createMessage();
            JMSManagementHelper.putOperationInvocation(
                    order, ResourceNames.QUEUE + queue, "listScheduledMessagesAsJSON");
            Message answer = new QueueRequestor(session, management).request(order);
            if (!JMSManagementHelper.hasOperationSucceeded(answer)) {
                throw new JMSException("NOT_MANAGED");
            }
            long seen = 0;
            for (JsonNode message : JSON.readTree(String.valueOf(JMSManagementHelper.getResult(answer)))) {
                each.accept(delayed(queue, message));
                seen++;
            }
            return seen;
        }
    }

    private QueuedMessage delayed(String queue, JsonNode message) throws JMSException {
        Map<String, Object> properties = new HashMap<>();
        for (Map.Entry<String, JsonNode> property : message.properties()) {
            if (property.getValue().asText().length() > CUT) {
                throw new JMSException("CUT");
            }
            properties.put(property.getKey(), property.getValue().asText());
        }
        boolean internal = access.user() != null && access.user().equals(properties.get(STAMP));
        String id = message.hasNonNull("userID")
                ? message.path("userID").asText()
                : SenderIdentity.id(
                        message.path("messageID").asLong(),
                        message.path("timestamp").asLong());
        return new QueuedMessage(queue, id, internal, properties);
    }
}
