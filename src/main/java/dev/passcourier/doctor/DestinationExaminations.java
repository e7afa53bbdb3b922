package dev.passcourier.doctor;

import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.config.FileGuard;
import dev.passcourier.config.Settings;
import dev.passcourier.delivery.MailProbe;
import dev.passcourier.http.EndpointProbe;
import dev.passcourier.http.PemTrust;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** The destinations, as far as they can be tried out without delivering anything. */
final class DestinationExaminations {

    private final Settings settings;
    private final Clocks clocks;

    DestinationExaminations(Settings settings, Clock clock) {
        this.settings = settings;
        this.clocks = new Clocks(clock);
    }

    List<Examination> all() {
        return settings.destinations().entrySet().stream()
                .map(destination -> new Examination(
                        "destination." + destination.getKey(),
                        subject -> examine(subject, destination.getValue().channel())))
                .toList();
    }

    private Diagnosis examine(String subject, Settings.Channel channel) throws Exception {
        if (channel instanceof Settings.EmailChannel mail) {
            return mail(subject, mail);
        }
        if (channel instanceof Settings.WebhookChannel webhook) {
            Instant ends = EndpointProbe.handshake(webhook.url(), PemTrust.context(webhook.trust()));
            return clocks.certificate(subject, ends)
                    .orElseGet(() -> Diagnosis.ok(
                            subject,
                            ends == null
                                    ? "somebody listens there, without TLS; nothing was posted"
                                    : "its certificate is good until " + ends + "; nothing was posted"));
        }
        if (channel instanceof Settings.FileChannel file) {
            return file(subject, file);
        }
        if (channel instanceof Settings.RouteChannel) {
            return Diagnosis.ok(subject, "a route in routes/local; validate looks at it, and nothing was sent");
        }
        return jms(subject, ((Settings.JmsChannel) channel).queue());
    }

    private Diagnosis jms(String subject, String queue) throws Exception {
        Settings.Broker broker = settings.broker();
        if (broker.url() == null) {
            return Diagnosis.ok(subject, "queue " + queue + " on our own broker");
        }
        BrokerAccess access = BrokerAccess.external(broker.url(), broker.user(), broker.password());
        return BrokerExaminations.tried("broker", subject, access, (examined, there) -> jms(examined, there, queue));
    }

    private static Diagnosis jms(String subject, BrokerAccess access, String queue) throws Exception {
        if (BrokerProbe.waiting(access, queue) < 0) {
            return Diagnosis.warn(
                    subject, "there is no queue " + queue + " on the broker: the start makes it, if our user may");
        }
        return new BrokerProbe(access).maySend(queue)
                ? Diagnosis.ok(subject, "the broker takes messages of ours for queue " + queue)
                : Diagnosis.fail(
                        subject,
                        "our user may not send to queue " + queue
                                + ": give one of its roles the permission send on it");
    }

    private static Diagnosis mail(String subject, Settings.EmailChannel mail) throws Exception {
        MailProbe.Seen seen = MailProbe.look(mail);
        return seen.works()
                ? Diagnosis.ok(subject, "the mail server " + seen.says())
                : Diagnosis.fail(
                        subject, "mail cannot be handed to " + mail.host() + ":" + mail.port() + ": " + seen.says());
    }

    private static Diagnosis file(String subject, Settings.FileChannel file) throws Exception {
        FileGuard.directory(file.directory());
        return Files.isWritable(file.directory())
                ? Diagnosis.ok(subject, file.directory() + " can be written")
                : Diagnosis.fail(subject, file.directory() + " cannot be written by this user");
    }
}
