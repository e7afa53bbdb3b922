package dev.passcourier.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A trail of three files with four records each. */
class AuditVerifierTest {

    @TempDir
    Path directory;

    /** Damages lines of the trail, by file. */
    @FunctionalInterface
    interface Damage {

        void to(List<List<String>> files);
    }

    @BeforeEach
    void write() throws Exception {
        try (FileAuditTrail trail =
                FileAuditTrail.open(directory, Clock.systemUTC(), Checkpoints.none(), AuditFile::new, 1040)) {
            for (int i = 1; i <= 12; i++) {
                trail.append(new AuditEvent(
                        AuditEvent.Type.ASKED, Instant.EPOCH, Map.of(Fact.REQUEST, "request-%02d".formatted(i))));
            }
        }
        assertThat(files()).extracting(AuditFiles::first).containsExactly(1L, 5L, 9L);
    }

    @Test
    void findsNothingInAWholeTrail() throws IOException, AuditDamage {
        AuditVerifier.Finding finding = AuditVerifier.verify(directory);
        assertThat(finding.records()).isEqualTo(12);
        assertThat(finding.hash()).hasSize(64);
        assertThat(finding.damage()).isNull();
        assertThat(finding.unfinished()).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void namesThePlace(String name, Damage damage, long file, long line, Kind kind) throws IOException, AuditDamage {
        damageWith(damage);
        AuditDamage found = AuditVerifier.verify(directory).damage();
        assertThat(found).isNotNull();
        assertThat(found.file()).isEqualTo("audit-%015d.jsonl".formatted(file));
        assertThat(found.line()).isEqualTo(line);
        assertThat(found.kind()).isEqualTo(kind);
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("edited value", files -> edit(files.get(1), 2, "request-07", "request-99"), 5, 3, Kind.EDITED),
                damage("edited time", files -> edit(files.get(0), 0, "1970", "1971"), 1, 1, Kind.EDITED),
                damage("edited type", files -> edit(files.get(2), 3, "ASKED", "ENDED"), 9, 4, Kind.EDITED),
                damage("edited and hashed anew", files -> forge(files.get(1), 1), 5, 3, Kind.OUT_OF_CHAIN),
                damage("last of a file forged", files -> forge(files.get(0), 3), 5, 1, Kind.OUT_OF_CHAIN),
                damage("line removed", files -> files.get(1).remove(1), 5, 2, Kind.OUT_OF_SEQUENCE),
                damage("first line removed", files -> files.get(0).remove(0), 1, 1, Kind.OUT_OF_SEQUENCE),
                damage("line doubled", files -> files.get(0).add(1, files.get(0).get(0)), 1, 2, Kind.OUT_OF_SEQUENCE),
                damage("lines swapped", files -> Collections.swap(files.get(1), 1, 2), 5, 2, Kind.OUT_OF_SEQUENCE),
                damage("end of a middle file cut", files -> files.get(1).remove(3), 9, 1, Kind.MISSING),
                damage("half a line at a middle file's end", AuditVerifierTest::tear, 5, 4, Kind.TORN),
                damage("middle file emptied", files -> files.get(1).clear(), 9, 1, Kind.MISSING),
                damage("not a record", files -> files.get(2).set(0, "hello"), 9, 1, Kind.UNREADABLE),
                damage("empty line", files -> files.get(2).add(0, ""), 9, 1, Kind.UNREADABLE),
                damage("endless line", files -> files.get(2).set(1, "x".repeat(1 << 20)), 9, 2, Kind.UNREADABLE),
                damage("kind of record of a newer release", files -> foretell(files.get(2), 1), 9, 2, Kind.NEWER));
    }

    @Test
    void missesNoFile() throws IOException, AuditDamage {
        Files.delete(files().get(1));
        assertThat(AuditVerifier.verify(directory).damage()).hasMessage("audit-000000000000009.jsonl:1 MISSING");
        Files.delete(files().get(0));
        assertThat(AuditVerifier.verify(directory).damage()).hasMessage("audit-000000000000009.jsonl:1 MISSING");
    }

    @Test
    void tellsFilesThatChangedNames() throws IOException, AuditDamage {
        List<Path> files = files();
        Path aside = directory.resolve("aside");
        Files.move(files.get(1), aside);
        Files.move(files.get(2), files.get(1));
        Files.move(aside, files.get(2));
        assertThat(AuditVerifier.verify(directory).damage())
                .hasMessage("audit-000000000000005.jsonl:1 OUT_OF_SEQUENCE");
    }

    @Test
    void callsHalfALineAtTheVeryEndUnfinished() throws IOException, AuditDamage {
        damageWith(files -> files.get(2).set(3, files.get(2).get(3).substring(0, 20) + "\0"));
        AuditVerifier.Finding finding = AuditVerifier.verify(directory);
        assertThat(finding.damage()).isNull();
        assertThat(finding.unfinished()).isTrue();
        assertThat(finding.records()).isEqualTo(11);
    }

    @Test
    void findsNoRecordsInAnEmptyDirectory(@TempDir Path empty) throws IOException, AuditDamage {
        assertThat(AuditVerifier.verify(empty).records()).isZero();
        assertThat(AuditVerifier.verify(empty).hash()).isNull();
    }

    private static Arguments damage(String name, Damage damage, long file, long line, Kind kind) {
        return Arguments.of(name, damage, file, line, kind);
    }

    private static void edit(List<String> lines, int line, String from, String to) {
        assertThat(lines.get(line)).contains(from);
        lines.set(line, lines.get(line).replace(from, to));
    }

    /** What somebody could do who knows how the hash is made. */
    private static void forge(List<String> lines, int line) {
        byte[] original = lines.get(line).getBytes(StandardCharsets.UTF_8);
        AuditRecord record = AuditLine.read(original);
        assertThat(record).isNotNull();
        AuditEvent other = new AuditEvent(AuditEvent.Type.ASKED, Instant.EPOCH, Map.of(Fact.REQUEST, "forged"));
        byte[] forged = AuditLine.whole(record.sequence(), AuditLine.middle(other), record.previous());
        assertThat(AuditLine.fitsItsHash(forged)).isTrue();
        lines.set(line, new String(forged, StandardCharsets.UTF_8));
    }

    /** A whole record, of a kind that is not known here. */
    private static void foretell(List<String> lines, int line) {
        AuditRecord record = AuditLine.read(lines.get(line).getBytes(StandardCharsets.UTF_8));
        assertThat(record).isNotNull();
        byte[] middle = new String(AuditLine.middle(record.event()), StandardCharsets.UTF_8)
                .replace("ASKED", "FORETOLD")
                .getBytes(StandardCharsets.UTF_8);
        lines.set(
                line,
                new String(AuditLine.whole(record.sequence(), middle, record.previous()), StandardCharsets.UTF_8));
    }

    private static void tear(List<List<String>> files) {
        List<String> lines = files.get(1);
        lines.set(3, lines.get(3).substring(0, 30) + "\0");
    }

    private List<Path> files() throws IOException, AuditDamage {
        return new AuditFiles(directory).all();
    }

    /** A line that ends in NUL is written without its line break. */
    private void damageWith(Damage damage) throws IOException, AuditDamage {
        List<Path> paths = files();
        List<List<String>> contents = new ArrayList<>();
        for (Path path : paths) {
            contents.add(new ArrayList<>(Files.readAllLines(path)));
        }
        damage.to(contents);
        for (int i = 0; i < paths.size(); i++) {
            StringBuilder text = new StringBuilder();
            contents.get(i).forEach(line -> text.append(line.endsWith("\0") ? line.replace("\0", "") : line + "\n"));
            Files.writeString(paths.get(i), text);
        }
    }
}
