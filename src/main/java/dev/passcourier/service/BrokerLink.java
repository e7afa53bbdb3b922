package dev.passcourier.service;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerFailure;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.broker.EmbeddedBroker;
import dev.passcourier.broker.ExternalQueues;
import dev.passcourier.broker.QueueDeclarer;
import dev.passcourier.broker.QueueDepths;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.OpenRequest;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.redrive.QueuedWork;
import dev.passcourier.redrive.RedriveService;
import jakarta.jms.JMSException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The broker the service works on, embedded or external, with all its queues there. */
final class BrokerLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerLink.class);
    private static final Duration PROBE = Duration.ofSeconds(10);

    private final @Nullable EmbeddedBroker embedded;
    private final BrokerAccess access;
    private final JmsPoolConnectionFactory pool;

    private BrokerLink(@Nullable EmbeddedBroker embedded, BrokerAccess access) throws Exception {
        this.embedded = embedded;
        this.access = access;
        this.pool = access.pool();
    }

    static BrokerLink open(Settings settings, DataDirectory data) throws Exception {
        Settings.Broker broker = settings.broker();
        BrokerLink link = broker.url() == null ? embedded(broker, settings, data) : external(broker, broker.url());
        try {
            QueueDeclarer.declare(link.access, queues(settings));
            if (link.embedded == null) {
                BrokerProbe probe = new BrokerProbe(link.access);
                probe.demandConsumers(consumed(settings));
                demandSettings(probe);
            }
            return link;
        } catch (ActiveMQException | JMSException e) {
            link.close();
            throw link.embedded == null
                    ? BrokerFailure.of("broker", link.access, e)
                    : new ConfigurationException("the embedded broker does not answer: "
                            + e.getClass().getSimpleName());
        } catch (Exception e) {
            link.close();
            throw e;
        }
    }

    /** Lets other programs in, if the broker is our own. */
    void listen() throws Exception {
        if (embedded != null) {
            embedded.listen();
        }
    }

    /** For a look: the embedded broker does not listen for other programs, and an external one is not tried out. */
    static BrokerLink openAlone(Settings settings, DataDirectory data) throws Exception {
        Settings.Broker broker = settings.broker();
        return broker.url() == null
                ? embedded(new Settings.Broker(null, null, null, null, Map.of()), settings, data)
                : external(broker, broker.url());
    }

    private static BrokerLink embedded(Settings.Broker listening, Settings settings, DataDirectory data)
            throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(
                data.part("broker"),
                settings.service().minFreeSpace() / 2,
                listening,
                intakeQueue(settings),
                collectable(settings));
        return new BrokerLink(broker, broker.access());
    }

    private static BrokerLink external(Settings.Broker broker, String url) throws Exception {
        if (broker.user() == null) {
            throw new ConfigurationException(
                    "broker.user: missing; an external broker must know us, or anybody's messages could pass for ours");
        }
        return new BrokerLink(null, BrokerAccess.external(url, broker.user(), broker.password()));
    }

    /** What another broker must do for us; the embedded one has our own settings. */
    private static void demandSettings(BrokerProbe probe) throws Exception {
        if (!probe.stampsUsers()) {
            throw new ConfigurationException(
                    "broker.url: the broker there does not say who sent a message; set populate-validated-user to true");
        }
        switch (probe.deadLetter(PROBE)) {
            case KEPT -> LOG.debug("DEAD_LETTERS_KEPT");
            case LOST ->
                throw new ConfigurationException("broker.url: the broker there drops a message after its last attempt;"
                        + " name " + Queues.DEAD + " as dead-letter-address and " + Queues.EXPIRED
                        + " as expiry-address of \"#\"");
            case WAITING -> LOG.warn("DEAD_LETTERS_NOT_SEEN within {}: run doctor, which waits longer", PROBE);
        }
    }

    /** The queue that requests come in by; requests on another broker's queue are moved to one of the same name. */
    static String intakeQueue(Settings settings) {
        return settings.sources().jms().queue();
    }

    private static Set<String> collectable(Settings settings) {
        return settings.destinations().values().stream()
                .map(Settings.Destination::channel)
                .filter(Settings.JmsChannel.class::isInstance)
                .map(channel -> ((Settings.JmsChannel) channel).queue())
                .collect(Collectors.toSet());
    }

    /** Asks how many messages lie in our queues. Whoever makes it closes it. */
    QueueDepths depths(Settings settings) {
        return new QueueDepths(access, queues(settings));
    }

    /**
     * Makes the queues that these settings need besides, and lets them be used. What else there is stays.
     *
     * @throws ConfigurationException if an external broker does not let us
     * @throws Exception              if the broker does not answer
     */
    void makeReady(Settings settings) throws Exception {
        QueueDeclarer.declare(access, queues(settings));
        if (embedded == null) {
            new BrokerProbe(access).demandConsumers(consumed(settings));
        } else {
            embedded.alsoCollectable(collectable(settings));
        }
    }

    static Set<String> queues(Settings settings) {
        Set<String> queues = new TreeSet<>(collectable(settings));
        queues.addAll(consumed(settings));
        return queues;
    }

    /** The queues that we take messages from; redrive does so from quarantine and failed work. */
    private static Set<String> consumed(Settings settings) {
        Set<String> queues = new TreeSet<>();
        queues.add(Queues.DEAD);
        queues.add(Queues.EXPIRED);
        queues.add(Queues.QUARANTINE);
        queues.add(Queues.FAILED);
        queues.add(intakeQueue(settings));
        settings.accounts().keySet().forEach(account -> queues.add(Queues.fetch(account)));
        settings.accounts().forEach((name, account) -> {
            if (account.afterDelivery() != Settings.AfterDelivery.KEEP) {
                queues.add(Queues.clear(name));
            }
        });
        settings.destinations().keySet().forEach(alias -> queues.add(Queues.outbox(alias)));
        return queues;
    }

    /**
     * Whose work lies in the queues, while nobody takes from them.
     *
     * @throws IllegalStateException if not all of it can be seen, saying why
     * @throws Exception             if the broker does not answer
     */
    QueuedWork queuedWork(Settings settings) throws Exception {
        QueuedWork work = new QueuedWork();
        if (embedded != null) {
            embedded.look(work);
        } else {
            Optional<String> hidden = new ExternalQueues(access, queues(settings)).look(work);
            if (hidden.isPresent()) {
                throw new IllegalStateException(hidden.get());
            }
        }
        return work;
    }

    /** Does something while nothing is written to the queues' files; those of an external broker are not ours to keep. */
    <T> T whileStill(Callable<T> work) throws Exception {
        return embedded == null ? work.call() : embedded.whileStill(work);
    }

    /** Whether a request can only lie in queues that {@link #queuedWork} sees: of an external broker, in the settings'. */
    boolean isVisible(OpenRequest request, Settings settings) {
        return embedded != null
                || settings.accounts().containsKey(request.row().account())
                        && settings.destinations()
                                .keySet()
                                .containsAll(request.row().destinations());
    }

    /** Returns what failed or was quarantined on this broker. */
    RedriveService redrive(Settings settings, AuditTrail audit, GoneDestinations gone, Clock clock) {
        String ownUser = Objects.requireNonNull(access.user(), "the broker knows us");
        return new RedriveService(pool, ownUser, settings, audit, gone, clock);
    }

    /** Whether the embedded broker has stopped by itself. */
    boolean hasStopped() {
        return embedded != null && embedded.hasStopped();
    }

    /** Starts the embedded broker again after that; its disk must be well. */
    void restart() throws Exception {
        Objects.requireNonNull(embedded, "an external broker is not ours to start")
                .restart();
        LOG.warn("BROKER_RESTARTED after it had stopped by itself");
    }

    JmsPoolConnectionFactory pool() {
        return pool;
    }

    @Nullable
    String ownUser() {
        return access.user();
    }

    /** Port of the embedded broker's TCP acceptor, or -1. */
    int port() {
        return embedded == null ? -1 : embedded.port();
    }

    @Override
    public void close() throws Exception {
        pool.stop();
        if (embedded != null) {
            embedded.close();
        }
    }
}
