package dev.passcourier.killloop;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.killloop.KillPlan.Kill;
import dev.passcourier.killloop.KillPlan.Kind;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * The service in a process of its own, killed again and again while requests come in by queue, file and schedule, and in
 * the end left alone until everything is over. Then the reckoning.
 */
final class KillLoop implements AutoCloseable {

    private static final Duration LONGEST_START = Duration.ofMinutes(5);
    private static final Duration LONGEST_TO_POINT = Duration.ofSeconds(5);
    private static final Duration LONGEST_TO_CALM = Duration.ofSeconds(20);
    private static final Duration LONGEST_STOP = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(500);
    /** The fixed exit code of a process that SIGKILL or SIGTERM ended. */
    private static final int KILLED = 137;

    private static final int TERMINATED = 143;
    private static final int POISON_EVERY = 90;

    private final PrintStream out;
    private final Clock clock = Clock.systemUTC();
    private final int cycles;
    private final int requests;
    private final Random random;
    private final KillPlan plan;
    private final KillWorld world;
    private final Feeder feeder;
    private final Program program;
    private final Path log;
    private final Map<String, Ask> asks = new LinkedHashMap<>();
    private final Map<String, Integer> files = new LinkedHashMap<>();
    private final List<Instant> kills = new ArrayList<>();
    private final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
    private final Map<String, Integer> points = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private int poisonings;
    private int fed;

    /**
     * A loop in an empty directory.
     *
     * @param cycles   how often the process is killed
     * @param requests how many are asked by queue and file; the schedule adds its own
     * @param seed     of every choice
     */
    KillLoop(Path directory, int cycles, int requests, long seed, PrintStream out) throws Exception {
        this.out = out;
        this.cycles = cycles;
        this.requests = requests;
        this.random = new Random(seed);
        this.plan = new KillPlan(random);
        this.world = new KillWorld(directory, clock);
        this.feeder = new Feeder(world);
        this.program = Program.pack(directory);
        this.log = directory.resolve("service.log");
        out.printf(
                "kill loop: %d cycles, %d requests by queue and file, %d points, seed %d%n  in %s%n",
                cycles, requests, plan.size(), seed, directory);
    }

    /** Runs it. Returns the broken promises. */
    List<String> run() throws Exception {
        Instant begin = clock.instant();
        for (int cycle = 0; cycle < cycles; cycle++) {
            Kill kill = plan.kill(cycle);
            if (!kill.isAfterCalm()) {
                feed(cycle);
            }
            while (!cycle(cycle, kill)) {
                poisonings++;
            }
        }
        List<Receipts.Ticket> tickets = finish();
        try (Trail trail = new Trail(world.data().resolve("audit"))) {
            trail.read();
            addScheduled(trail);
            Reckoning reckoning = new Reckoning(world, asks, files, kills).reckon(trail, tickets, List.of(log));
            problems.addAll(reckoning.problems());
            tell(reckoning.table(), Duration.between(begin, clock.instant()));
        }
        return problems;
    }

    /** Once a cycle, however often the poison makes it begin again. */
    private void feed(int cycle) throws IOException {
        if (cycle < fed) {
            return;
        }
        fed = cycle + 1;
        int share = requests / cycles + (cycle < requests % cycles ? 1 : 0);
        int lines = share * 2 / 5;
        List<Ask> queued = new ArrayList<>(asks("q" + cycle, share - lines));
        if (cycle % POISON_EVERY == 1) {
            Ask poison = world.poison(cycle);
            asks.put(poison.id(), poison);
            queued.add(poison);
        }
        feeder.send(queued);
        drop(cycle, asks("f" + cycle, lines));
    }

    private List<Ask> asks(String prefix, int count) {
        List<Ask> made = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Ask ask = world.ask(prefix + "-" + i, random);
            asks.put(ask.id(), ask);
            made.add(ask);
        }
        return made;
    }

    /** By turns CSV and NDJSON; every fourth has a bad line at its end. */
    private void drop(int cycle, List<Ask> lines) throws IOException {
        if (lines.isEmpty()) {
            return;
        }
        boolean csv = cycle % 2 == 0;
        StringBuilder text = new StringBuilder(csv ? Ask.CSV_HEADER + "\n" : "");
        lines.forEach(ask -> text.append(csv ? ask.csv() : ask.json()).append('\n'));
        boolean bad = cycle % 4 < 2;
        if (bad) {
            text.append(csv ? "bad,kakao,,,archive\n" : "{\"id\":\"bad\"}\n");
        }
        String name = "batch-" + cycle + (csv ? ".csv" : ".ndjson");
        files.put(name, lines.size() + (bad ? 1 : 0));
        world.drop(name, text.toString());
    }

    /** Starts and kills. Returns false if the poison was faster. */
    private boolean cycle(int number, Kill kill) throws Exception {
        Instant begin = clock.instant();
        try (ServiceProcess service = ServiceProcess.start(program, world.home(), log, kill)) {
            boolean reached = bringToTheBrink(service, number, kill);
            int code = service.kill();
            kills.add(clock.instant());
            boolean poisoned = code == KillPoints.POISONED;
            String how = poisoned
                    ? "poison"
                    : kill.kind() == Kind.POINT && !reached ? kill + " not reached" : kill.toString();
            if (code != KILLED && code != TERMINATED && !poisoned) {
                throw new IllegalStateException("the service ended by itself with code " + code + " in cycle "
                        + (number + 1) + ", " + how + ": see " + log);
            }
            if (!poisoned) {
                kinds.merge(kill.kind(), 1, Integer::sum);
                if (reached) {
                    points.merge(kill.point(), 1, Integer::sum);
                }
            }
            out.printf(
                    Locale.ROOT,
                    "%4d/%d  %-45s %5.1f s%n",
                    number + 1,
                    cycles,
                    how,
                    Duration.between(begin, clock.instant()).toMillis() / 1000.0);
            return !poisoned;
        }
    }

    /** Returns whether a point was reached. */
    private boolean bringToTheBrink(ServiceProcess service, int number, Kill kill) throws Exception {
        if (kill.kind() == Kind.START) {
            service.awaitEnd(kill.delay());
            return false;
        }
        if (!service.awaitUp(LONGEST_START) && service.isAlive() && !service.awaitPoint(Duration.ZERO)) {
            problems.add("not up after " + LONGEST_START);
        }
        if (kill.kind() == Kind.POINT) {
            return service.awaitPoint(LONGEST_TO_POINT);
        }
        awaitCalm(service);
        if (!service.isAlive()) {
            return false;
        }
        feed(number);
        if (kill.kind() == Kind.STOP) {
            service.awaitEnd(LOOK);
            service.terminate();
        }
        service.awaitEnd(kill.delay());
        return false;
    }

    /** Until nothing has been recorded for two looks. */
    private void awaitCalm(ServiceProcess service) throws Exception {
        Instant latest = clock.instant().plus(LONGEST_TO_CALM);
        long before = -1;
        for (int quiet = 0; quiet < 2 && service.isAlive() && clock.instant().isBefore(latest); ) {
            long now = size(world.data().resolve("audit"));
            quiet = now == before ? quiet + 1 : 0;
            before = now;
            service.awaitEnd(LOOK);
        }
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /** Starts it once more, waits until everything is over, collects the tickets, and stops it. */
    private List<Receipts.Ticket> finish() throws Exception {
        out.println("no more kills: waiting until everything is over");
        world.endSchedule();
        Instant latest = clock.instant().plusSeconds(300 + requests / 10);
        while (clock.instant().isBefore(latest)) {
            try (ServiceProcess service = ServiceProcess.start(program, world.home(), log, Kill.NONE)) {
                if (service.awaitUp(LONGEST_START) && isAllOver(service, latest)) {
                    List<Receipts.Ticket> tickets = tickets();
                    stop(service);
                    return tickets;
                }
                int code = service.kill();
                kills.add(clock.instant());
                if (code == KillPoints.POISONED) {
                    poisonings++;
                } else if (code != KILLED) {
                    throw new IllegalStateException("the last start ended with code " + code + ": see " + log);
                }
            }
        }
        try (Trail trail = new Trail(world.data().resolve("audit"))) {
            trail.read();
            problems.add("not over in time: "
                    + asks.values().stream()
                            .filter(ask -> !trail.isOver(ask))
                            .limit(20)
                            .toList() + "; quiet: "
                    + trail.isQuiet());
        }
        return List.of();
    }

    private void stop(ServiceProcess service) throws InterruptedException {
        service.terminate();
        boolean stopped = service.awaitEnd(LONGEST_STOP);
        int code = service.kill();
        if (!stopped || code != TERMINATED) {
            problems.add("the last stop ended with code " + code);
        }
    }

    private boolean isAllOver(ServiceProcess service, Instant latest) throws Exception {
        try (Trail trail = new Trail(world.data().resolve("audit"))) {
            while (clock.instant().isBefore(latest) && service.isAlive()) {
                boolean news = trail.read();
                addScheduled(trail);
                if (!news && feeder.isDone() && isDropped() && trail.isQuiet() && missing(trail) == 0) {
                    return true;
                }
                service.awaitEnd(LOOK);
            }
            return false;
        }
    }

    private long missing(Trail trail) {
        return asks.values().stream().filter(ask -> !trail.isOver(ask)).count();
    }

    private boolean isDropped() throws IOException {
        try (Stream<Path> left = Files.list(world.home().resolve("drop"))) {
            return left.noneMatch(Files::isRegularFile);
        }
    }

    /** What the schedule asked for; nobody else knows when it ran. */
    private void addScheduled(Trail trail) {
        trail.requests().forEach((id, event) -> {
            if ("SCHEDULE".equals(event.facts().get(Fact.SOURCE))) {
                asks.computeIfAbsent(
                        id,
                        key -> world.scheduled(
                                id, Integer.parseInt(event.facts().get(Fact.LINE))));
            }
        });
    }

    private List<Receipts.Ticket> tickets() throws IOException, JMSException {
        List<Receipts.Ticket> tickets = new ArrayList<>();
        try (ActiveMQConnectionFactory factory = Feeder.factory(world);
                Connection connection = factory.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue(KillWorld.RESULTS))) {
            connection.start();
            for (Message next = consumer.receive(5000); next != null; next = consumer.receive(2000)) {
                tickets.add(new Receipts.Ticket(
                        next.getStringProperty("kind"),
                        next.getStringProperty("requestId"),
                        next.getStringProperty("deliveryId"),
                        ((TextMessage) next).getText()));
            }
        }
        return tickets;
    }

    private void tell(Map<String, String> table, Duration took) {
        Map<String, String> whole = new LinkedHashMap<>();
        whole.put("requests", asks.size() + " (queue, files and schedule)");
        whole.put("process ended", kills.size() + " times: " + kinds + ", by poison " + poisonings);
        whole.put("points", points.size() + " of " + plan.size() + " killed at, " + sum(points) + " kills");
        whole.put("sender", feeder.unknown() + " commits with unknown end, " + feeder.repeated() + " were done");
        whole.putAll(table);
        whole.put("took", took.toSeconds() + " s");
        out.println();
        whole.forEach((name, value) -> out.printf("  %-16s %s%n", name, value));
        points.forEach((point, count) -> out.printf("  %-16s %3d  %s%n", "", count, point));
        problems.forEach(problem -> out.println("  BROKEN           " + problem));
        out.println(problems.isEmpty() ? "Every promise was kept." : problems.size() + " promises were broken.");
        out.flush();
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Points that were killed at. */
    Map<String, Integer> points() {
        return points;
    }

    int kills() {
        return kills.size();
    }

    @Override
    public void close() throws Exception {
        feeder.close();
        world.close();
    }
}
