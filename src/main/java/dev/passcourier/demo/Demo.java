package dev.passcourier.demo;

import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.request.Verdict;
import dev.passcourier.service.PasscourierService;
import dev.passcourier.vault.NotOpenedException;
import dev.passcourier.vault.OpenedResult;
import dev.passcourier.vault.ResultOpener;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Runs the whole service against the sandbox, shows what happens, and checks that it was right. */
public final class Demo implements AutoCloseable {

    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final int SCHEDULED = 4;
    private static final int MANY = 200;
    /** Two results, the notice of the wrong key, and that of the refusal. */
    private static final long TICKETS = 4;

    private final PrintWriter out;
    private final Clock clock;
    private final DemoWorld world;
    private final PasscourierService service;
    private final LiveTable table;
    private final List<String> problems = new ArrayList<>();

    private Demo(PrintWriter out, Clock clock, DemoWorld world, PasscourierService service, boolean terminal) {
        this.out = out;
        this.clock = clock;
        this.world = world;
        this.service = service;
        this.table = new LiveTable(out, terminal, clock);
    }

    /**
     * Starts the sandbox and the service.
     *
     * @param programHome folder with the program's {@code config} and {@code routes}
     * @param where       folder for everything the demo writes; emptied before
     * @param terminal    whether {@code out} is a terminal
     */
    public static Demo start(Path programHome, Path where, PrintWriter out, boolean terminal, Clock clock)
            throws Exception {
        out.println("Passcourier demo: four pretend clouds, a broker, a mailbox and a webhook receiver on loopback");
        out.flush();
        DemoWorld world = DemoWorld.start(where, clock);
        try {
            Settings settings = SettingsLoader.load(world.settings(), ProviderCatalog.find(), clock);
            PasscourierService service = PasscourierService.start(programHome, settings, clock);
            return new Demo(out, clock, world, service, terminal);
        } catch (Exception e) {
            world.close();
            throw e;
        }
    }

    /**
     * Asks for passwords through all three doors and follows them to their ends.
     *
     * @return true if everything arrived as expected
     */
    public boolean run() throws Exception {
        out.println("A batch file is dropped, five requests are put on the queue, a schedule fires in a few seconds");
        out.println();
        DemoRequests.drop(world.home());
        DemoRequests.send(service.brokerPort(), world.home());
        follow();
        out.println();
        tellStories();
        tellArrivals();
        openOne();
        tellWhere();
        problems.forEach(problem -> out.println("NOT AS EXPECTED: " + problem));
        out.println(problems.isEmpty() ? "Everything arrived as expected." : "Not everything arrived as expected.");
        out.flush();
        return problems.isEmpty();
    }

    private void follow() throws InterruptedException {
        table.header();
        Instant latest = clock.instant().plus(LONGEST);
        boolean done = false;
        while (!done && clock.instant().isBefore(latest)) {
            done = isDone();
            table.show(ledger().newest(MANY));
            if (!done) {
                Thread.sleep(LOOK.toMillis());
            }
        }
        if (!done) {
            problems.add("not everything had ended after " + LONGEST.toMinutes() + " minutes");
        }
    }

    private boolean isDone() {
        return DemoRequests.EXPECTED.stream().allMatch(expected -> verdict(expected.request()) != null)
                && scheduled().filter(row -> row.verdict() != null).count() >= SCHEDULED
                && Files.exists(results())
                && reportIsDelivered()
                && delivered("tickets") >= TICKETS
                && ledger().deliveriesByDestination().values().stream().allMatch(Demo::isSettled);
    }

    private static boolean isSettled(Map<DeliveryState, Long> deliveries) {
        return deliveries.keySet().stream()
                .allMatch(state -> state == DeliveryState.DELIVERED || state == DeliveryState.FAILED);
    }

    private long delivered(String alias) {
        return ledger().deliveriesByDestination()
                .getOrDefault(alias, Map.of())
                .getOrDefault(DeliveryState.DELIVERED, 0L);
    }

    private boolean reportIsDelivered() {
        return world.mailbox().received().stream().anyMatch(MailboxPeek::isReport);
    }

    /** The requests of the first run: there is another one every minute. */
    private Stream<RequestRow> scheduled() {
        List<RequestRow> all = ledger().newest(MANY).stream()
                .filter(row -> row.source().equals("SCHEDULE"))
                .sorted(Comparator.comparing(RequestRow::askedAt))
                .toList();
        return all.stream().filter(row -> Objects.equals(row.batch(), all.get(0).batch()));
    }

    private Verdict verdict(String request) {
        return ledger().requests(List.of(request)).stream()
                .findFirst()
                .map(RequestRow::verdict)
                .orElse(null);
    }

    private void tellStories() {
        out.println("What happened");
        for (Expectation expected : DemoRequests.EXPECTED) {
            RequestRow row = ledger().requests(List.of(expected.request())).stream()
                    .findFirst()
                    .orElse(null);
            boolean fine = row != null && row.verdict() == expected.verdict() && row.attempts() >= expected.attempts();
            String verdict = row == null ? "unknown" : String.valueOf(row.verdict());
            out.printf("  %-9s %-10s %s%n", expected.request(), verdict, expected.story());
            if (!fine) {
                problems.add(expected.request() + " should end as " + expected.verdict() + " after at least "
                        + expected.attempts() + " attempts");
            }
        }
        long read =
                scheduled().filter(row -> row.verdict() == Verdict.DELIVERED).count();
        out.printf("  %-9s %d of %d read; the credential report went to ops-mail%n", "schedule", read, SCHEDULED);
        out.println();
    }

    private void tellArrivals() throws IOException {
        out.println("What arrived where");
        Map<String, Long> counts = new TreeMap<>();
        ledger().deliveriesByDestination()
                .forEach((alias, states) -> counts.put(alias, states.getOrDefault(DeliveryState.DELIVERED, 0L)));
        counts.forEach((alias, count) -> out.printf("  %-9s %3d%n", alias, count));
        check(counts.getOrDefault("ops-mail", 0L) == world.mailbox().received().size(), "mails counted and received");
        check(counts.getOrDefault("hook", 0L) == world.hook().received().size(), "webhooks counted and received");
        check(counts.getOrDefault("tickets", 0L) == TICKETS, "four messages on the ticket system's queue");
        out.println();
    }

    private void openOne() throws Exception {
        Path sealed = firstSealed();
        ResultOpener opener = ResultOpener.load(world.recipientKey(), null, service.publicSigningKey(), clock);
        try (OpenedResult result = opener.open(Files.readAllBytes(sealed), ResultOpener.Expected.ANY)) {
            out.println("One sealed result, opened with the recipient's key and checked against our signature");
            result.facts().forEach((name, value) -> out.printf("  %-10s %s%n", name, value));
            out.printf("  %-10s (%d bytes, not shown)%n", "secret", result.secretLength());
            check(result.signatureChecked() && world.holds(result), "the opened secret is the cloud's");
        } catch (NotOpenedException e) {
            problems.add("a sealed result does not open: " + e.getMessage());
        }
        out.println();
    }

    private Path firstSealed() throws IOException {
        try (Stream<Path> files = Files.list(world.home().resolve("archive"))) {
            return files.filter(file -> file.toString().endsWith(".jwe"))
                    .sorted()
                    .findFirst()
                    .orElseThrow(() -> new IOException("no sealed result in the archive"));
        }
    }

    private void tellWhere() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        Path home = world.home().startsWith(here) ? here.relativize(world.home()) : world.home();
        out.println("Where things lie");
        out.println("  settings        " + home.resolve("config/passcourier.yaml"));
        out.println("  sealed results  " + home.resolve("archive"));
        out.println("  batch results   " + home.resolve("drop/done/machines.csv.results.csv"));
        out.println("  audit trail     " + home.resolve("data/audit"));
        out.println("  status page     http://127.0.0.1:" + service.statusPort() + "/");
        out.println();
        String open = "open --key " + home.resolve("recipients/ops.pem") + " --signer "
                + home.resolve("data/keys/signing.pub.jwk") + " "
                + home.resolve("archive").resolve(firstSealed().getFileName());
        out.println("Next, open one yourself (add --show to see the password):");
        out.println(
                System.getProperty("passcourier.home") == null
                        ? "  mvn -q exec:java -Dexec.args=\"" + open + "\""
                        : "  bin/passcourier " + open);
        out.println();
    }

    private Path results() {
        return world.home().resolve("drop/done/machines.csv.results.csv");
    }

    private void check(boolean fine, String what) {
        if (!fine) {
            problems.add(what);
        }
    }

    DemoWorld world() {
        return world;
    }

    int brokerPort() {
        return service.brokerPort();
    }

    private Ledger ledger() {
        return service.ledger();
    }

    @Override
    public void close() throws Exception {
        service.close();
        world.close();
    }
}
