package dev.passcourier.delivery;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.FileGuard;
import dev.passcourier.config.NetworkName;
import dev.passcourier.config.Settings.Channel;
import dev.passcourier.config.Settings.Destination;
import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.FileChannel;
import dev.passcourier.config.Settings.JmsChannel;
import dev.passcourier.config.Settings.WebhookChannel;
import dev.passcourier.files.DurableFile;
import dev.passcourier.http.ExactHeaders;
import dev.passcourier.http.HttpClients;
import dev.passcourier.http.PemTrust;
import dev.passcourier.retry.Waits;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Processor;

/**
 * Makes the sinks of configured destinations; the configuration check has refused unsafe ones. Every template needs the service's beans
 * {@code arrival} and {@code broker}.
 */
public final class SinkFactory {

    private final DeliveryRecord record;
    private final Clock clock;
    private final Waits waits;
    private final AtRestOpener opener;
    private final GoneDestinations gone;
    private final Duration keepFailedWork;

    /**
     * With what all sinks share.
     *
     * @param gone           the destinations that nothing is sent to any more
     * @param keepFailedWork how long a failed notice or report is kept; a result is kept until it expires
     */
    public SinkFactory(
            AuditTrail audit,
            Clock clock,
            Waits waits,
            AtRestOpener opener,
            GoneDestinations gone,
            Duration keepFailedWork) {
        this.record = new DeliveryRecord(audit, clock);
        this.clock = clock;
        this.waits = waits;
        this.opener = opener;
        this.gone = gone;
        this.keepFailedWork = keepFailedWork;
    }

    /**
     * The sink of one destination.
     *
     * @param alias     its name
     * @param consumers how many deliveries to make at once
     * @throws ConfigurationException naming the setting that cannot be used
     */
    public Sink sink(String alias, Destination destination, int consumers) throws ConfigurationException {
        Channel channel = destination.channel();
        if (channel instanceof EmailChannel email) {
            return email(alias, email, consumers);
        }
        if (channel instanceof WebhookChannel webhook) {
            return webhook(alias, webhook, consumers);
        }
        if (channel instanceof FileChannel file) {
            return file(alias, file, consumers);
        }
        return jms(alias, (JmsChannel) channel, consumers);
    }

    /** The bean {@code expired} of the route that settles what the broker moved to the expiry queue. */
    public Processor expired() {
        return new ExpiredStep(record);
    }

    private Sink email(String alias, EmailChannel channel, int consumers) throws ConfigurationException {
        Session session = MailSessions.session(channel);
        Composer composer = new MailComposer(
                session, address(alias, "from", channel.from()), address(alias, "to", channel.to()), opener);
        Map<String, Object> beans = steps(alias, channel.to(), composer, new MailOutcome());
        beans.put(alias + "-sender", MailSessions.sender(channel, session));
        Map<String, String> parameters = parameters(alias, consumers);
        parameters.put("protocol", MailSessions.protocol(channel));
        parameters.put("host", channel.host());
        parameters.put("port", Integer.toString(channel.port()));
        return new Sink("email-sink", parameters, beans);
    }

    private Sink webhook(String alias, WebhookChannel channel, int consumers) throws ConfigurationException {
        WebhookSigner signer = new WebhookSigner(channel.secrets());
        Map<String, Object> beans =
                steps(alias, channel.url().toString(), new WebhookComposer(signer, opener), new WebhookOutcome());
        beans.put("exact-headers", new ExactHeaders());
        // No "-client": with that ending, an account could be named so that it gets this one.
        beans.put(alias + "-httpclient", HttpClients.to(channel.url(), consumers, PemTrust.context(channel.trust())));
        Map<String, String> parameters = parameters(alias, consumers);
        parameters.put("server", HttpClients.server(channel.url()));
        return new Sink("webhook-sink", parameters, beans);
    }

    private Sink file(String alias, FileChannel channel, int consumers) throws ConfigurationException {
        Path directory = ready(alias, channel.directory());
        Map<String, Object> beans =
                steps(alias, directory.toString(), new FileComposer(opener), simple("FILE_WRITTEN"));
        beans.put(alias + "-write", new FileSend(directory));
        return new Sink("file-sink", parameters(alias, consumers), beans);
    }

    private Sink jms(String alias, JmsChannel channel, int consumers) {
        Map<String, String> parameters = parameters(alias, consumers);
        parameters.put("queue", channel.queue());
        return new Sink("jms-sink", parameters, steps(alias, channel.queue(), new JmsComposer(), simple("JMS_SENT")));
    }

    private Map<String, Object> steps(String alias, String address, Composer composer, OutcomeReader reader) {
        GoneDestinations.Door door = gone.door(alias, address);
        Map<String, Object> beans = new HashMap<>();
        beans.put(alias + "-compose", new ComposeStep(alias, composer, record, door, clock));
        beans.put(alias + "-outcome", new OutcomeStep(reader, record, door, keepFailedWork, clock, waits));
        return beans;
    }

    /** Made if it is not there, ours alone, and without what a kill left half written. */
    private Path ready(String alias, Path directory) throws ConfigurationException {
        try {
            Files.createDirectories(directory, DurableFile.ownerOnlyDirectory(directory));
            FileGuard.directory(directory);
            DurableFile.sweep(directory, clock.instant());
        } catch (IOException e) {
            throw unusable(alias, "directory " + directory + " cannot be made or read");
        }
        if (!Files.isWritable(directory)) {
            throw unusable(alias, "directory " + directory + " cannot be written to");
        }
        return directory;
    }

    private static OutcomeReader simple(String delivered) {
        return (answer, failure, now) ->
                failure == null ? new DeliveryOutcome.Delivered(delivered) : FailureCodes.outcome(failure);
    }

    private static Map<String, String> parameters(String alias, int consumers) {
        Map<String, String> parameters = new HashMap<>();
        parameters.put("destination", alias);
        parameters.put("consumers", Integer.toString(consumers));
        return parameters;
    }

    private static InternetAddress address(String alias, String setting, String address) throws ConfigurationException {
        try {
            NetworkName.mailAddress(address);
            InternetAddress parsed = new InternetAddress(address, true);
            parsed.validate();
            if (parsed.getAddress().equals(address)) {
                return parsed;
            }
        } catch (ConfigurationException e) {
            throw unusable(alias, setting + " " + e.getMessage());
        } catch (AddressException e) {
            // Said below.
        }
        throw unusable(alias, setting + " is not one mail address");
    }

    private static ConfigurationException unusable(String alias, String text) {
        return new ConfigurationException("destinations." + alias + ": " + text);
    }
}
