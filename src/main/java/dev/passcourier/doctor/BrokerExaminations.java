package dev.passcourier.doctor;

import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import jakarta.jms.JMSSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
            all.add(new Examination(
                    "broker.users", subject -> users(subject, backbone(broker).stampsUsers())));
            all.add(new Examination("broker.dead-letters", subject -> deadLetters(subject, backbone(broker))));
            all.add(new Examination("broker.expiry", subject -> expiry(subject, backbone(broker))));
        }
        if (settings.sources().jms().url() != null) {
            all.add(new Examination("sources.jms", this::source));
            all.add(new Examination("sources.jms.users", this::sourceUsers));
        }
        return all;
    }

    private static BrokerProbe backbone(Settings.Broker broker) throws Exception {
        return new BrokerProbe(BrokerAccess.external(broker.url(), broker.user(), broker.password()));
    }

    private Diagnosis source(String subject) throws Exception {
        Settings.JmsSource jms = settings.sources().jms();
        long waiting = BrokerProbe.waiting(BrokerAccess.external(jms.url(), jms.user(), jms.password()), jms.queue());
        return waiting < 0
                ? Diagnosis.fail(subject, "there is no queue " + jms.queue() + ", or our user may not see it")
                : Diagnosis.ok(subject, waiting + " requests wait in " + jms.queue());
    }

    private Diagnosis sourceUsers(String subject) throws Exception {
        Settings.JmsSource jms = settings.sources().jms();
        try {
            BrokerAccess access = BrokerAccess.external(jms.url(), jms.user(), jms.password());
            return users(subject, new BrokerProbe(access).stampsUsersThere());
        } catch (JMSSecurityException e) {
            return Diagnosis.warn(
                    subject,
                    "our user may not have a temporary queue there, so this could not be tried: see to it that"
                            + " populate-validated-user is true");
        }
    }

    private static Diagnosis users(String subject, boolean stamped) {
        return stamped
                ? Diagnosis.ok(
                        subject,
                        "the broker names each message's sender, whatever the sender says;"
                                + " of what comes over AMQP nobody is believed, so those requests must be signed")
                : Diagnosis.fail(
                        subject,
                        "the broker does not say who sent a message: set populate-validated-user to true there");
    }

    private static Diagnosis deadLetters(String subject, BrokerProbe probe) throws Exception {
        return diagnosis(subject, probe.deadLetter(PATIENCE), Queues.DEAD, "after its last attempt");
    }

    private static Diagnosis expiry(String subject, BrokerProbe probe) throws Exception {
        return diagnosis(subject, probe.expiry(PATIENCE), Queues.EXPIRED, "after its lifetime");
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
