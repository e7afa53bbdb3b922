package dev.passcourier.killloop;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.api.core.ActiveMQDuplicateIdException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * Another program that sends requests to the queue and has to live with a broker that is killed: a transaction whose end
 * it has not heard of is sent again under the same duplicate id, until the broker has said that it has it.
 */
final class Feeder implements AutoCloseable {

    private static final int AT_ONCE = 5;
    private static final long PAUSE_MILLIS = 100;

    private final KillWorld world;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread feeder = new Thread(work, "feeder");
        feeder.setDaemon(true);
        return feeder;
    });
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();

    Feeder(KillWorld world) {
        this.world = world;
    }

    /** Sends them as soon as the broker is there. */
    void send(List<Ask> asks) {
        for (int from = 0; from < asks.size(); from += AT_ONCE) {
            List<Ask> some = List.copyOf(asks.subList(from, Math.min(from + AT_ONCE, asks.size())));
            open.incrementAndGet();
            thread.execute(() -> attempt(some));
        }
    }

    /** True when the broker has taken over everything. */
    boolean isDone() {
        return open.get() == 0;
    }

    /** How often a commit ended in the unknown. */
    int unknown() {
        return unknown.get();
    }

    /** How often the broker knew a repeated transaction. */
    int repeated() {
        return repeated.get();
    }

    private void attempt(List<Ask> asks) {
        if (isTaken(asks)) {
            open.decrementAndGet();
        } else {
            thread.schedule(() -> attempt(asks), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private boolean isTaken(List<Ask> asks) {
        boolean committing = false;
        try (ActiveMQConnectionFactory factory = factory(world);
                Connection connection = factory.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            sendAll(session, asks);
            committing = true;
            session.commit();
            return true;
        } catch (JMSException | RuntimeException e) {
            // The second is what the client makes of a connection that dies under it.
            boolean taken = isDuplicate(e);
            (taken ? repeated : unknown).addAndGet(taken || committing ? 1 : 0);
            return taken;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** To the service's broker, as the ticket system. */
    static ActiveMQConnectionFactory factory(KillWorld world) throws IOException {
        return new ActiveMQConnectionFactory(
                "tcp://127.0.0.1:" + world.port() + "?callTimeout=10000&reconnectAttempts=0",
                "ticketing",
                world.brokerPassword());
    }

    private static void sendAll(Session session, List<Ask> asks) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(KillWorld.REQUESTS))) {
            for (Ask ask : asks) {
                TextMessage message = session.createTextMessage(ask.json());
                if (ask.equals(asks.get(0))) {
                    message.setStringProperty(Message.HDR_DUPLICATE_DETECTION_ID.toString(), ask.id());
                }
                producer.send(message);
            }
        }
    }

    private static boolean isDuplicate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ActiveMQDuplicateIdException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
