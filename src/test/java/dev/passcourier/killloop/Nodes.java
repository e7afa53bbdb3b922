package dev.passcourier.killloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.killloop.KillPlan.Kill;
import dev.passcourier.service.PlainArtemis;
import dev.passcourier.service.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Service processes on one external broker, which outlives their kills: in this process, so that its own view of its
 * queues can be asked for, or wherever somebody else starts one. Every node has a home and an audit trail of its own; drop
 * directory and archive are common.
 */
final class Nodes implements AutoCloseable {

    private final Path directory;
    private final KillWorld world;
    private final Program program;
    private final @Nullable PlainArtemis broker;
    private final String url;
    private final String password = UUID.randomUUID().toString();

    /** With a broker in this process. */
    Nodes(Path directory) throws Exception {
        this.directory = directory;
        this.world = new KillWorld(directory, Clock.systemUTC());
        this.program = Program.pack(directory);
        this.broker = PlainArtemis.start(directory.resolve("broker"), password, world.brokerPassword());
        this.url = broker.url();
    }

    /** On a broker that is somebody else's to start, with {@link #password} for the nodes. */
    Nodes(Path directory, String url) throws Exception {
        this.directory = directory;
        this.world = new KillWorld(directory, Clock.systemUTC());
        this.program = Program.pack(directory);
        this.broker = null;
        this.url = url;
    }

    KillWorld world() {
        return world;
    }

    /** The one in this process. */
    PlainArtemis broker() {
        return Objects.requireNonNull(broker);
    }

    /** With which nodes log in at the broker. */
    String password() {
        return password;
    }

    Path drop() {
        return world.home().resolve("drop");
    }

    /** A node's home with the world's settings, changed. */
    Path home(String name, UnaryOperator<String> change) throws IOException {
        Path home = directory.resolve(name);
        KillWorld.copy(world.home(), home);
        Path secret = home.resolve("secrets/courier");
        Files.copy(home.resolve("secrets/ticketing"), secret, StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(secret, password);
        Path settings = home.resolve("config/passcourier.yaml");
        Files.writeString(settings, change.apply(onOurBroker(Files.readString(settings))));
        return home;
    }

    private String onOurBroker(String settings) {
        String access = "\nbroker:\n  url: \"" + url + "\"\n  user: " + PlainArtemis.COURIER
                + "\n  password: \"{{file:secrets/courier}}\"\n";
        return settings.replaceFirst("(?s)\nbroker:.*?(?=\nsources:)", Matcher.quoteReplacement(access))
                .replace("directory: drop\n", "directory: " + drop() + "\n")
                .replace("directory: archive\n", "directory: " + world.home().resolve("archive") + "\n");
    }

    /** Lets a node have one consumer on each queue. */
    static void oneAtATime(Path home) throws IOException {
        try (Stream<Path> routes = Files.walk(home.resolve("routes"))) {
            for (Path route : routes.filter(Files::isRegularFile).toList()) {
                String many = Files.readString(route);
                Files.writeString(route, many.replaceAll("maxConcurrentConsumers: .*", "maxConcurrentConsumers: 1"));
            }
        }
        assertThat(home.resolve("routes/intake.camel.yaml")).content().contains("maxConcurrentConsumers: 1\n");
    }

    ServiceProcess start(Path home, Kill kill) throws IOException {
        return ServiceProcess.start(program, home, log(home), kill);
    }

    private Path log(Path home) {
        return directory.resolve(home.getFileName() + ".log");
    }

    /** All that a node has said in all its lives. */
    String said(Path home) throws IOException {
        return Files.readString(log(home));
    }

    /** As the ticket system. */
    void ask(Iterable<Ask> asks) throws Exception {
        try (var factory = new ActiveMQConnectionFactory(url, "ticketing", world.brokerPassword());
                var connection = factory.createConnection();
                var session = connection.createSession()) {
            for (Ask ask : asks) {
                Whole.send(session, KillWorld.REQUESTS, session.createTextMessage(ask.json()));
            }
        }
    }

    @Override
    public void close() throws Exception {
        if (broker != null) {
            broker.close();
        }
        world.close();
    }
}
