package dev.passcourier.killloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.killloop.BatchWorld.Line;
import dev.passcourier.killloop.KillPlan.Kill;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.OpenedResult;
import dev.passcourier.vault.ResultOpener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * A mixed batch through the whole service, killed amid its work. The short form runs with all tests; {@code -Dbatch.lines},
 * {@code -Dbatch.kills} and {@code -Dbatch.heap} make it larger. Everything it made stays in {@code target/large-batch}.
 */
class LargeBatchTest {

    private static final int LINES = Integer.getInteger("batch.lines", 200);
    private static final int KILLS = Integer.getInteger("batch.kills", 1);
    private static final String HEAP = System.getProperty("batch.heap", "256m");

    /** From so many lines on one waits for its cloud until all others have ended: shorter batches end before it shows. */
    private static final int SHOWS_PARTIAL = 5000;

    private static final Duration UP = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofMinutes(3).plus(Duration.ofMillis(60L * LINES));
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration TELL = Duration.ofSeconds(30);
    private static final int OPENED = 50;

    private final List<Long> peaks = new ArrayList<>();

    @Test
    void everyLineHasItsOwnEndHoweverLargeTheBatchAndWheneverTheProcessIsKilled() throws Exception {
        Path directory = KillLoopTest.empty(Path.of("target/large-batch"));
        Program program = Program.pack(directory);
        boolean oneWaits = LINES >= SHOWS_PARTIAL;
        try (BatchWorld world = new BatchWorld(directory, LINES, oneWaits)) {
            long began = System.nanoTime();
            world.drop();
            for (int kill = 1; kill <= KILLS; kill++) {
                long enough = world.delivered() * kill / (KILLS + 1);
                run(program, world, () -> sealed(world).count() >= enough, false);
            }
            run(
                    program,
                    world,
                    () -> {
                        if (oneWaits && showsAllOthers(world)) {
                            world.publish();
                        }
                        return Files.exists(world.done(".results.csv"));
                    },
                    true);
            tell(world, Duration.ofNanos(System.nanoTime() - began));
            check(world);
        }
    }

    /** Runs the service until something is so, and then ends it. */
    private void run(Program program, BatchWorld world, Callable<Boolean> until, boolean gently) throws Exception {
        Path log = world.home().resolveSibling("service.log");
        try (ServiceProcess service = ServiceProcess.start(program, world.home(), log, Kill.NONE, HEAP)) {
            assertThat(service.awaitUp(UP)).as("is up; see %s", log).isTrue();
            long end = System.nanoTime() + PATIENCE.toNanos();
            long began = System.nanoTime();
            long nextTold = began + TELL.toNanos();
            while (!until.call()) {
                assertThat(world.home().resolve("drop/failed"))
                        .as("no file was refused")
                        .isEmptyDirectory();
                if (System.nanoTime() >= nextTold) {
                    tellProgress(world, service, Duration.ofNanos(System.nanoTime() - began));
                    nextTold += TELL.toNanos();
                }
                assertThat(service.awaitEnd(LOOK))
                        .as("has ended by itself; see %s", log)
                        .isFalse();
                assertThat(System.nanoTime()).as("too slow; see %s", log).isLessThan(end);
            }
            peaks.add(service.peakKilobytes());
            if (gently) {
                service.terminate();
                service.ended();
            } else {
                assertThat(service.kill()).isEqualTo(137);
            }
        }
    }

    private static void tellProgress(BatchWorld world, ServiceProcess service, Duration up) throws IOException {
        System.out.printf(
                "  after %4d s since this start: %d of %d passwords in the archive, %d MB resident at the peak%n",
                up.toSeconds(), sealed(world).count(), world.delivered(), service.peakKilobytes() / 1024);
    }

    private static boolean showsAllOthers(BatchWorld world) throws IOException {
        try (Stream<String> ended = Files.lines(world.done(".results.partial.csv"))) {
            return ended.count() == world.lines().size();
        } catch (NoSuchFileException notYet) {
            return false;
        }
    }

    private static Stream<Path> sealed(BatchWorld world) throws IOException {
        try (Stream<Path> files = Files.list(world.home().resolve("archive"))) {
            return files.filter(file -> file.toString().endsWith(".jwe")).toList().stream();
        }
    }

    private static void check(BatchWorld world) throws Exception {
        List<String> rows = Files.readAllLines(world.done(".results.csv"));
        assertThat(rows.get(0)).startsWith("line,id,account,instance,verdict,code,");
        assertThat(rows.stream()
                        .skip(1)
                        .map(row -> row.split(",", 6))
                        .map(cells -> String.join(",", cells[0], cells[1], cells[2], cells[3], cells[4])))
                .containsExactlyElementsOf(
                        world.lines().stream().map(Line::expected).toList());
        assertThat(rows).noneMatch(row -> row.contains("TOO_MANY_WRONG_KEYS") || row.contains(BatchWorld.CANARY));
        assertThat(Files.readAllLines(world.done(".results.ndjson")))
                .hasSize(world.lines().size())
                .noneMatch(row -> row.contains(BatchWorld.CANARY));
        assertThat(world.done(".results.partial.csv")).doesNotExist();
        assertThat(Files.readAllLines(world.done(".rejects.ndjson")))
                .as("lines that are no request, and those of an account that files may not ask")
                .hasSize((int) world.lines().stream()
                        .filter(line -> line.id().isEmpty() || line.account().equals("forbidden"))
                        .count());
        checkSealed(world);
    }

    /** Each delivered line has its sealed result once; some are opened. */
    private static void checkSealed(BatchWorld world) throws Exception {
        List<Path> sealed = sealed(world).toList();
        Map<String, Line> delivered = world.lines().stream()
                .filter(line -> line.verdict() == Verdict.DELIVERED)
                .collect(Collectors.toMap(Line::id, line -> line));
        // Sorted: to find each of 100,000 in any order takes longer than to make them.
        assertThat(sealed.stream()
                        .map(file -> file.getFileName().toString().split("_", 2)[0])
                        .sorted())
                .containsExactlyElementsOf(delivered.keySet().stream().sorted().toList());
        try (ZipFile bundle = new ZipFile(world.done(".ops.zip").toFile())) {
            assertThat(bundle.stream().map(ZipEntry::getName).sorted())
                    .as("in the bundle is what is in the archive")
                    .containsExactlyElementsOf(sealed.stream()
                            .map(file -> file.getFileName().toString())
                            .sorted()
                            .toList());
        }
        ResultOpener opener = ResultOpener.load(
                world.home().resolve("recipients/ops.pem"),
                null,
                world.home().resolve("data/keys/signing.pub.jwk"),
                Clock.systemUTC());
        for (Path file : sealed.subList(0, Math.min(OPENED, sealed.size()))) {
            Line line = delivered.get(file.getFileName().toString().split("_", 2)[0]);
            try (OpenedResult result = opener.open(
                    Files.readAllBytes(file), new ResultOpener.Expected(line.id(), null, line.instance(), false))) {
                assertThat(Receipts.secret(result)).isEqualTo(world.passwords().get(line.instance()));
            }
        }
    }

    private void tell(BatchWorld world, Duration took) throws IOException {
        Map<Verdict, Long> verdicts = world.lines().stream()
                .collect(Collectors.groupingBy(Line::verdict, TreeMap::new, Collectors.counting()));
        System.out.printf(
                "%n  lines      %d, %s%n  killed     %d times%n  took       %d s, with every start: %.1f lines a"
                        + " second%n  heap       %s%n  peak       %s MB resident%n  results    %s, %d bytes%n",
                world.lines().size(),
                verdicts,
                KILLS,
                took.toSeconds(),
                world.lines().size() / (took.toMillis() / 1000.0),
                HEAP,
                peaks.stream().map(peak -> peak / 1024).toList(),
                world.done(".results.csv"),
                Files.size(world.done(".results.csv")));
    }
}
