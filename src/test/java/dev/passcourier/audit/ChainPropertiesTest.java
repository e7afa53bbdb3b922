package dev.passcourier.audit;

import static dev.passcourier.audit.SignedTrail.NOW;
import static dev.passcourier.audit.SignedTrail.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditEvent.Type;
import dev.passcourier.audit.AuditVerifier.Demands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What holds for every trail. */
class ChainPropertiesTest {

    private static Path parent;
    private static Path original;

    @BeforeContainer
    static void writeOnce() throws Exception {
        parent = Files.createTempDirectory("chain");
        original = parent.resolve("original");
        SignedTrail.write(original, true);
    }

    @AfterContainer
    static void delete() throws IOException {
        delete(parent);
    }

    @Property(tries = 40)
    void anyEventsVerify(@ForAll("events") List<AuditEvent> events) throws Exception {
        Path directory = Files.createTempDirectory(parent, "any");
        CheckpointPace pace = new CheckpointPace(3, Duration.ofMinutes(5));
        try (FileAuditTrail trail = FileAuditTrail.open(
                directory,
                Clock.fixed(NOW, ZoneOffset.UTC),
                new Checkpoints(SERVICE, null, pace),
                ChainPropertiesTest::unsynced,
                4000)) {
            events.forEach(trail::append);
        }
        AuditVerifier.Finding finding = verify(directory);
        assertThat(finding.damage()).isNull();
        assertThat(finding.unfinished()).isFalse();
        assertThat(finding.unsigned()).isZero();
        assertThat(finding.records()).isGreaterThanOrEqualTo(events.size());
        delete(directory);
    }

    @Property(tries = 300)
    void anyChangedByteIsFound(@ForAll @IntRange(max = 1_000_000) int place, @ForAll @ByteRange(min = 1) byte change)
            throws Exception {
        Path copy = copy();
        List<Path> files = new AuditFiles(copy).all();
        Path file = files.get(place % files.size());
        byte[] content = Files.readAllBytes(file);
        content[place / files.size() % content.length] ^= change;
        Files.write(file, content);
        assertThat(verify(copy).damage()).isNotNull();
        delete(copy);
    }

    @Property(tries = 200)
    void anyTwoSwappedLinesAreFound(@ForAll @IntRange(max = 12) int one, @ForAll @IntRange(max = 12) int other)
            throws Exception {
        Assume.that(one != other);
        Path copy = copy();
        List<Path> files = new AuditFiles(copy).all();
        String[][] lines = new String[files.size()][];
        for (int i = 0; i < files.size(); i++) {
            lines[i] = Files.readAllLines(files.get(i)).toArray(String[]::new);
        }
        String aside = lines[one / 5][one % 5];
        lines[one / 5][one % 5] = lines[other / 5][other % 5];
        lines[other / 5][other % 5] = aside;
        for (int i = 0; i < files.size(); i++) {
            Files.write(files.get(i), Arrays.asList(lines[i]));
        }
        assertThat(verify(copy).damage()).isNotNull();
        delete(copy);
    }

    @Provide
    Arbitrary<List<AuditEvent>> events() {
        Arbitrary<String> any = Arbitraries.strings().ofMaxLength(300);
        Arbitrary<Map<Fact, String>> facts =
                Arbitraries.maps(Arbitraries.of(Fact.class), any).ofMaxSize(Fact.values().length);
        EnumSet<Type> types = EnumSet.complementOf(EnumSet.of(Type.CHECKPOINT));
        return Combinators.combine(Arbitraries.of(types), facts)
                .as((type, values) -> new AuditEvent(type, NOW, values))
                .list()
                .ofMaxSize(12);
    }

    /** What is tried here is the chain, not the disk. */
    private static AuditFile unsynced(Path path) throws IOException {
        return new AuditFile(path) {
            @Override
            void sync() {}
        };
    }

    private static AuditVerifier.Finding verify(Path directory) throws IOException {
        return AuditVerifier.verify(directory, new Demands(SERVICE, List.of(), false, null, null, record -> {}));
    }

    private static Path copy() throws IOException {
        Path copy = Files.createTempDirectory(parent, "copy");
        try (Stream<Path> files = Files.list(original)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(AuditFiles.name(file)));
            }
        }
        return copy;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
