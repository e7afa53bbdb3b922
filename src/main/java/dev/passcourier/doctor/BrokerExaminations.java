package dev.passcourier.doctor;

import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerFailure;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.broker.Queues;
import dev.passcourier.broker.WireProtocol;
import dev.passcourier.config.Settings;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQException;

/** The brokers: who sent what, and where does a message land after its last attempt and after its lifetime? */
final class BrokerExaminations {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Settings settings;

    BrokerExaminations(Settings settings) {
        this.settings = settings;
    }

    List<Examination> all() {
        List<Examination> all = new ArrayList<>();
        Settings.Broker broker = settings.broker();
        if (broker.url() == null) {
            all.add(new Examination("broker", subject -> Diagnosis.ok(subject, "embedded, with our own settings")));
        } else {
            for (WireProtocol protocol : WireProtocol.values()) {
                all.add(on(broker, "users." + word(protocol), (subject, access) -> users(subject, access, protocol)));
            }
            all.add(on(broker, "dead-letters", (subject, access) -> deadLetters(subject, new BrokerProbe(access))));
            all.add(on(broker, "expiry", (subject, access) -> expiry(subject, new BrokerProbe(access))));
            all.add(on(broker, "failover", BrokerExaminations::failover));
        }
        Settings.JmsSource jms = settings.sources().jms();
        if (jms.url() != null) {
            Access there = () -> BrokerAccess.external(jms.url(), jms.user(), jms.password());
            all.add(examination("sources.jms", "sources.jms", there, this::source));
            for (WireProtocol protocol : WireProtocol.values()) {
                all.add(examination(
                        "sources.jms.users." + word(protocol),
                        "sources.jms",
                        there,
                        (subject, access) -> users(subject, access, protocol)));
            }
        }
        return all;
    }

    /** Reads the settings of a broker's access. */
    @FunctionalInterface
    private interface Access {
        BrokerAccess read() throws Exception;
    }

    /** Tries something out on a broker. */
    @FunctionalInterface
    interface Trial {
        Diagnosis on(String subject, BrokerAccess access) throws Exception;
    }

    private static Examination on(Settings.Broker broker, String what, Trial trial) {
        Access access = () -> BrokerAccess.external(broker.url(), broker.user(), broker.password());
        return examination("broker." + what, "broker", access, trial);
    }

    /** What the broker says against us is worded as at the start of the service. */
    private static Examination examination(String subject, String settings, Access there, Trial trial) {
        return new Examination(subject, examined -> tried(settings, examined, there.read(), trial));
    }

    static Diagnosis tried(String settings, String subject, BrokerAccess access, Trial trial) throws Exception {
        try {
            return trial.on(subject, access);
        } catch (ActiveMQException | JMSException e) {
            throw BrokerFailure.of(settings, access, e);
        }
    }

    private Diagnosis source(String subject, BrokerAccess access) throws Exception {
        Settings.JmsSource jms = settings.sources().jms();
        long waiting = BrokerProbe.waiting(access, jms.queue());
        return waiting < 0
                ? Diagnosis.fail(subject, "there is no queue " + jms.queue() + ", or our user may not see it")
                : Diagnosis.ok(subject, waiting + " requests wait in " + jms.queue());
    }

    /** The protocol as a part of a subject: {@code amqp-in-core}. */
    private static String word(WireProtocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whom a policy would believe of what comes by one protocol. */
    private static Diagnosis users(String subject, BrokerAccess access, WireProtocol protocol) throws Exception {
        BrokerProbe.waiting(access, BrokerProbe.QUEUE);
        BrokerProbe.Forgery forgery;
        try {
            forgery = new BrokerProbe(access).forge(protocol);
        } catch (JMSSecurityException e) {
            return Diagnosis.warn(
                    subject,
                    "our user may not have a temporary queue there, so this could not be tried: see to it that"
                            + " populate-validated-user is true");
        }
        String by = "by " + protocol.title() + " ";
        return switch (forgery.belief()) {
            case SENDER ->
                Diagnosis.ok(subject, by + "the broker names each message's sender, whatever the sender says");
            case NOBODY ->
                protocol == WireProtocol.CORE
                        ? Diagnosis.fail(
                                subject,
                                "the broker does not say who sent a message: set populate-validated-user to true there")
                        : Diagnosis.ok(
                                subject,
                                by + "nobody is believed, whatever the sender says, so those requests must be signed");
            case CLAIMED ->
                Diagnosis.fail(
                        subject,
                        by + "a sender is believed to be whoever it says: set populate-validated-user to true there");
            case NOT_OFFERED -> Diagnosis.ok(subject, protocol.title() + " is not offered where our user gets in");
            case NOT_TRIED ->
                Diagnosis.warn(
                        subject,
                        by + "this cannot be tried, because "
                                + (forgery.why() == null ? "of nothing known" : Causes.of(forgery.why())));
        };
    }

    private static Diagnosis deadLetters(String subject, BrokerProbe probe) throws Exception {
        return diagnosis(subject, probe.deadLetter(PATIENCE), Queues.DEAD, "after its last attempt");
    }

    private static Diagnosis expiry(String subject, BrokerProbe probe) throws Exception {
        return diagnosis(subject, probe.expiry(PATIENCE), Queues.EXPIRED, "after its lifetime");
    }

    /** Whether another broker takes over when this one fails, and whether we would find it. */
    private static Diagnosis failover(String subject, BrokerAccess access) throws Exception {
        boolean several = access.url().contains(",");
        Optional<String> backup = BrokerProbe.backup(access);
        if (backup.isEmpty()) {
            return several
                    ? Diagnosis.warn(
                            subject,
                            "the URL names several brokers, and no backup stands ready: if the active one fails, all work"
                                    + " waits until it is back; look why the other one does not run or does not know it")
                    : Diagnosis.ok(subject, "one broker without a backup: while it is away, all work waits");
        }
        return several
                ? Diagnosis.ok(subject, "a backup stands ready at " + backup.get())
                : Diagnosis.warn(
                        subject,
                        "a backup stands ready at " + backup.get()
                                + ", and the URL does not name it, so that we would not find it: name both, as in"
                                + " (tcp://a:61616,tcp://b:61616)?ha=true");
    }

    private static Diagnosis diagnosis(String subject, BrokerProbe.Fate fate, String home, String when) {
        return switch (fate) {
            case KEPT -> Diagnosis.ok(subject, "a message lands in " + home + " " + when);
            case LOST ->
                Diagnosis.fail(
                        subject,
                        "a message is not in " + home + " " + when
                                + ": name it as dead-letter-address or expiry-address of \"#\" on the broker");
            case WAITING ->
                Diagnosis.warn(
                        subject,
                        "a message was still waiting after " + PATIENCE.toSeconds()
                                + " s: lower redelivery-delay on the broker, or look again later");
        };
    }
}
