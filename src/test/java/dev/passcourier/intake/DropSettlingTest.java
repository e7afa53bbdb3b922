package dev.passcourier.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.request.RequestReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that are still written to, on time that the test moves on: a poll looks at each file of the drop directory and
 * at the files in hand, as the route does.
 */
class DropSettlingTest {

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration MIN_AGE = Duration.ofSeconds(3);
    private static final Duration MAX_PAUSE = Duration.ofMinutes(2);
    private static final String HEADER = "id,account,instance,deliverTo\n";

    private final Fakes.Trail audit = new Fakes.Trail();
    private final Fakes.Sender sender = new Fakes.Sender();
    private final Fakes.HandClock clock = new Fakes.HandClock("2026-03-01T12:00:00Z");
    private final AtomicLong nanos = new AtomicLong();

    @TempDir
    private Path drop;

    private Settling settling;
    private DropFilter filter;
    private TakeBatchFileStep source;

    @BeforeEach
    void start() throws ConfigurationException {
        DropGuard guard = new DropGuard(List.of());
        settling = new Settling(MIN_AGE, MAX_PAUSE, nanos::get);
        DropDirectory directory = DropDirectory.open(drop, List.of(), clock);
        filter = new DropFilter(directory, guard, settling, event -> 1, Clock.systemUTC());
        source = new TakeBatchFileStep(
                directory,
                guard,
                settling,
                new BatchHandOver("requests", audit, sender, batch -> Optional.empty(), batch -> false, clock),
                Fakes.allowed(drop, clock),
                batch -> Optional.empty(),
                audit,
                clock);
    }

    @Test
    void takesAFileWhoseWriterKeepsTheOldTimeAsAWholeOnly() throws Exception {
        Path slow = drop.resolve("slow.csv");
        append(slow, HEADER);
        for (int i = 1; i <= 10; i++) {
            append(slow, line("r-" + i, "i-" + i));
            aYearAgo(slow);
            poll(Duration.ofSeconds(2));
            assertThat(sender.sent).isEmpty();
        }

        poll(MIN_AGE);

        assertThat(instances()).hasSize(10);
        assertThat(sender.ids).hasSize(1);
    }

    @Test
    void takesWhatAWriterAddsToAFileInHandAsAFurtherBatch() throws Exception {
        try (OutputStream writer = Files.newOutputStream(drop.resolve("slow.csv"))) {
            write(writer, HEADER + line("r-1", "i-1"));
            poll(MIN_AGE);
            assertThat(instances()).containsExactly("i-1");
            for (int i = 2; i <= 4; i++) {
                write(writer, line("r-" + i, "i-" + i));
                aYearAgo(drop.resolve("work/slow.csv"));
                poll(MIN_AGE);
                assertThat(names("done")).noneMatch("slow.csv"::equals);
            }
        }
        poll(MAX_PAUSE);

        assertThat(instances()).containsExactly("i-1", "i-2", "i-3", "i-4");
        assertThat(audit.told(Fact.NAME))
                .containsExactly(
                        "BATCH_TAKEN slow.csv",
                        "BATCH_TAKEN slow.csv.2",
                        "BATCH_TAKEN slow.csv.3",
                        "BATCH_TAKEN slow.csv.4");
        assertThat(names("done")).containsExactly("slow.csv");
        assertThat(names("work")).isEmpty();
    }

    @Test
    void numbersLateLinesAsTheFileDoes() throws Exception {
        try (OutputStream writer = Files.newOutputStream(drop.resolve("slow.csv"))) {
            write(writer, HEADER + line("", "i-1") + "\n");
            poll(MIN_AGE);
            write(writer, line("", "i-2") + "bad\n");
            poll(MIN_AGE);
        }

        assertThat(RequestReader.read(sender.sent.get(1).body()).id()).endsWith("-4");
        assertThat(Files.readString(drop.resolve("done/slow.csv.2.rejects.ndjson")))
                .contains("\"line\":5");
    }

    @Test
    void takesAFileWithALongNameAgainAfterItWasPutBack() throws Exception {
        String name = "n".repeat(124) + ".csv";
        for (int day = 1; day <= 2; day++) {
            Files.writeString(drop.resolve(name), HEADER + line("r-" + day, "i-" + day));
            if (day == 2) {
                sender.away = true;
                poll(POLL);
                assertThatThrownBy(() -> poll(MIN_AGE)).hasMessage("INTAKE_NOT_SENT");
                sender.away = false;
            }
            poll(POLL);
            poll(MIN_AGE);
            poll(MAX_PAUSE);
        }

        assertThat(instances()).containsExactly("i-1", "i-2");
        assertThat(names("done")).hasSize(2).allMatch(each -> each.length() <= 128);
    }

    @Test
    void takesNoLineOfAFileTwiceThatGrewWhileTheProcessWasDead() throws Exception {
        try (OutputStream writer = Files.newOutputStream(drop.resolve("slow.csv"))) {
            write(writer, HEADER + line("", "i-1"));
            poll(MIN_AGE);
            write(writer, line("", "i-2"));
        }

        start();
        poll(MIN_AGE);
        poll(MAX_PAUSE);

        assertThat(instances()).containsExactly("i-1", "i-2");
        assertThat(names("done")).containsExactly("slow.csv");
        assertThat(names("work")).isEmpty();
    }

    @Test
    void takesAFileInHandNoSecondTimeAfterARestart() throws Exception {
        append(drop.resolve("a.csv"), HEADER + line("", "i-1"));
        poll(MIN_AGE);

        start();
        poll(MIN_AGE);
        poll(MAX_PAUSE);

        assertThat(instances()).containsExactly("i-1");
        assertThat(audit.told(Fact.NAME)).containsExactly("BATCH_TAKEN a.csv");
        assertThat(names("done")).containsExactly("a.csv");
    }

    @Test
    void takesLateLinesOnceThoughTheBrokerWasAway() throws Exception {
        try (OutputStream writer = Files.newOutputStream(drop.resolve("slow.csv"))) {
            write(writer, HEADER + line("", "i-1"));
            poll(MIN_AGE);
            sender.away = true;
            write(writer, line("", "i-2"));
            poll(MIN_AGE);
            poll(MAX_PAUSE);
            assertThat(names("done")).isEmpty();
            sender.away = false;
            poll(POLL);
        }

        assertThat(instances()).containsExactly("i-1", "i-2");
    }

    @Test
    void refusesAFileThatIsTruncatedAndWrittenAnewAfterItWasTaken() throws Exception {
        try (RandomAccessFile writer =
                new RandomAccessFile(drop.resolve("slow.csv").toFile(), "rw")) {
            writer.writeBytes(HEADER + line("r-1", "i-1"));
            poll(MIN_AGE);
            writer.setLength(0);
            writer.seek(0);
            writer.writeBytes(HEADER + line("r-2", "i-2"));
            poll(MIN_AGE);
        }

        assertThat(instances()).containsExactly("i-1");
        assertThat(audit.told(Fact.CODE)).contains("ENDED BATCH_CHANGED");
        assertThat(names("failed")).containsExactly("slow.csv", "slow.csv.error.json");
        assertThat(names("done")).isEmpty();
        assertThat(names("work")).isEmpty();
    }

    @Test
    void looksAnewAtAFileThatIsRewrittenInPlaceAtTheSameLength() throws Exception {
        Path file = drop.resolve("a.csv");
        append(file, HEADER + line("r-1", "i-1"));
        FileTime time = Files.getLastModifiedTime(file);
        poll(Duration.ofSeconds(2));
        Files.writeString(file, HEADER + line("r-1", "i-2"));
        Files.setLastModifiedTime(file, time);
        poll(Duration.ofSeconds(2));
        assertThat(sender.sent).isEmpty();

        poll(MIN_AGE);

        assertThat(instances()).containsExactly("i-2");
    }

    @Test
    void looksAnewAtAFileThatIsReplacedByRename() throws Exception {
        Path file = drop.resolve("a.csv");
        append(file, HEADER + line("r-1", "i-1"));
        poll(Duration.ofSeconds(2));
        Path other = Files.writeString(drop.resolve("a.part"), HEADER + line("r-1", "i-2"));
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        poll(Duration.ofSeconds(2));
        assertThat(sender.sent).isEmpty();

        poll(MIN_AGE);

        assertThat(instances()).containsExactly("i-2");
    }

    @Test
    void putsAFileBackThatGrewBetweenTheLookAndTheRename() throws Exception {
        Path file = drop.resolve("a.csv");
        append(file, HEADER + line("r-1", "i-1"));
        filter.survey();
        assertThat(filter.isReady("a.csv")).isFalse();
        nanos.addAndGet(MIN_AGE.toNanos());
        filter.survey();
        assertThat(filter.isReady("a.csv")).isTrue();
        append(file, "r-2,hua");

        source.take("a.csv");

        assertThat(sender.sent).isEmpty();
        assertThat(file).exists();
    }

    @Test
    void noticesWhatIsWrittenThroughAMemoryMap() throws Exception {
        Path file = drop.resolve("a.csv");
        String content = HEADER + line("r-1", "i-1");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, content.length());
            map.put(0, content.getBytes(UTF_8));
            poll(MIN_AGE);
            assertThat(instances()).containsExactly("i-1");
            map.put(content.indexOf("i-1") + 2, (byte) '2');
            poll(MAX_PAUSE);
            poll(MIN_AGE);
        }

        assertThat(audit.told(Fact.CODE)).contains("ENDED BATCH_CHANGED");
        assertThat(names("done")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-400, 1, 400})
    void takesAFileWhateverDaysItsTimeIsFromNow(int days) throws Exception {
        Path file = drop.resolve("a.csv");
        append(file, HEADER + line("r-1", "i-1"));
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(Duration.ofDays(days))));

        poll(MIN_AGE);

        assertThat(instances()).containsExactly("i-1");
    }

    @Test
    void holdsHalfALineBackUntilTheRestComes() throws Exception {
        Path file = drop.resolve("a.csv");
        append(file, HEADER + "f5b-1,huawei,i-12");
        poll(Duration.ofSeconds(20));
        assertThat(sender.sent).isEmpty();

        append(file, "34567,ops\n");
        poll(MIN_AGE);

        assertThat(instances()).containsExactly("i-1234567");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.csv|", // created, nothing written
                "a.csv|id,account,instance,deliverTo\nr-1,huawei,i-1,ops", // no line end
                "a.csv|id,account,instance,deliverTo\r\nr-1,huawei,i-1,ops\r", // cut between CR and LF
                "a.csv|id,account,instance,deliverTo\n\"r-1,huawei,i-1,ops\n", // an open quote
                "a.csv|id,account,instance,deliverTo\nr-1,huawei,i-1,ops\n\0\0\0\0", // room reserved by a copier
                "a.ndjson|{\"id\":\"r-1\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}", // whole object
                "a.json|[{\"id\":\"r-1\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}\n", // open array
                "a.json| \n",
                "a.jws|eyJ"
            })
    void holdsAFileBackWhoseEndLooksUnfinished(String sample) throws Exception {
        String name = sample.substring(0, sample.indexOf('|'));
        append(drop.resolve(name), sample.substring(sample.indexOf('|') + 1));

        poll(MAX_PAUSE.minus(POLL));
        assertThat(drop.resolve(name)).exists();
        assertThat(audit.events).isEmpty();

        poll(POLL);
        assertThat(drop.resolve(name)).doesNotExist();
        assertThat(audit.events).isNotEmpty();
    }

    @Test
    void holdsACutUtf8SequenceBack() throws Exception {
        byte[] whole = "[{\"reason\":\"\u00e9".getBytes(UTF_8);
        Files.write(drop.resolve("a.json"), Arrays.copyOf(whole, whole.length - 1));

        poll(Duration.ofSeconds(20));

        assertThat(drop.resolve("a.json")).exists();
    }

    @Test
    void takesClosedJsonWithoutALineEnd() throws Exception {
        append(
                drop.resolve("a.json"),
                "[{\"id\":\"r-1\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}]");

        poll(MIN_AGE);

        assertThat(instances()).containsExactly("i-1");
    }

    @Test
    void refusesAFileOfWhichACopierOnlyReservedTheRoom() throws Exception {
        append(drop.resolve("a.csv"), HEADER + line("r-1", "i-1") + "\0\0\0\0");

        poll(MAX_PAUSE);

        assertThat(sender.sent).isEmpty();
        assertThat(audit.told(Fact.CODE)).containsExactly("ENDED BATCH_UNFINISHED");
    }

    @Test
    void refusesTheRestOfALineThatWasTakenForAWholeOne() throws Exception {
        try (OutputStream writer = Files.newOutputStream(drop.resolve("a.csv"))) {
            write(writer, "id,account,deliverTo,instance\nr-1,huawei,ops,i-12");
            poll(MAX_PAUSE);
            assertThat(instances()).containsExactly("i-12");
            write(writer, "34567\n");
            poll(MIN_AGE);
        }

        assertThat(instances()).containsExactly("i-12");
        assertThat(Files.readString(drop.resolve("failed/a.csv.error.json"))).contains("BATCH_CHANGED", "after line 2");
        assertThat(names("done")).isEmpty();
    }

    @Test
    void letsTheLineEndOfTheLastLineComeLate() throws Exception {
        try (OutputStream writer = Files.newOutputStream(drop.resolve("a.csv"))) {
            write(writer, HEADER + line("r-1", "i-1").stripTrailing());
            poll(MAX_PAUSE);
            write(writer, "\n");
            poll(MAX_PAUSE);
        }

        assertThat(instances()).containsExactly("i-1");
        assertThat(names("done")).containsExactly("a.csv");
    }

    @Test
    void holdsHalfALineBackThatIsAddedToAFileInHand() throws Exception {
        try (OutputStream writer = Files.newOutputStream(drop.resolve("a.csv"))) {
            write(writer, HEADER + line("r-1", "i-1"));
            poll(MIN_AGE);
            write(writer, "r-2,huawei,i-12");
            poll(Duration.ofSeconds(20));
            assertThat(instances()).containsExactly("i-1");
            write(writer, "34567,ops\n");
            poll(MIN_AGE);
        }

        assertThat(instances()).containsExactly("i-1", "i-1234567");
    }

    @Test
    void refusesWhatIsAddedToJsonThatWasClosed() throws Exception {
        try (OutputStream writer = Files.newOutputStream(drop.resolve("a.json"))) {
            write(writer, "{\"id\":\"r-1\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}");
            poll(MIN_AGE);
            write(writer, "\n{\"id\":\"r-2\"}");
            poll(MAX_PAUSE);
        }

        assertThat(instances()).containsExactly("i-1");
        assertThat(audit.told(Fact.CODE)).contains("ENDED BATCH_CHANGED");
    }

    @Test
    void aFileWithASecondNameIsNotTakenAndHoldsUpNothing() throws Exception {
        Path elsewhere = Files.writeString(drop.resolve("elsewhere"), HEADER + line("r-1", "i-1"));
        Files.createLink(drop.resolve("linked.csv"), elsewhere);
        for (String empty : List.of("1.csv", "2.csv", "3.json")) {
            Files.createFile(drop.resolve(empty));
        }
        append(drop.resolve("good.csv"), HEADER + line("r-2", "i-2"));

        poll(MIN_AGE);

        assertThat(instances()).containsExactly("i-2");
        poll(MAX_PAUSE);
        assertThat(audit.told(Fact.CODE))
                .filteredOn("ENDED BATCH_EMPTY"::equals)
                .hasSize(2);
        assertThat(names("failed")).contains("1.csv", "2.csv", "3.json");
        assertThat(drop.resolve("linked.csv")).exists();
    }

    private static String line(String id, String instance) {
        return id + ",huawei," + instance + ",ops\n";
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void write(OutputStream writer, String text) throws IOException {
        writer.write(text.getBytes(UTF_8));
    }

    private static void aYearAgo(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(365))));
    }

    /** Polls at once, then each second until the time is over. */
    private void poll(Duration time) throws IOException {
        pollOnce();
        for (long passed = 0; passed < time.toNanos(); passed += POLL.toNanos()) {
            nanos.addAndGet(POLL.toNanos());
            pollOnce();
        }
    }

    private void pollOnce() throws IOException {
        filter.survey();
        try (Stream<Path> files = Files.list(drop)) {
            for (Path file : files.toList()) {
                if (filter.isReady(file.getFileName().toString())) {
                    source.take(file.getFileName().toString());
                }
            }
        }
        source.lookAgain();
        settling.endPoll();
    }

    private List<String> instances() throws Exception {
        List<String> instances = new ArrayList<>();
        for (var outboundMessage : sender.sent) {
            instances.add(RequestReader.read(outboundMessage.body()).instance());
        }
        return instances;
    }

    private List<String> names(String own) throws IOException {
        try (Stream<Path> files = Files.list(drop.resolve(own))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
