package dev.passcourier.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditArchive.Due;
import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditEvent.Type;
import dev.passcourier.audit.AuditVerifier.Demands;
import dev.passcourier.audit.AuditVerifier.Expected;
import dev.passcourier.audit.AuditVerifier.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trail of small files, whose first two are cut off, then the next two. */
class AuditArchiveTest {

    private static final Instant NOW = SignedTrail.NOW;
    private static final TestSigner THIEF = new TestSigner("thief");

    @TempDir
    Path home;

    private Path directory;
    private Path archive;

    @BeforeEach
    void write() throws Exception {
        directory = home.resolve("audit");
        archive = home.resolve("archive");
        try (FileAuditTrail trail = open()) {
            for (int i = 1; i <= 40; i++) {
                trail.append(SignedTrail.asked("request-%02d".formatted(i)));
            }
        }
    }

    private FileAuditTrail open() throws IOException, AuditDamage {
        return open(SignedTrail.SERVICE);
    }

    private FileAuditTrail open(@Nullable CheckpointSigner signer) throws IOException, AuditDamage {
        return FileAuditTrail.open(
                directory,
                Clock.fixed(NOW, ZoneOffset.UTC),
                new Checkpoints(signer, null, CheckpointPace.USUAL),
                AuditFile::new,
                2000);
    }

    /** Cuts the first files off. */
    private static void cut(FileAuditTrail trail, Path archive, int files) throws Exception {
        AuditArchive place = trail.archive(archive);
        List<Due> due = place.due(NOW, 0).subList(0, files);
        place.cut(due, NOW, out -> out.write("carried".getBytes(StandardCharsets.US_ASCII)), "ann");
    }

    private void cut(int files) throws Exception {
        try (FileAuditTrail trail = open()) {
            cut(trail, archive, files);
        }
    }

    private Finding verify(@Nullable Path from) throws IOException {
        return SmallTrail.verify(directory, from);
    }

    private void wrong(@Nullable Path from, String file, Kind kind) throws IOException {
        assertThat(verify(from).damage()).hasMessage(file + ":1 " + kind);
    }

    private static List<Path> list(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> AuditFiles.name(file).startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private AuditCut read() throws Exception {
        AuditCut cut = new AuditFiles(directory).cut();
        assertThat(cut).isNotNull();
        return cut;
    }

    @Test
    void whatRemainsAndWhatWasArchivedAreOneChain() throws Exception {
        long records = verify(null).records();
        List<Path> before = list(directory, "audit-0");
        cut(2);
        cut(2);

        Finding remaining = verify(null);
        assertThat(remaining.damage()).isNull();
        assertThat(remaining.records()).isEqualTo(records + 4);
        assertThat(remaining.cut()).isEqualTo(read());
        assertThat(read().last()).isEqualTo(AuditFiles.first(before.get(4)) - 1);
        Finding whole = verify(archive);
        assertThat(whole.damage()).isNull();
        assertThat(whole.hash()).isEqualTo(remaining.hash());
        assertThat(list(directory, "audit-0").get(0)).isEqualTo(before.get(4));
        assertThat(list(archive, "audit-0")).hasSize(4);
        assertThat(list(archive, "audit-cut")).hasSize(2);
    }

    @Test
    void archivedFilesAreWhatTheyWereAndNobodyElses() throws Exception {
        Path first = list(directory, "audit-0").get(0);
        byte[] content = Files.readAllBytes(first);
        cut(1);
        Path packed = list(archive, "audit-0").get(0);
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
        assertThat(modes(archive)).isEqualTo("rwx------");
        for (Path file : List.of(
                packed,
                list(archive, "audit-cut").get(0),
                directory.resolve("audit-cut"),
                list(directory, "audit-carry").get(0))) {
            assertThat(modes(file)).isEqualTo("rw-------");
        }
    }

    private static String modes(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void theTrailNamesTheCutAndGoesOn() throws Exception {
        cut(2);
        try (FileAuditTrail trail = open()) {
            AuditCut cut = read();
            assertThat(trail.name()).isEqualTo(cut.trail());
            trail.append(SignedTrail.asked("later"));
            try (AuditTail tail = trail.tail(0)) {
                List<AuditRecord> records = tail.next(1000, Duration.ZERO);
                assertThat(records.get(0).sequence()).isEqualTo(cut.last() + 1);
                assertThat(records)
                        .filteredOn(record -> record.event().type() == Type.RETENTION)
                        .extracting(record -> record.event().facts())
                        .containsExactly(Map.of(
                                Fact.NAME, "audit",
                                Fact.COUNT, Long.toString(cut.last()),
                                Fact.BEFORE, NOW.toString(),
                                Fact.POSITION, Long.toString(cut.last()),
                                Fact.REFERENCE, cut.digest(),
                                Fact.USER, "ann"));
            }
            assertThatThrownBy(() -> trail.tail(1)).hasMessageEndingWith("ARCHIVED");
        }
        assertThat(verify(archive).damage()).isNull();
    }

    @Test
    void onlyWholeOldFilesAreDue() throws Exception {
        try (FileAuditTrail trail = open()) {
            AuditArchive place = trail.archive(archive);
            List<Due> due = place.due(NOW, 0);
            assertThat(due).hasSize(list(directory, "audit-0").size() - 1);
            assertThat(due.get(0).requests())
                    .contains("request-01", "request-02")
                    .doesNotContain("request-40");
            assertThat(place.due(NOW.minusSeconds(1), 0)).isEmpty();
            assertThat(place.named(
                            Set.of("request-01", "request-40"), due.get(0).last()))
                    .containsExactly("request-40");
        }
    }

    @Test
    void aTrailThatNobodySignsIsNotCut() throws Exception {
        try (FileAuditTrail trail = open(null)) {
            assertThatThrownBy(() -> cut(trail, archive, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessage("AUDIT_UNSIGNED");
        }
        assertThat(archive).doesNotExist();
    }

    @Test
    void namesWhatIsWrongWithAnArchive() throws Exception {
        cut(2);
        cut(2);
        Path packed = list(archive, "audit-0").get(1);
        byte[] content = Files.readAllBytes(packed);
        Files.delete(packed);
        wrong(archive, AuditFiles.name(packed), Kind.ARCHIVE_MISSING);
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write("other".getBytes(StandardCharsets.US_ASCII));
        }
        wrong(archive, AuditFiles.name(packed), Kind.ARCHIVE_CHANGED);
        Files.write(packed, content);
        Path earlier = list(archive, "audit-cut").get(0);
        String text = Files.readString(earlier);
        Files.writeString(earlier, text.replace("time 2026", "time 2027"));
        wrong(archive, AuditFiles.name(earlier), Kind.ARCHIVE_CHANGED);
        Files.writeString(earlier, "no cut");
        wrong(archive, AuditFiles.name(earlier), Kind.UNREADABLE);
        Files.delete(earlier);
        wrong(archive, AuditFiles.name(earlier), Kind.ARCHIVE_MISSING);
        assertThat(verify(null).damage()).isNull();
    }

    @Test
    void namesACutThatIsNotTheServices() throws Exception {
        cut(2);
        Path file = directory.resolve("audit-cut");
        String text = Files.readString(file);
        AuditCut cut = read();
        Files.write(file, cut.signedBy(THIEF).text());
        wrong(null, "audit-cut", Kind.SIGNER);
        Files.write(file, forged(cut).text());
        wrong(null, "audit-cut", Kind.SIGNATURE);
        Files.writeString(file, text.replace("time 2026", "time 2027"));
        wrong(null, "audit-cut", Kind.SIGNATURE);
        Files.writeString(file, text.replace("cut 1", "cut 2"));
        wrong(null, "audit-cut", Kind.NEWER);
        Files.writeString(file, text + "more\n");
        wrong(null, "audit-cut", Kind.UNREADABLE);
        Files.writeString(file, text);
        Path carry = list(directory, "audit-carry").get(0);
        Files.writeString(carry, "other");
        wrong(null, AuditFiles.name(carry), Kind.CARRY);
    }

    /** Says that the service's key signed it. */
    private static AuditCut forged(AuditCut cut) {
        String signature = cut.signedBy(THIEF).signature();
        return new AuditCut(
                cut.trail(),
                cut.last(),
                cut.hash(),
                cut.at(),
                cut.files(),
                cut.before(),
                cut.carry(),
                cut.key(),
                signature);
    }

    /** With the archived records put back, only the trail's own record shows it. */
    @Test
    void namesACutThatWasPutBackOrTakenAway() throws Exception {
        Path copies = home.resolve("copies");
        copy(directory, copies);
        cut(2);
        copy(directory, copies);
        cut(2);
        Files.copy(copies.resolve("audit-cut"), directory.resolve("audit-cut"), StandardCopyOption.REPLACE_EXISTING);
        wrong(null, "audit-cut", Kind.OTHER_CUT);
        copyMissing(copies, directory);
        wrong(null, "audit-cut", Kind.OTHER_CUT);
        Files.delete(directory.resolve("audit-cut"));
        wrong(null, "audit-cut", Kind.OTHER_CUT);
    }

    @Test
    void whatWasArchivedCanOnlyBeAskedForWithTheArchive() throws Exception {
        cut(2);
        String hash;
        try (AuditReader reader = AuditReader.whole(directory, archive)) {
            AuditRecord first = reader.next();
            assertThat(first).isNotNull();
            hash = first.hash();
        }
        assertThat(expect(hash, null)).hasMessageEndingWith("ARCHIVED");
        assertThat(expect(hash, archive)).isNull();
        assertThat(expect("0".repeat(64), archive)).hasMessageEndingWith("OTHER_THAN_EXPECTED");
        List<AuditRecord> found = new ArrayList<>();
        assertThat(AuditSearch.find(directory, null, "request-01", found)).contains(read());
        assertThat(found).isEmpty();
        assertThat(AuditSearch.find(directory, archive, "request-01", found)).isEmpty();
        assertThat(found).hasSize(1);
    }

    private @Nullable AuditDamage expect(String hash, @Nullable Path from) throws IOException {
        return AuditVerifier.verify(
                        directory,
                        new Demands(SignedTrail.SERVICE, List.of(), true, new Expected(1, hash), from, record -> {}))
                .damage();
    }

    /** Each state in which a kill can leave the directory, made of the files before and after. */
    @Test
    void aStartAfterACrashFinishesOrUndoesTheCut() throws Exception {
        Path before = home.resolve("before");
        copy(directory, before);
        cut(2);
        Path after = home.resolve("after");
        copy(directory, after);
        String carry = AuditFiles.name(list(directory, "audit-carry").get(0));

        state(before, after, Map.of(carry, carry), List.of());
        starts("carried over only");
        assertThat(directory.resolve("audit-cut")).doesNotExist();
        assertThat(list(directory, "audit-carry")).isEmpty();

        state(before, after, Map.of(carry, carry, "audit-cut", "audit-cut.next"), List.of());
        starts("proposed only");
        assertThat(directory.resolve("audit-cut")).doesNotExist();
        assertThat(list(directory, "audit-c")).isEmpty();

        state(after, before, Map.of(), List.of("audit-cut"));
        Files.copy(after.resolve("audit-cut"), directory.resolve("audit-cut.next"));
        starts("proposed and on record");
        assertThat(directory.resolve("audit-cut")).exists();
        assertThat(list(directory, "audit-0")).isEqualTo(moved(after));

        state(after, before, Map.of(), List.of());
        assertThat(verify(null).damage()).as("before the next start").isNull();
        starts("not yet deleted");
        assertThat(list(directory, "audit-0")).isEqualTo(moved(after));
    }

    private List<Path> moved(Path state) throws IOException {
        return list(state, "audit-0").stream()
                .map(file -> directory.resolve(AuditFiles.name(file)))
                .toList();
    }

    private void starts(String state) throws Exception {
        assertThat(verify(null).damage()).as(state).isNull();
        try (FileAuditTrail trail = open()) {
            trail.append(SignedTrail.asked("later"));
        }
        assertThat(verify(null).damage()).as(state).isNull();
        assertThat(verify(archive).damage()).as(state).isNull();
        assertThat(directory.resolve("audit-cut.next")).doesNotExist();
    }

    /** The directory as one state has it, with these files of the other; or if none is named, its files of records. */
    private void state(Path base, Path other, Map<String, String> more, List<String> without) throws IOException {
        for (Path file : list(directory, "audit")) {
            Files.delete(file);
        }
        copy(base, directory);
        for (Path file : more.isEmpty() ? list(other, "audit-0") : List.<Path>of()) {
            Path to = directory.resolve(AuditFiles.name(file));
            if (!Files.exists(to)) {
                Files.copy(file, to);
            }
        }
        for (Map.Entry<String, String> each : more.entrySet()) {
            Files.copy(other.resolve(each.getKey()), directory.resolve(each.getValue()));
        }
        for (String each : without) {
            Files.delete(directory.resolve(each));
        }
    }

    @Test
    void aCopyThatWasTakenBetweenTwoCutsIsWhole() throws Exception {
        cut(2);
        Path copy = Files.createDirectory(home.resolve("copy"));
        Files.copy(directory.resolve("audit-head"), copy.resolve("audit-head"));
        try (FileAuditTrail trail = open()) {
            Path carry = list(directory, "audit-carry").get(0);
            assertThat(trail.extent(file -> Files.copy(file, copy.resolve(AuditFiles.name(file))))
                            .files())
                    .containsKeys(directory.resolve("audit-cut"), carry);
            cut(trail, archive, 2);
        }
        assertThat(SmallTrail.verify(copy, null).damage()).isNull();
        assertThat(SmallTrail.verify(copy, archive).damage()).isNull();
        try (FileAuditTrail trail = SmallTrail.open(copy, Clock.fixed(NOW, ZoneOffset.UTC), 2000)) {
            cut(trail, archive, 1);
        }
        assertThat(SmallTrail.verify(copy, archive).damage()).isNull();
        assertThat(verify(archive).damage()).as("the one that was copied").isNull();
    }

    @Test
    void deletesNothingOnTheWordOfAnotherTrailsCut() throws Exception {
        Path other = home.resolve("other");
        try (FileAuditTrail trail = SmallTrail.open(other, Clock.fixed(NOW, ZoneOffset.UTC), 2000)) {
            for (int i = 1; i <= 40; i++) {
                trail.append(SignedTrail.asked("request-%02d".formatted(i)));
            }
            cut(trail, archive, 2);
        }
        List<Path> files = list(directory, "audit-0");
        Files.copy(other.resolve("audit-cut"), directory.resolve("audit-cut"));
        assertThatThrownBy(this::open).isInstanceOf(AuditDamage.class).hasMessage("audit-cut:1 OTHER_CUT");
        assertThat(list(directory, "audit-0")).isEqualTo(files);
    }

    @Test
    void aFullArchiveLeavesTheTrailAsItIs() throws Exception {
        Files.writeString(archive, "no directory");
        try (FileAuditTrail trail = open()) {
            assertThatThrownBy(() -> cut(trail, archive, 1)).isInstanceOf(IOException.class);
            trail.append(SignedTrail.asked("later"));
        }
        assertThat(verify(null).damage()).isNull();
        assertThat(directory.resolve("audit-cut")).doesNotExist();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : list(from, "audit")) {
            Files.copy(file, to.resolve(AuditFiles.name(file)), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void copyMissing(Path from, Path to) throws IOException {
        for (Path file : list(from, "audit-0")) {
            Path there = to.resolve(AuditFiles.name(file));
            if (!Files.exists(there)) {
                Files.copy(file, there);
            }
        }
    }
}
