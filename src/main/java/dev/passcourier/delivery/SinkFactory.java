package dev.passcourier.delivery;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.Gate;
import dev.passcourier.broker.GatedContainers;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.FileGuard;
import dev.passcourier.config.NetworkName;
import dev.passcourier.config.Settings.Channel;
import dev.passcourier.config.Settings.Destination;
import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.FileChannel;
import dev.passcourier.config.Settings.JmsChannel;
import dev.passcourier.config.Settings.RouteChannel;
import dev.passcourier.config.Settings.WebhookChannel;
import dev.passcourier.files.DurableFile;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.ExactHeaders;
import dev.passcourier.http.HttpClients;
import dev.passcourier.http.PemTrust;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.RestoredWork;
import dev.passcourier.retry.RetryTable;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.Registry;

/**
 * Makes the sinks of configured destinations; the configuration check has refused unsafe ones. Every template needs the service's beans
 * {@code arrival} and {@code broker}.
 */
public final class SinkFactory {

    private final DeliveryRecord record;
    private final Clock clock;
    private final RetryTable retryTable;
    private final AtRestOpener opener;
    private final GoneDestinations gone;
    private final RestoredWork restored;
    private final Gate gate;
    private final Duration keepFailedWork;
    private final CallsInHand calls;
    private final LocalSend local;

    /** Hands a message to a route of the operator's own, and returns when that has come to its end. */
    @FunctionalInterface
    public interface LocalSend {

        /**
         * Nothing of the message but its body and headers goes there.
         *
         * @param uri what the route begins with
         * @throws Exception what the route failed with
         */
        void send(String uri, Message sealed) throws Exception;
    }

    /**
     * With what all sinks share.
     *
     * @param gone           the destinations that nothing is sent to any more
     * @param restored       the work whose recipients are told that they may have it already
     * @param gate           what the consumers of every outbox pass
     * @param keepFailedWork how long a failed notice or report is kept; a result is kept until it expires
     * @param calls          where sends are noted while they are under way
     * @param local          the way to the operator's own routes
     */
    public SinkFactory(
            AuditTrail audit,
            Clock clock,
            RetryTable retryTable,
            AtRestOpener opener,
            GoneDestinations gone,
            RestoredWork restored,
            Gate gate,
            Duration keepFailedWork,
            CallsInHand calls,
            LocalSend local) {
        this.record = new DeliveryRecord(audit, clock);
        this.clock = clock;
        this.retryTable = retryTable;
        this.opener = opener;
        this.gone = gone;
        this.restored = restored;
        this.gate = gate;
        this.keepFailedWork = keepFailedWork;
        this.calls = calls;
        this.local = local;
    }

    /** Makes a route for one addition: Camel forgets the beans of one that is removed, so nothing is added twice. */
    @FunctionalInterface
    public interface NewRoute {

        /** Makes it; its {@code add} may be called once. */
        TemplatedRouteBuilder make();
    }

    /**
     * The routes of one destination, to be added once the route files are loaded, and again after they were removed.
     * Nothing secret is in their parameters; beans are local to each route. All that can fail is done by now.
     *
     * @param alias its name
     * @throws ConfigurationException naming the setting that cannot be used
     */
    public List<NewRoute> routes(CamelContext camel, String alias, Destination destination)
            throws ConfigurationException {
        Channel channel = destination.channel();
        int consumers = destination.concurrency();
        if (channel instanceof EmailChannel email) {
            return email(camel, alias, email, destination.seal() == null, consumers);
        }
        if (channel instanceof WebhookChannel webhook) {
            return webhook(camel, alias, webhook, destination.seal() == null, consumers);
        }
        if (channel instanceof FileChannel file) {
            return file(camel, alias, file, consumers);
        }
        if (channel instanceof RouteChannel own) {
            return own(camel, alias, own.uri(), consumers);
        }
        return jms(camel, alias, (JmsChannel) channel, consumers);
    }

    /** Ids of one destination's routes: of the one that takes messages, and of the one that it leads to, if there is one. */
    public static List<String> routeIds(String alias, Destination destination) {
        Channel channel = destination.channel();
        if (channel instanceof EmailChannel) {
            return List.of("outbox." + alias, "email-sink." + alias);
        }
        if (channel instanceof WebhookChannel) {
            return List.of("outbox." + alias, "webhook-sink." + alias);
        }
        if (channel instanceof RouteChannel) {
            return List.of("outbox." + alias, "route-sink." + alias);
        }
        return channel instanceof FileChannel
                ? List.of("outbox." + alias, "file-sink." + alias)
                : List.of("jms-sink." + alias);
    }

    /** Binds what all routes of a kind share: {@code exact-headers}, and {@code expired} for the route of that name. */
    public void bind(Registry registry) {
        registry.bind("exact-headers", new ExactHeaders());
        registry.bind("expired", new ExpiredStep(record));
    }

    private List<NewRoute> email(CamelContext camel, String alias, EmailChannel channel, boolean inClear, int consumers)
            throws ConfigurationException {
        Session session = MailSessions.session(channel, calls);
        Composer composer = new MailComposer(
                session, address(alias, "from", channel.from()), address(alias, "to", channel.to()), opener);
        Object sender = MailSessions.sender(channel, session);
        NewRoute send = () -> route(camel, "email-sink", alias)
                .parameter("protocol", MailSessions.protocol(channel))
                .parameter("server", inUri(channel.host()))
                .parameter("port", channel.port())
                .bean("sender", sender);
        return List.of(send, outbox(camel, alias, channel.to(), composer, new MailOutcome(), inClear, consumers));
    }

    /** Names the endpoint; the sender connects to the host as it is written, which may be none that a URI can hold. */
    private static String inUri(String host) {
        return host.replace('_', '-');
    }

    private List<NewRoute> webhook(
            CamelContext camel, String alias, WebhookChannel channel, boolean inClear, int consumers)
            throws ConfigurationException {
        Composer composer = new WebhookComposer(new WebhookSigner(channel.secrets()), opener);
        Object client = HttpClients.to(channel.url(), consumers, PemTrust.context(channel.trust()), calls);
        NewRoute send = () -> route(camel, "webhook-sink", alias)
                .parameter("server", HttpClients.server(channel.url()))
                .bean("client", client);
        OutcomeReader outcome = new WebhookOutcome(channel.secrets());
        return List.of(send, outbox(camel, alias, channel.url().toString(), composer, outcome, inClear, consumers));
    }

    private List<NewRoute> file(CamelContext camel, String alias, FileChannel channel, int consumers)
            throws ConfigurationException {
        Path directory = usable(alias, channel.directory());
        Processor write = exchange ->
                exchange.getMessage().getBody(FileComposer.Files.class).writeTo(directory);
        NewRoute send = () -> route(camel, "file-sink", alias).bean("write", write);
        Composer composer = new FileComposer(opener);
        return List.of(
                send, outbox(camel, alias, directory.toString(), composer, simple("FILE_WRITTEN"), false, consumers));
    }

    private List<NewRoute> own(CamelContext camel, String alias, String uri, int consumers) {
        Processor handOver = exchange -> local.send(uri, exchange.getMessage());
        NewRoute send = () -> route(camel, "route-sink", alias).bean("hand-over", handOver);
        return List.of(send, outbox(camel, alias, uri, new RouteComposer(), simple("ROUTE_DONE"), false, consumers));
    }

    /** One route: what fails here, also at the commit, must roll back, where every other sink's failure is an outcome. */
    private List<NewRoute> jms(CamelContext camel, String alias, JmsChannel channel, int consumers) {
        RolledBackSends rolledBack = new RolledBackSends();
        OutcomeReader reader = (answer, failure, now) -> new DeliveryOutcome.Sent("JMS_SENT");
        NewRoute whole = () -> route(camel, "jms-sink", alias)
                .parameter("queue", channel.queue())
                .bean("containers", new GatedContainers(gate.then(rolledBack)));
        return List.of(steps(whole, alias, channel.queue(), new JmsComposer(), reader, rolledBack, false, consumers));
    }

    private NewRoute outbox(
            CamelContext camel,
            String alias,
            String address,
            Composer composer,
            OutcomeReader reader,
            boolean inClear,
            int consumers) {
        NewRoute outbox = () -> route(camel, "outbox", alias);
        return steps(outbox, alias, address, composer, reader, new RolledBackSends(), inClear, consumers);
    }

    private NewRoute steps(
            NewRoute route,
            String alias,
            String address,
            Composer composer,
            OutcomeReader reader,
            RolledBackSends rolledBack,
            boolean inClear,
            int consumers) {
        GoneDestinations.Destination destination = gone.destination(alias, address);
        return () -> route.make()
                .parameter("consumers", consumers)
                .bean("compose", new ComposeStep(alias, composer, record, destination, rolledBack, restored, clock))
                .bean(
                        "outcome",
                        new OutcomeStep(
                                reader, record, destination, inClear, keepFailedWork, calls, clock, retryTable));
    }

    private static TemplatedRouteBuilder route(CamelContext camel, String template, String alias) {
        return TemplatedRouteBuilder.builder(camel, template)
                .routeId(template + "." + alias)
                .parameter("destination", alias);
    }

    /**
     * Makes a destination's directory if it is not there, and rids it of what a kill left half written.
     *
     * @throws ConfigurationException if that is not possible
     */
    public void makeReady(String alias, Destination destination) throws ConfigurationException {
        if (destination.channel() instanceof FileChannel file) {
            Path directory = file.directory();
            try {
                Files.createDirectories(directory, DurableFile.ownerOnlyDirectory(directory));
                DurableFile.sweep(directory, clock.instant());
            } catch (IOException e) {
                throw unusable(alias, "directory " + directory + " cannot be made or read");
            }
        }
    }

    private static Path usable(String alias, Path directory) throws ConfigurationException {
        FileGuard.directory(directory);
        if (!Files.isWritable(directory)) {
            throw unusable(alias, "directory " + directory + " cannot be written to");
        }
        return directory;
    }

    private static OutcomeReader simple(String delivered) {
        return (answer, failure, now) ->
                failure == null ? new DeliveryOutcome.Delivered(delivered) : FailureCodes.outcome(failure);
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
