package dev.passcourier.service;

import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.sandbox.SandboxState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.ClusterConnectionConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.HAPolicyConfiguration;
import org.apache.activemq.artemis.core.config.ha.SharedStoreBackupPolicyConfiguration;
import org.apache.activemq.artemis.core.config.ha.SharedStorePrimaryPolicyConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnectorFactory;
import org.apache.activemq.artemis.core.server.cluster.impl.MessageLoadBalancingType;

/**
 * Artemis' own failover pair, each in a process of its own: a primary and a backup on one shared store. Whichever is killed,
 * the other one takes over within seconds; one that is started again becomes the other's backup.
 */
public final class BrokerPair implements AutoCloseable {

    /** As OPERATING says it, with what other clients need besides. */
    private static final String PARAMETERS = System.getProperty("nodes.url", "?ha=true&reconnectAttempts=30");

    private final Path directory;
    private final List<Integer> ports = new ArrayList<>();
    private final Map<Integer, Process> running = new HashMap<>();
    private final String servicePassword;
    private final String ticketingPassword;

    private BrokerPair(Path directory, List<Integer> ports, String servicePassword, String ticketingPassword) {
        this.directory = directory;
        this.ports.addAll(ports);
        this.servicePassword = servicePassword;
        this.ticketingPassword = ticketingPassword;
    }

    /** Two ports for {@link #start}. */
    public static List<Integer> freePorts() throws IOException {
        int first = SandboxState.freePorts(2);
        return List.of(first, first + 1);
    }

    /**
     * Where a client finds the pair.
     *
     * @param ports of both
     */
    public static String url(List<Integer> ports) {
        return "(tcp://127.0.0.1:" + ports.get(0) + ",tcp://127.0.0.1:" + ports.get(1) + ")" + PARAMETERS;
    }

    /** Starts both and waits until the one knows the other. The users' passwords go over by environment. */
    public static BrokerPair start(
            Path directory, List<Integer> ports, String servicePassword, String ticketingPassword) throws Exception {
        BrokerPair pair = new BrokerPair(directory, ports, servicePassword, ticketingPassword);
        try {
            pair.startBoth();
            return pair;
        } catch (Exception | Error e) {
            pair.close();
            throw e;
        }
    }

    /** Starts whichever does not run, and waits until the active one knows of its backup. */
    public void startBoth() throws Exception {
        for (int port : ports) {
            Process process = running.get(port);
            if (process == null || !process.isAlive()) {
                running.put(port, launch(port));
            }
        }
        Whole.patiently().ignoreExceptions().until(this::isPaired);
    }

    private Process launch(int port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerPair.class.getName(),
                directory.toString(),
                String.valueOf(port),
                String.valueOf(ports.get(0) == port ? ports.get(1) : ports.get(0)),
                ports.get(0) == port ? "primary" : "backup");
        builder.environment().put("SERVICE", servicePassword);
        builder.environment().put("TICKETING", ticketingPassword);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(
                directory.resolveSibling("broker-" + port + ".log").toFile()));
        return builder.start();
    }

    /** Where a client finds it. */
    public String url() {
        return url(ports);
    }

    /** Where the active one alone is. */
    public String activeUrl() throws Exception {
        return at(active()).url();
    }

    /** The port of the one that lets clients in, or -1. */
    private int active() throws Exception {
        for (int port : ports) {
            try {
                BrokerProbe.waiting(at(port), Whole.REQUESTS);
                return port;
            } catch (ActiveMQException waitsOrIsDead) {
                continue;
            }
        }
        return -1;
    }

    private boolean isPaired() throws Exception {
        int port = active();
        return port > 0 && BrokerProbe.backup(at(port)).isPresent();
    }

    private BrokerAccess at(int port) {
        return new BrokerAccess("tcp://127.0.0.1:" + port, PlainArtemis.COURIER, servicePassword);
    }

    /** Waits until one of them lets clients in. */
    public void awaitActive() {
        Whole.patiently().until(() -> active() > 0);
    }

    /** Ends the active one by SIGKILL. */
    public void killActive() throws Exception {
        kill(active());
    }

    /** Ends both by SIGKILL. */
    public void killBoth() throws Exception {
        for (int port : ports) {
            kill(port);
        }
    }

    private void kill(int port) throws Exception {
        Process process = running.get(port);
        if (process == null) {
            throw new IllegalStateException("no broker is active");
        }
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        running.values().forEach(Process::destroyForcibly);
    }

    /** The process; it ends when its standard input does. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        int other = Integer.parseInt(args[2]);
        try (PlainArtemis broker = PlainArtemis.start(
                Path.of(args[0]),
                port,
                configuration -> pair(configuration, port, other, args[3].equals("primary")),
                System.getenv("SERVICE"),
                System.getenv("TICKETING"))) {
            System.out.println("started " + broker.server().getConfiguration().getName());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        System.exit(0);
    }

    private static void pair(Configuration configuration, int port, int other, boolean primary) {
        HAPolicyConfiguration policy = primary
                ? new SharedStorePrimaryPolicyConfiguration()
                        .setFailoverOnServerShutdown(true)
                        .setWaitForActivation(false)
                : new SharedStoreBackupPolicyConfiguration()
                        .setFailoverOnServerShutdown(true)
                        .setAllowFailBack(false);
        configuration
                .addConnectorConfiguration("self", connector("self", port))
                .addConnectorConfiguration("other", connector("other", other))
                .setClusterUser("cluster")
                .setClusterPassword(System.getenv("SERVICE"))
                .addClusterConfiguration(new ClusterConnectionConfiguration()
                        .setName("pair")
                        .setConnectorName("self")
                        .setStaticConnectors(List.of("other"))
                        .setMessageLoadBalancingType(MessageLoadBalancingType.OFF))
                .setHAPolicyConfiguration(policy);
    }

    private static TransportConfiguration connector(String name, int port) {
        return new TransportConfiguration(
                NettyConnectorFactory.class.getName(), Map.of("host", "127.0.0.1", "port", port), name);
    }
}
