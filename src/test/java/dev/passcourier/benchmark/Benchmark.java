package dev.passcourier.benchmark;

import dev.passcourier.benchmark.Load.Stretch;
import dev.passcourier.benchmark.World.Setup;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the service as it is shipped, whole and in a process of its own, beside the {@link HandWritten} program, in
 * turns, so that what else the machine does befalls both. The table is Markdown. Nothing in it passes or fails by itself.
 */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        description = "Measures the service beside a hand-written program and prints a table.")
public final class Benchmark implements Callable<Integer> {

    private static final Set<String> ALL = new TreeSet<>(
            Set.of("commands", "throughput", "latency", "quota", "start", "memory", "idle", "growth", "nodes"));

    @Option(
            names = "--short",
            description = "One quick round of each: shows the order of things, not figures to quote.")
    private boolean quick;

    @Option(
            names = "--rounds",
            description = "How often each figure is measured; the median counts. Default: 5, 1 with --short.")
    private int rounds;

    @Option(
            names = "--only",
            split = ",",
            description = "Parts: commands, throughput, latency, quota, start, memory, idle, growth, nodes.")
    private Set<String> only = ALL;

    @Option(names = "--rate", description = "Requests a second whose latency is measured. Default: ${DEFAULT-VALUE}.")
    private double rate = 200;

    @Option(names = "--shipped", description = "The folder to measure. Default: ${DEFAULT-VALUE}.")
    private Path shipped = Path.of("target/passcourier-0.1.0");

    private final PrintStream out = System.out;
    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    /** Runs it: {@code --help} tells how. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Benchmark()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        rounds = rounds > 0 ? rounds : quick ? 1 : 5;
        out.println(machine());
        try (World world = new World(Files.createTempDirectory("passcourier-benchmark"), shipped)) {
            out.printf("%s%n%n", world.versions());
            if (only.contains("commands")) {
                new CommandTimes(world, shipped, rounds).print(out);
            }
            if (only.contains("start")) {
                start(world);
            }
            if (only.contains("throughput") || only.contains("latency") || only.contains("quota")) {
                underLoad(world);
            }
            if (only.contains("memory")) {
                memory(world);
            }
            if (only.contains("idle")) {
                idle(world);
            }
            if (only.contains("growth")) {
                growth(world);
            }
            if (only.contains("nodes")) {
                nodes(world);
            }
        }
        return 0;
    }

    private static String machine() throws IOException {
        Path processors = Path.of("/proc/cpuinfo");
        String processor = Files.exists(processors)
                ? Files.readAllLines(processors).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.replaceFirst(".*: ", ""))
                        .findFirst()
                        .orElse("?")
                : System.getProperty("os.arch");
        return String.format(
                Locale.ROOT,
                "%d x %s, %s %s, Java %s (%s), load %.1f%n",
                Runtime.getRuntime().availableProcessors(),
                processor,
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version(),
                System.getProperty("java.vendor"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private void underLoad(World world) throws Exception {
        Subject byHand = world.handWritten();
        Subject service = world.service(Setup.USUAL);
        try (Load hand = load(byHand, 4);
                Load whole = load(service, 4)) {
            service.awaitSaid("passcourier is up");
            warmUp(world, hand, whole);
            if (only.contains("throughput")) {
                throughput(world, hand, whole, 0);
                throughput(world, hand, whole, 20);
            }
            if (only.contains("latency")) {
                latency(world, hand, whole);
            }
        }
        world.end(byHand);
        if (only.contains("quota")) {
            quota(world, service, 100, quick ? 600 : 3_000);
            quota(world, service, 20, quick ? 100 : 400);
        }
        world.end(service);
    }

    private static Load load(Subject subject, int accounts) throws JMSException, IOException, InterruptedException {
        return new Load(subject, number -> "a" + number % accounts, World.INSTANCES);
    }

    /** Until the compilers are done with most of it. */
    private void warmUp(World world, Load hand, Load whole) throws Exception {
        world.cloud(0, 0);
        hand.closed(400, seconds(5, 15), world.cloud());
        whole.closed(400, seconds(20, 120), world.cloud());
    }

    private void throughput(World world, Load hand, Load whole, int latency) throws Exception {
        world.cloud(latency, 0);
        String at = "at " + latency + " ms";
        for (int round = 0; round < rounds; round++) {
            Stretch byHand = hand.closed(400, seconds(5, 10), world.cloud());
            Stretch service = whole.closed(400, seconds(10, 20), world.cloud());
            note("requests/s by hand " + at, byHand.perSecond());
            note("requests/s " + at, service.perSecond());
            note("of the hand-written " + at, service.perSecond() / byHand.perSecond());
            note("CPU ms a request by hand " + at, byHand.cpuMillis());
            note("CPU ms a request " + at, service.cpuMillis());
            note("CPU of the hand-written / ours " + at, byHand.cpuMillis() / service.cpuMillis());
            note("CPU ms a request of the cloud " + at, service.cloudMillis());
        }
        print("Throughput " + at + " (target: 0.5 of the hand-written)");
    }

    private void latency(World world, Load hand, Load whole) throws Exception {
        world.cloud(20, 0);
        for (int round = 0; round < rounds; round++) {
            percentiles("by hand", hand.open(rate, seconds(5, 20)));
            percentiles("", whole.open(rate, seconds(10, 20)));
        }
        print("Latency in ms at " + rate + "/s, cloud at 20 ms (target: p50 1.24, p99 1.6 of the hand-written)");
    }

    private void percentiles(String whose, List<Double> sorted) {
        note(("p50 " + whose).trim(), sorted.get(sorted.size() / 2));
        note(("p99 " + whose).trim(), sorted.get(sorted.size() * 99 / 100));
    }

    private void quota(World world, Subject service, int perSecond, int requests) throws Exception {
        world.cloud(150, perSecond);
        try (Load load = new Load(service, number -> "slow" + perSecond, World.INSTANCES)) {
            double seconds = load.burst(requests);
            int[] counts = world.cloudCounts();
            note("seconds of the ideal " + requests / perSecond, seconds);
            note("of the ideal", seconds * perSecond / requests);
            note("calls", counts[0]);
            note("calls that were throttled", counts[1]);
            note("most calls within a second", counts[2]);
        }
        print("Quota of " + perSecond + "/s (target: 1.03 of the ideal, none throttled)");
    }

    private void start(World world) throws Exception {
        world.cloud(0, 0);
        String sealed = "";
        for (int round = 0; round < rounds; round++) {
            note(
                    "hand-written, to the first result",
                    firstResult(world, world.handWritten()).seconds());
            FirstResult service = firstResult(world, world.service(Setup.USUAL));
            note("run, to the first result", service.seconds());
            sealed = service.text();
        }
        Path settings = world.validSettings();
        Path result = world.file("result.jwe", sealed);
        for (int round = 0; round < rounds; round++) {
            note("validate", world.seconds(0, "validate", "--config", settings.toString()));
            note("open", world.seconds(0, "open", "--key", world.recipientKey().toString(), result.toString()));
            note("--version", world.seconds(0, "--version"));
        }
        print("Start in seconds, whole process (target: 1.36 of the hand-written; commands 0.5)");
    }

    private record FirstResult(double seconds, String text) {}

    private FirstResult firstResult(World world, Subject subject) throws Exception {
        long start = System.nanoTime();
        try (var connection = subject.connect();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                var consumer = session.createConsumer(session.createQueue(Load.RESULTS));
                var producer = session.createProducer(session.createQueue(Load.REQUESTS))) {
            producer.send(session.createTextMessage(
                    "{\"id\":\"first\",\"account\":\"a0\",\"instance\":\"i-0\",\"deliverTo\":[\"out\"]}"));
            TextMessage result = (TextMessage) consumer.receive(TimeUnit.MINUTES.toMillis(1));
            if (result == null) {
                throw new IOException(subject.name() + " gave no first result within a minute");
            }
            return new FirstResult((System.nanoTime() - start) / 1e9, result.getText());
        } finally {
            world.end(subject);
        }
    }

    private void memory(World world) throws Exception {
        world.cloud(20, 0);
        int waiting = quick ? 20_000 : 100_000;
        Subject service = world.service(new Setup(4, 1, "-Xmx256m"));
        try (Load load = load(service, 4)) {
            service.awaitSaid("passcourier is up");
            load.closed(400, seconds(10, 60), world.cloud());
            Stretch few = load.closed(200, seconds(10, 30), world.cloud());
            Stretch many = load.backlog(waiting, seconds(10, 30), world.cloud());
            note("requests/s with 200 waiting", few.perSecond());
            note("requests/s with " + waiting + " waiting", many.perSecond());
            note("of the former", many.perSecond() / few.perSecond());
            note("resident MiB at most", service.mostMemory());
        }
        world.end(service);
        print("Memory, -Xmx256m (target: 0.9)");
    }

    private void idle(World world) throws Exception {
        Subject service = world.service(new Setup(50, 50, "-Xmx512m"));
        service.awaitSaid("passcourier is up");
        TimeUnit.SECONDS.sleep(quick ? 10 : 30);
        Duration before = service.cpu();
        Duration time = seconds(10, 60);
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
        note("% of a core", service.cpu().minus(before).toNanos() * 100.0 / time.toNanos());
        world.end(service);
        print("Idle with 50 accounts and 50 destinations (target: under 1 %)");
    }

    private void growth(World world) throws Exception {
        world.cloud(0, 0);
        for (Setup setup : List.of(
                new Setup(1, 1, "-Xmx512m"),
                new Setup(quick ? 50 : 200, 1, "-Xmx512m"),
                new Setup(1, 50, "-Xmx512m"))) {
            Subject service = world.service(setup);
            try (Load load = load(service, setup.accounts())) {
                service.awaitSaid("passcourier is up");
                load.closed(500, seconds(10, 90), world.cloud());
                String of = "CPU ms a request, " + setup.accounts() + " accounts, " + setup.destinations()
                        + " destinations";
                for (int round = 0; round < rounds; round++) {
                    note(of, load.closed(500, seconds(5, 15), world.cloud()).cpuMillis());
                }
            }
            world.end(service);
        }
        Path drop = world.drop();
        Subject service = world.service(new Setup(4, 1, "-Xmx512m", drop));
        try (Load load = load(service, 4)) {
            service.awaitSaid("passcourier is up");
            load.closed(500, seconds(10, 90), world.cloud());
            for (int lines : new int[] {1_000, quick ? 5_000 : 100_000}) {
                note("CPU ms a request, " + lines + " in one batch", load.batch(drop, lines));
            }
        }
        world.end(service);
        print("Growth (target: flat within 10 %)");
    }

    private void nodes(World world) throws Exception {
        world.cloud(20, 0);
        try (World.Backbone backbone = world.backbone()) {
            List<Subject> nodes = new ArrayList<>();
            List<Double> alone = new ArrayList<>();
            for (int count : new int[] {1, 2, 4}) {
                while (nodes.size() < count) {
                    Subject node = backbone.node();
                    node.awaitSaid("passcourier is up");
                    nodes.add(node);
                }
                try (Load load = load(backbone.behind(nodes), 4)) {
                    load.closed(400, seconds(20, 120), world.cloud());
                    for (int round = 0; round < rounds; round++) {
                        Stretch stretch = load.closed(400, seconds(10, 20), world.cloud());
                        if (count == 1) {
                            alone.add(stretch.perSecond());
                        }
                        note("requests/s of " + count, stretch.perSecond());
                        note(
                                "of " + count + " / of one",
                                stretch.perSecond()
                                        / alone.stream().sorted().toList().get(alone.size() / 2));
                        note("CPU ms a request of " + count, stretch.cpuMillis());
                    }
                }
            }
            nodes.forEach(world::end);
        }
        print("Processes on one external broker and one PostgreSQL, cloud at 20 ms");
    }

    private Duration seconds(int ifQuick, int otherwise) {
        return Duration.ofSeconds(quick ? ifQuick : otherwise);
    }

    private void note(String what, double figure) {
        figures.computeIfAbsent(what, key -> new ArrayList<>()).add(figure);
    }

    private void print(String title) {
        out.printf("## %s%n%n| | median | from | to |%n|---|---|---|---|%n", title);
        figures.forEach((what, all) -> {
            List<Double> sorted = all.stream().sorted().toList();
            out.printf(
                    "| %s | %s | %s | %s |%n",
                    what,
                    figure(sorted.get(sorted.size() / 2)),
                    figure(sorted.get(0)),
                    figure(sorted.get(sorted.size() - 1)));
        });
        out.println();
        figures.clear();
    }

    private static String figure(double value) {
        return String.format(
                Locale.ROOT, value >= 100 || value == Math.rint(value) ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
