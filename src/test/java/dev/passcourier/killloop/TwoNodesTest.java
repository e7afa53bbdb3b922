package dev.passcourier.killloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.broker.Queues;
import dev.passcourier.killloop.KillPlan.Kill;
import dev.passcourier.killloop.KillPlan.Kind;
import dev.passcourier.request.Verdict;
import dev.passcourier.service.Whole;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes on one drop directory, one schedule, one broker and one ledger, each of which dies at the worst moment:
 * one between the record of a schedule's run and its send, the other with a file in hand. Counted on the broker: every
 * line of every file and of every planned time comes to the intake once.
 */
class TwoNodesTest {

    private static final int FILES = 50;
    private static final Duration LONGEST_START = Duration.ofMinutes(5);

    /** As shipped; a writer that pauses for longer has finished, as far as we can tell. */
    private static final Duration MIN_AGE = Duration.ofSeconds(3);

    private static final Duration PIECE = Duration.ofMillis(300);
    private static final int PIECES = 20;

    @TempDir
    Path directory;

    private EmbeddedPostgres postgres;
    private Nodes nodes;
    private Path one;
    private Path other;
    private final List<String> lines = new ArrayList<>();
    private final Set<String> requests = new HashSet<>();

    @BeforeEach
    void prepare() throws Exception {
        postgres = EmbeddedPostgres.start();
        nodes = new Nodes(directory);
        one = nodes.home("one", this::shared);
        other = nodes.home("other", this::shared);
    }

    private String shared(String settings) {
        return settings.replace("minAge: 100ms", "minAge: " + MIN_AGE.toSeconds() + "s")
                        .replaceFirst("cron: .*", "cron: \"* * * * * ?\"")
                + "ledger:\n  url: jdbc:postgresql://localhost:" + postgres.getPort()
                + "/postgres\n  user: postgres\n  password: \"{{file:secrets/mail}}\"\n";
    }

    @AfterEach
    void close() throws Exception {
        nodes.close();
        postgres.close();
    }

    @Test
    void everyFileAndEveryPlannedTimeIsAskedForOnceWhicheverNodeDies() throws Exception {
        try (ServiceProcess second = nodes.start(other, at("after DropDirectory.claim", 5))) {
            assertThat(second.awaitUp(LONGEST_START)).as(nodes.said(other)).isTrue();
            String unsent;
            try (ServiceProcess first = nodes.start(one, at("before JmsIntakeSender.send", 3))) {
                reach(first, one);
                unsent = lastRun();
            }
            Whole.patiently()
                    .until(() -> runs().contains(unsent) && runs().last().compareTo(unsent) > 0);

            for (int i = 0; i < FILES / 2; i++) {
                drop(i);
            }
            reach(second, other);
            assertThat(names(nodes.drop().resolve("work"))).isNotEmpty();
        }
        try (ServiceProcess first = nodes.start(one, Kill.NONE);
                ServiceProcess second = nodes.start(other, Kill.NONE)) {
            for (int i = FILES / 2; i < FILES; i++) {
                drop(i);
            }
            writeSlowly(first, second);
            Whole.patiently().until(this::allDone);
            Set<String> expected = expected();
            Whole.patiently().until(() -> delivered().containsAll(expected));
            assertThat(second.isAlive()).isTrue();
            first.kill();
            second.kill();
        }
        reckon();
    }

    private static Kill at(String point, int passage) {
        return new Kill(Kind.POINT, point, passage, Duration.ZERO);
    }

    private void reach(ServiceProcess service, Path home) throws Exception {
        boolean reached = service.awaitPoint(LONGEST_START);
        service.kill();
        assertThat(reached).as(nodes.said(home)).isTrue();
    }

    /** As a program drops it that keeps the times of what it moves. */
    private void drop(int number) throws Exception {
        String name = "batch-" + number + ".csv";
        String content = Ask.CSV_HEADER + "\n" + line(name, 1) + line(name, 2);
        Path written = Files.writeString(nodes.world().home().resolve(name), content);
        Files.setLastModifiedTime(written, FileTime.from(Instant.now().minus(MIN_AGE.multipliedBy(2))));
        Files.move(written, nodes.drop().resolve(name));
        expect(content);
    }

    private String line(String file, int number) {
        String request = file + "-" + number;
        requests.add(request);
        return nodes.world().scheduled(request, 2).csv() + "\n";
    }

    private void expect(String content) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
        int count = content.split("\n").length;
        for (int line = 2; line <= count; line++) {
            lines.add(HexFormat.of().formatHex(hash) + ":" + line);
        }
    }

    /** A file that grows where it is looked for, for seconds after both are up. */
    private void writeSlowly(ServiceProcess first, ServiceProcess second) throws Exception {
        Path slow = nodes.drop().resolve("slow.csv");
        StringBuilder whole = new StringBuilder();
        append(slow, Ask.CSV_HEADER + "\n", whole);
        Instant begun = Instant.now();
        int written = 0;
        for (int left = PIECES; left > 0; ) {
            String line = line("slow", ++written);
            append(slow, line.substring(0, 10), whole);
            assertThat(first.awaitEnd(PIECE)).as(nodes.said(one)).isFalse();
            assertThat(slow).as("taken while it was written").exists();
            append(slow, line.substring(10), whole);
            if (first.awaitUp(Duration.ofMillis(1)) && second.awaitUp(Duration.ofMillis(1))) {
                left--;
            }
        }
        System.out.printf(
                "slow.csv: %d pieces in %d s%n",
                2 * written + 1, Duration.between(begun, Instant.now()).toSeconds());
        expect(whole.toString());
    }

    private static void append(Path file, String piece, StringBuilder whole) throws IOException {
        Files.writeString(file, piece, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        whole.append(piece);
    }

    private boolean allDone() throws IOException {
        return names(nodes.drop()).isEmpty()
                && names(nodes.drop().resolve("work")).isEmpty()
                && names(nodes.drop().resolve("done")).stream()
                                .filter(name -> !name.contains(".results."))
                                .count()
                        == FILES + 1;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    /** Planned times of which lines came to the intake. */
    private TreeSet<String> runs() {
        TreeSet<String> runs = new TreeSet<>();
        for (String line : nodes.broker().takenLines()) {
            if (line.contains("@")) {
                runs.add(line.substring(0, line.lastIndexOf(':')));
            }
        }
        return runs;
    }

    /** The latest planned time that either node has on record; whoever was first recorded it, and both send it. */
    private String lastRun() throws Exception {
        return records().stream()
                .filter(record -> record.event().type() == AuditEvent.Type.BATCH_TAKEN)
                .map(record -> record.event().facts().get(Fact.BATCH))
                .filter(batch -> batch.contains("@"))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Requests of all files and of the planned times so far; the schedule goes on until both are dead. */
    private Set<String> expected() {
        Set<String> expected = new HashSet<>(requests);
        for (String run : runs()) {
            String prefix = run.replaceAll("[-:]", "").replace('@', '-');
            expected.add(prefix + "-2");
            expected.add(prefix + "-3");
        }
        return expected;
    }

    private Set<String> asked() throws Exception {
        return requests(AuditEvent.Type.ASKED);
    }

    private Set<String> delivered() throws Exception {
        return requests(AuditEvent.Type.DELIVERED);
    }

    private Set<String> requests(AuditEvent.Type type) throws Exception {
        Set<String> requests = new HashSet<>();
        for (AuditRecord record : records()) {
            String request = record.event().facts().get(Fact.REQUEST);
            if (record.event().type() == type && request != null) {
                requests.add(request);
            }
        }
        return requests;
    }

    private List<AuditRecord> refused() throws Exception {
        return records().stream()
                .filter(record ->
                        Verdict.REFUSED.name().equals(record.event().facts().get(Fact.VERDICT)))
                .toList();
    }

    /** Of both nodes. */
    private List<AuditRecord> records() throws Exception {
        List<AuditRecord> records = new ArrayList<>(Whole.records(one));
        records.addAll(Whole.records(other));
        return records;
    }

    private void reckon() throws Exception {
        List<String> taken = nodes.broker().takenLines();
        List<String> ofFiles =
                taken.stream().filter(line -> !line.contains("@")).toList();
        List<String> ofRuns = taken.stream().filter(line -> line.contains("@")).toList();
        System.out.printf(
                "%d lines of %d files and %d lines of %d planned times came to the intake; BATCH_TAKEN by the one %d, by"
                        + " the other %d times; %d requests delivered%n",
                ofFiles.size(),
                FILES + 1,
                ofRuns.size(),
                runs().size(),
                taken(one).size(),
                taken(other).size(),
                delivered().size());
        assertThat(ofFiles).containsExactlyInAnyOrderElementsOf(lines);
        assertThat(ofRuns)
                .containsExactlyInAnyOrderElementsOf(runs().stream()
                        .flatMap(run -> Stream.of(run + ":2", run + ":3"))
                        .toList());
        assertThat(expected()).as("requests of files and planned times").containsAll(asked());
        assertThat(refused()).isEmpty();
        assertThat(requests(AuditEvent.Type.QUARANTINED)).isEmpty();
        for (String queue : List.of(Queues.QUARANTINE, Queues.DEAD)) {
            assertThat(nodes.broker().queue(queue).getMessageCount()).as(queue).isZero();
        }
    }

    private static List<AuditRecord> taken(Path home) throws Exception {
        return Whole.records(home).stream()
                .filter(record -> record.event().type() == AuditEvent.Type.BATCH_TAKEN)
                .toList();
    }
}
