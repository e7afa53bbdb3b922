package dev.passcourier.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
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
import org.jspecify.annotations.Nullable;

/**
 * Looks at every message in our queues on a broker of its own process, one by one. What somebody has in hand cannot be
 * looked at, so nothing is told while anybody takes from one of the queues; nor of a cluster, whose other members may have
 * our messages. Messages with a delay are shown by the broker's management only, for which our user needs the right {@code
 * manage}; without it nothing is told while there are any, nor while a queue has more of them than one answer may hold.
 */
public final class ExternalQueues {

    private static final String MANAGEMENT = "activemq.management";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The broker's management cuts longer values. */
    private static final int CUT = 200;

    /** Management shows the delayed messages of a queue in one text only. */
    private static final int MOST_DELAYED = 10_000;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BrokerAccess access;
    private final List<String> queues;
    private final int mostDelayed;
    private final Duration patience;

    /** Of these queues; one that is not there is empty. */
    public ExternalQueues(BrokerAccess access, Collection<String> queues) {
        this(access, queues, MOST_DELAYED, PATIENCE);
    }

    /** The same with limits: delayed messages of a queue, and how long management may think about an answer. */
    ExternalQueues(BrokerAccess access, Collection<String> queues, int mostDelayed, Duration patience) {
        this.access = access;
        this.mostDelayed = mostDelayed;
        this.patience = patience;
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
            if (isClustered(session, asking)) {
                return Optional.of("the broker belongs to a cluster, whose other members may have messages of ours");
            }
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
            if (delayedCount(session, queue) > mostDelayed) {
                return Optional.of(queue + " has more than " + mostDelayed + " delayed messages, too many to be shown");
            }
            // Again from the start: a delay that has ended meanwhile moves a message to where we look next.
            seen = delayed(session, queue, each) + browse(session, queue, each);
        } catch (JMSException e) {
            return Optional.of(queue + " has delayed messages, which are shown to those with the right 'manage' on "
                    + MANAGEMENT + " only");
        }
        return seen < state.getMessageCount()
                ? Optional.of(queue + " counts more messages than it shows")
                : Optional.empty();
    }

    /** Every client is told the running members. That there are others, which do not run, management knows, if it answers. */
    private boolean isClustered(Session session, ClientSession asking) {
        if (asking.getSessionFactory()
                        .getServerLocator()
                        .getTopology()
                        .getMembers()
                        .size()
                > 1) {
            return true;
        }
        try {
            return Boolean.TRUE.equals(
                    ask(session, order -> JMSManagementHelper.putAttribute(order, ResourceNames.BROKER, "clustered")));
        } catch (JMSException notShown) {
            return false;
        }
    }

    private long browse(Session session, String queue, Consumer<QueuedMessage> each) throws JMSException {
        SenderIdentity senders = new SenderIdentity(access.user());
        long seen = 0;
        try (QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
            for (Enumeration<?> all = browser.getEnumeration(); all.hasMoreElements(); ) {
                Message message = (Message) all.nextElement();
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

    private long delayedCount(Session session, String queue) throws JMSException {
        Object count = ask(
                session,
                order -> JMSManagementHelper.putAttribute(order, ResourceNames.QUEUE + queue, "scheduledCount"));
        if (count instanceof Number number) {
            return number.longValue();
        }
        throw new JMSException("NOT_MANAGED");
    }

    private long delayed(Session session, String queue, Consumer<QueuedMessage> each) throws Exception {
        Object all = ask(
                session,
                order -> JMSManagementHelper.putOperationInvocation(
                        order, ResourceNames.QUEUE + queue, "listScheduledMessagesAsJSON"));
        long seen = 0;
        for (JsonNode message : JSON.readTree(String.valueOf(all))) {
            each.accept(delayed(queue, message));
            seen++;
        }
        return seen;
    }

    /** What management is asked for. */
    @FunctionalInterface
    private interface Order {
        void writeTo(Message message) throws JMSException;
    }

    /**
     * Management's answer. Under another address, which an operator may give it, nobody answers: the order is gone with our
     * patience then.
     *
     * @throws JMSException if we may not ask, it does not know what was asked for, or says nothing
     */
    private @Nullable Object ask(Session session, Order order) throws JMSException {
        TemporaryQueue answers = session.createTemporaryQueue();
        try (MessageConsumer consumer = session.createConsumer(answers);
                MessageProducer producer = session.createProducer(session.createQueue(MANAGEMENT))) {
            Message question = session.createMessage();
            order.writeTo(question);
            question.setJMSReplyTo(answers);
            producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
            producer.setTimeToLive(patience.toMillis());
            producer.send(question);
            Message answer = consumer.receive(patience.toMillis());
            if (answer == null || !JMSManagementHelper.hasOperationSucceeded(answer)) {
                throw new JMSException("NOT_MANAGED");
            }
            return JMSManagementHelper.getResult(answer);
        } catch (JMSException e) {
            throw e;
        } catch (Exception unreadable) {
            throw new JMSException("NOT_MANAGED");
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
        boolean internal = access.user() != null && access.user().equals(properties.get(SenderIdentity.STAMP));
        String id = message.hasNonNull("userID")
                ? message.path("userID").asText()
                : SenderIdentity.id(
                        message.path("messageID").asLong(),
                        message.path("timestamp").asLong());
        return new QueuedMessage(queue, id, internal, properties);
    }
}
