package dev.passcourier.broker;

import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ClusterTopologyListener;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.api.core.client.TopologyMember;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.jspecify.annotations.Nullable;

/**
 * Tries out on a broker what its settings are: sends messages of its own to the queue {@value #QUEUE}, looks what becomes
 * of them, and takes them away again. Works beside a running service, whose routes may have moved a message on from the
 * dead letters or the expired ones to quarantine.
 */
public final class BrokerProbe {

    /** The queue that is only there to be tried out. */
    public static final String QUEUE = "passcourier.probe";

    private static final String PROPERTY = "pcProbe";
    private static final String SOMEBODY_ELSE = "somebody-else";

    /** What a sender may say about who sent a message, and what only we are believed to say. */
    private static final List<Map<String, String>> CLAIMS = List.of(
            Map.of(SenderIdentity.VALIDATED_USER, SOMEBODY_ELSE),
            Map.of(SenderIdentity.STAMP, SOMEBODY_ELSE),
            Map.of(WireProtocol.USER_ID, SOMEBODY_ELSE),
            Map.of(
                    SenderIdentity.VALIDATED_USER,
                    SOMEBODY_ELSE,
                    SenderIdentity.STAMP,
                    SOMEBODY_ELSE,
                    WireProtocol.USER_ID,
                    SOMEBODY_ELSE,
                    MessageProperties.ORIGIN,
                    "FILE",
                    MessageProperties.REQUEST,
                    "probe"));

    private static final long ARRIVES_WITHIN_MILLIS = 10_000;
    private static final long LOOK_MILLIS = 250;
    private static final int LOOKS_BEFORE_LOST = 8;
    /** A look that finds nothing waits on so many queues. */
    private static final int RECEIVES = 3;
    /** A broker that never gives up would keep us for ever. */
    private static final int MOST_ROLLBACKS = 1000;

    private final BrokerAccess access;

    /** Of one broker, on which we may make queues. */
    public BrokerProbe(BrokerAccess access) {
        this.access = access;
    }

    /** What became of a message. */
    public enum Fate {
        /** It is where it belongs. */
        KEPT,
        /** It has left its queue and is not where it belongs. */
        LOST,
        /** It was still on its queue when the time was over. */
        WAITING
    }

    /** Something tried out in a session. */
    private interface Trial<T> {
        T in(Session session, String id) throws JMSException;
    }

    /**
     * Whether the broker says who sent a message ({@code populate-validated-user}), over what the sender says: we pretend
     * to be somebody else, and must be found out. Tried over the core protocol, which is ours; of what comes over AMQP
     * {@link SenderIdentity} believes nobody. {@link #forge} tries more.
     *
     * @throws Exception if the broker does not let us send and receive there
     */
    public boolean stampsUsers() throws Exception {
        return attempt(
                false,
                (session, id) ->
                        access.user() != null && access.user().equals(stamp(session, queue(session, QUEUE), id)));
    }

    /**
     * The same on a broker that only brings us requests, where we make no queues: tried with a temporary one.
     *
     * @throws Exception if the broker does not answer, or does not let our user try it with a temporary queue
     */
    public boolean stampsUsersThere() throws Exception {
        Forgery forgery = forge(WireProtocol.CORE);
        if (forgery.why() != null) {
            throw forgery.why();
        }
        return forgery.belief() == Belief.SENDER;
    }

    /** Whom we would believe to have sent what came by one protocol, of a sender who claims to be somebody else. */
    public enum Belief {
        /** The one who logged in, as the broker says. */
        SENDER,
        /** Nobody. */
        NOBODY,
        /** Whoever the sender claims to be. */
        CLAIMED,
        /** The protocol is not spoken where we get in. */
        NOT_OFFERED,
        /** It is, but that could not be tried. */
        NOT_TRIED
    }

    /**
     * What came of forging by one protocol.
     *
     * @param belief whom we would believe
     * @param why    why that could not be tried, or null
     */
    public record Forgery(Belief belief, @Nullable Exception why) {}

    /**
     * Logs in by one protocol as ourselves, where our core client gets in, and sends messages to a temporary
     * destination of ours.
     * They claim, by one property after the other and by all at once, to be another user's, who for the time is us.
     *
     * @throws Exception if the broker does not answer, or does not let our user have a temporary queue
     */
    public Forgery forge(WireProtocol protocol) throws Exception {
        try (ActiveMQConnectionFactory factory = access.factory();
                Connection connection = factory.createConnection();
                Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            Destination ours = protocol.temporary(session);
            try (MessageConsumer consumer = session.createConsumer(ours)) {
                TransportConfiguration here = ((ActiveMQSession) session)
                        .getCoreSession()
                        .getSessionFactory()
                        .getConnectorConfiguration();
                protocol.send(
                        ClientLogin.as(access, here),
                        ((ActiveMQDestination) ours).getAddress(),
                        "{}".getBytes(StandardCharsets.UTF_8),
                        CLAIMS);
                return new Forgery(believed(consumer), null);
            } catch (WireProtocol.NotOfferedException e) {
                return new Forgery(Belief.NOT_OFFERED, null);
            } catch (Exception e) {
                return new Forgery(Belief.NOT_TRIED, e);
            }
        }
    }

    private static Belief believed(MessageConsumer consumer) throws JMSException {
        SenderIdentity asVictim = new SenderIdentity(SOMEBODY_ELSE);
        Belief belief = Belief.SENDER;
        for (int left = CLAIMS.size(); left > 0; left--) {
            Message message = consumer.receive(ARRIVES_WITHIN_MILLIS);
            if (message == null) {
                throw new JMSException("NOT_ARRIVED");
            }
            SenderIdentity.Sender sender = asVictim.of(message);
            if (sender.ours()) {
                return Belief.CLAIMED;
            }
            belief = sender.user() == null ? Belief.NOBODY : belief;
        }
        return belief;
    }

    private @Nullable String stamp(Session session, Queue queue, String id) throws JMSException {
        send(session, queue, id, 0, Map.of(SenderIdentity.VALIDATED_USER, SOMEBODY_ELSE));
        try (MessageConsumer consumer = session.createConsumer(queue, selector(id))) {
            Message message = consumer.receive(10_000);
            return message == null ? null : new SenderIdentity(access.user()).user(message);
        }
    }

    /**
     * Whether we may send to a queue: tried in a transaction that is rolled back when the broker has answered, so that
     * nothing is left there.
     *
     * @throws Exception if the broker does not let us in, has no such queue, or refuses the message otherwise
     */
    public boolean maySend(String queue) throws Exception {
        try (ActiveMQConnectionFactory factory = access.factory();
                Connection connection = ConfirmedSends.over(factory).createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            // The answer may come with the send or with what follows it; closing rolls back what is left.
            send(session, queue(session, queue), UUID.randomUUID().toString(), 0, Map.of());
            session.rollback();
            return true;
        } catch (JMSException e) {
            if (BrokerFailure.lacks("SEND", e)) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Looks whether we may take messages from queues; takes none.
     *
     * @throws Exception if the broker does not let us
     */
    public void demandConsumers(Collection<String> queues) throws Exception {
        try (ActiveMQConnectionFactory factory = access.factory();
                Connection connection = factory.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            for (String queue : queues) {
                session.createConsumer(queue(session, queue)).close();
            }
        }
    }

    /** The mark of a probe that lies where a running service found it, to be kept with it; empty for all other messages. */
    public static Map<String, Object> mark(InboundMessage arrival) {
        return arrival.internal() && arrival.properties().get(PROPERTY) instanceof String id
                ? Map.of(PROPERTY, id)
                : Map.of();
    }

    /**
     * Rolls a message back until the broker gives it up, and looks where it landed.
     *
     * @param atMost about how long; a broker that waits between deliveries takes long
     */
    public Fate deadLetter(Duration atMost) throws Exception {
        return attempt(true, (session, id) -> {
            send(session, queue(session, QUEUE), id, 0, Map.of());
            session.commit();
            return follow(session, id, Queues.DEAD, atMost);
        });
    }

    /** Sends a message that expires at once, and looks where it landed. */
    public Fate expiry(Duration atMost) throws Exception {
        return attempt(true, (session, id) -> {
            send(session, queue(session, QUEUE), id, 1, Map.of());
            session.commit();
            return follow(session, id, Queues.EXPIRED, atMost);
        });
    }

    /**
     * How many messages wait in a queue, on any broker.
     *
     * @return -1 if there is no such queue, or our user may not see it
     */
    public static long waiting(BrokerAccess access, String queue) throws Exception {
        try (ServerLocator locator = access.factory().getServerLocator();
                ClientSessionFactory sessions = locator.createSessionFactory();
                ClientSession session =
                        sessions.createSession(access.user(), access.password(), false, true, true, false, 1)) {
            ClientSession.QueueQuery answer = session.queueQuery(SimpleString.of(queue));
            return answer.isExists() ? answer.getMessageCount() : -1;
        }
    }

    /**
     * Where the backup is that takes over when the broker that lets us in fails, by what that one tells its clients.
     *
     * @return host and port; empty if none stands ready
     * @throws Exception if the broker does not answer, or does not say it in time
     */
    public static Optional<String> backup(BrokerAccess access) throws Exception {
        CompletableFuture<TopologyMember> told = new CompletableFuture<>();
        try (ServerLocator locator = access.factory().getServerLocator()) {
            locator.addClusterTopologyListener(new ClusterTopologyListener() {
                @Override
                public void nodeUP(TopologyMember member, boolean last) {
                    told.complete(member);
                }

                @Override
                public void nodeDown(long eventUid, String nodeId) {
                    // Of a pair, the next connection tells.
                }
            });
            // Only who has logged in is told.
            try (ClientSessionFactory sessions = locator.createSessionFactory();
                    ClientSession session =
                            sessions.createSession(access.user(), access.password(), false, true, true, false, 1)) {
                TransportConfiguration backup =
                        told.get(ARRIVES_WITHIN_MILLIS, TimeUnit.MILLISECONDS).getBackup();
                return Optional.ofNullable(backup)
                        .map(TransportConfiguration::getParams)
                        .map(where -> where.get(TransportConstants.HOST_PROP_NAME) + ":"
                                + where.get(TransportConstants.PORT_PROP_NAME));
            }
        }
    }

    private <T> T attempt(boolean transacted, Trial<T> trial) throws Exception {
        QueueDeclarer.declare(access, List.of(QUEUE, Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE));
        try (ActiveMQConnectionFactory factory = access.factory();
                Connection connection = factory.createConnection();
                Session session = connection.createSession(
                        transacted, transacted ? Session.SESSION_TRANSACTED : Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            return trial.in(session, UUID.randomUUID().toString());
        }
    }

    private static Fate follow(Session session, String id, String home, Duration atMost) throws JMSException {
        long looks = atMost.toMillis() / (RECEIVES * LOOK_MILLIS);
        int gone = 0;
        for (int rollbacks = 0; looks > 0 && rollbacks < MOST_ROLLBACKS; ) {
            if (rolledBack(session, id)) {
                rollbacks++;
                gone = 0;
                continue;
            }
            looks--;
            if (taken(session, id, home) || taken(session, id, Queues.QUARANTINE)) {
                return Fate.KEPT;
            }
            gone = isWaiting(session, id) ? 0 : gone + 1;
            if (gone == LOOKS_BEFORE_LOST) {
                return Fate.LOST;
            }
        }
        return Fate.WAITING;
    }

    private static boolean rolledBack(Session session, String id) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(queue(session, QUEUE), selector(id))) {
            boolean came = consumer.receive(LOOK_MILLIS) != null;
            session.rollback();
            return came;
        }
    }

    private static boolean taken(Session session, String id, String from) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(queue(session, from), selector(id))) {
            boolean found = consumer.receive(LOOK_MILLIS) != null;
            session.commit();
            return found;
        }
    }

    /** Also while the broker waits to deliver it again. */
    private static boolean isWaiting(Session session, String id) throws JMSException {
        try (QueueBrowser browser = session.createBrowser(queue(session, QUEUE), selector(id))) {
            return browser.getEnumeration().hasMoreElements();
        }
    }

    private static void send(Session session, Queue queue, String id, long lifetimeMillis, Map<String, String> claims)
            throws JMSException {
        try (MessageProducer producer = session.createProducer(queue)) {
            Message message = session.createTextMessage("{}");
            message.setStringProperty(PROPERTY, id);
            for (var claim : claims.entrySet()) {
                message.setStringProperty(claim.getKey(), claim.getValue());
            }
            producer.setTimeToLive(lifetimeMillis);
            producer.send(message);
        }
    }

    private static Queue queue(Session session, String name) throws JMSException {
        return session.createQueue(name);
    }

    private static String selector(String id) {
        return PROPERTY + " = '" + id + "'";
    }
}
