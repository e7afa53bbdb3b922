package dev.passcourier.audit;

import static dev.passcourier.audit.SignedTrail.SERVICE;
import static dev.passcourier.audit.SignedTrail.asked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditVerifier.Demands;
import dev.passcourier.audit.AuditVerifier.Expected;
import dev.passcourier.audit.AuditVerifier.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody without the service's key can do to a signed trail, and where it shows. */
class CheckpointVerificationTest {

    private static final TestSigner THIEF = new TestSigner("thief");

    @TempDir
    Path parent;

    /** Does something to the trail. */
    @FunctionalInterface
    interface Damage {

        void to(SignedTrail trail);
    }

    @ParameterizedTest(name = "{0}, rotated {4}")
    @MethodSource("damages")
    void namesThePlaceAndTheKind(
            String name, Damage damage, Function<SignedTrail, String> place, Kind kind, boolean rotated)
            throws Exception {
        SignedTrail trail = SignedTrail.write(directory(), rotated);
        assertThat(trail.files()).hasSize(rotated ? 3 : 1);
        assertThat(trail.verify().damage()).isNull();
        String expected = place.apply(trail) + " " + kind;
        damage.to(trail);
        trail.save();
        assertThat(trail.verify().damage()).hasMessage(expected);
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                        damage(
                                "a byte edited",
                                trail -> edit(trail, 7, "request-06", "request-66"),
                                at(7),
                                Kind.EDITED),
                        damage(
                                "lines swapped",
                                trail -> Collections.swap(trail.lines(), 6, 7),
                                at(7),
                                Kind.OUT_OF_SEQUENCE),
                        damage("a line cut out", trail -> trail.remove(7), at(7), Kind.OUT_OF_SEQUENCE),
                        damage("the end cut", trail -> cutTo(trail, 12), after(12), Kind.CUT),
                        damage("cut to just after a checkpoint", trail -> cutTo(trail, 10), after(10), Kind.CUT),
                        damage("cut to before a checkpoint", trail -> cutTo(trail, 9), after(9), Kind.CUT),
                        damage("a line put in", trail -> trail.insert(8, forged(trail)), at(8), Kind.OUT_OF_SEQUENCE),
                        damage("the last line torn", trail -> tear(trail), after(12), Kind.CUT),
                        damage(
                                "a signature replaced",
                                trail -> sign(trail, 10, "A".repeat(86)),
                                at(10),
                                Kind.SIGNATURE),
                        damage(
                                "a signature of another place",
                                trail -> sign(trail, 10, signature(trail, 5)),
                                at(10),
                                Kind.SIGNATURE),
                        damage(
                                "all chained anew",
                                trail -> trail.chainAnew(1, CheckpointVerificationTest::forge),
                                at(5),
                                Kind.SIGNATURE),
                        damage(
                                "the end chained anew",
                                trail -> trail.chainAnew(11, CheckpointVerificationTest::forge),
                                at(13),
                                Kind.SIGNATURE),
                        damage(
                                "all chained anew and signed by a thief",
                                trail -> resign(trail, THIEF, trail.name()),
                                at(5),
                                Kind.SIGNER),
                        damage(
                                "signed for another trail",
                                trail -> resign(trail, SERVICE, "0".repeat(64)),
                                at(5),
                                Kind.SIGNATURE),
                        damage(
                                "signatures left out",
                                trail -> trail.chainAnew(1, record -> plain(record)),
                                at(13),
                                Kind.OTHER_THAN_HEAD),
                        damage(
                                "more said at a checkpoint",
                                trail -> trail.chainAnew(5, record -> chatty(record)),
                                at(5),
                                Kind.SIGNATURE))
                .flatMap(row -> Stream.of(true, false).map(rotated -> {
                    List<Object> values = new ArrayList<>(List.of(row.get()));
                    values.add(rotated);
                    return Arguments.of(values.toArray());
                }));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWholeTrailIsSignedToItsEnd(boolean rotated) throws Exception {
        Finding finding = SignedTrail.write(directory(), rotated).verify();
        assertThat(finding.records()).isEqualTo(13);
        assertThat(finding.unsigned()).isZero();
        assertThat(finding.signed()).isEqualTo(new AuditVerifier.Signed(13, SignedTrail.NOW, "service"));
    }

    @Test
    void anotherKeyIsNotEnough() throws Exception {
        assertThat(trail().verify(THIEF).damage()).hasMessage("audit-head:1 SIGNER");
    }

    @Test
    void aKeyThatLiesAboutItsNameIsFound() throws Exception {
        CheckpointKeys liar = new CheckpointKeys() {

            @Override
            public boolean knows(String keyId) {
                return true;
            }

            @Override
            public boolean hasSigned(String keyId, String statement, String signature) {
                return THIEF.sign(statement).equals(signature);
            }
        };
        assertThat(trail().verify(liar).damage()).hasMessage("audit-head:1 SIGNATURE");
    }

    @Test
    void theHeadMustBeThereAndWhole() throws Exception {
        SignedTrail trail = trail();
        String head = Files.readString(trail.head());
        assertThat(head).isEqualTo(trail.lines().get(12) + "\n");
        damagedHead(trail, head.replace("10:00", "11:00"), "audit-head:1 EDITED");
        damagedHead(trail, head.strip(), "audit-head:1 UNREADABLE");
        damagedHead(trail, "", "audit-head:1 UNREADABLE");
        damagedHead(trail, "hello\n", "audit-head:1 UNREADABLE");
        damagedHead(trail, trail.lines().get(11) + "\n", "audit-head:1 UNREADABLE");
        Files.delete(trail.head());
        assertThat(trail.verify().damage()).hasMessage("audit-head:1 NO_HEAD");
    }

    @Test
    void anOlderHeadIsReachedToo() throws Exception {
        SignedTrail trail = trail();
        Files.writeString(trail.head(), trail.lines().get(4) + "\n");
        assertThat(trail.verify().damage()).isNull();
    }

    @Test
    void aHeadKeptElsewhereFindsWhatWasPutBackTogether() throws Exception {
        SignedTrail trail = trail();
        Path elsewhere = Files.copy(trail.head(), parent.resolve("elsewhere"));
        Files.writeString(trail.head(), trail.lines().get(9) + "\n");
        cutTo(trail, 10);
        trail.save();
        assertThat(trail.verify().damage()).isNull();
        Demands demands = new Demands(SERVICE, List.of(elsewhere), false, null, null, record -> {});
        assertThat(AuditVerifier.verify(directory(), demands).damage()).hasMessage(trail.after(10) + " CUT");
        Files.delete(trail.head());
        assertThat(AuditVerifier.verify(directory(), demands).damage()).hasMessage(trail.after(10) + " CUT");
    }

    @Test
    void aHashWrittenDownElsewhereMustBeInTheTrail() throws Exception {
        SignedTrail trail = trail();
        String hash = trail.record(8).hash();
        assertThat(expecting(new Expected(8, hash))).isNull();
        assertThat(expecting(new Expected(7, hash))).hasMessage(trail.place(7) + " OTHER_THAN_EXPECTED");
        assertThat(expecting(new Expected(13, trail.record(13).hash()))).isNull();
        assertThat(expecting(new Expected(14, hash))).hasMessage(trail.after(13) + " CUT");
    }

    @Test
    void aTrailFromBeforeCheckpointsIsWholeUnlessSignaturesAreDemanded() throws Exception {
        unsigned(3);
        Finding finding =
                AuditVerifier.verify(directory(), new Demands(SERVICE, List.of(), false, null, null, r -> {}));
        assertThat(finding.damage()).isNull();
        assertThat(finding.signed()).isNull();
        assertThat(finding.unsigned()).isEqualTo(3);
        Demands strict = new Demands(SERVICE, List.of(), true, null, null, record -> {});
        assertThat(AuditVerifier.verify(directory(), strict).damage())
                .hasMessage("audit-000000000000001.jsonl:3 UNSIGNED");
    }

    @Test
    void aSignedTrailSatisfiesWhoDemandsSignatures() throws Exception {
        trail();
        Demands strict = new Demands(SERVICE, List.of(), true, null, null, record -> {});
        assertThat(AuditVerifier.verify(directory(), strict).damage()).isNull();
    }

    @Test
    void anUnsignedTailMayBeAsLongAsTwicePaceAndNoLonger() throws Exception {
        trail();
        unsigned(2000);
        assertThat(verified().damage()).isNull();
        assertThat(verified().unsigned()).isEqualTo(2000);
        unsigned(1);
        assertThat(verified().damage()).hasMessage("audit-000000000000001.jsonl:2014 OVERDUE");
    }

    @Test
    void anUnsignedTailMayTakeAsLongAsTwicePaceAndNoLonger() throws Exception {
        trail();
        unsigned(1);
        later(Duration.ofMinutes(10));
        assertThat(verified().damage()).isNull();
        later(Duration.ofMinutes(10).plusMillis(1));
        assertThat(verified().damage()).hasMessage("audit-000000000000001.jsonl:16 OVERDUE");
    }

    @Test
    void tellsHowFarItIs() throws Exception {
        trail();
        List<Long> seen = new ArrayList<>();
        AuditVerifier.verify(directory(), new Demands(null, List.of(), false, null, null, seen::add));
        assertThat(seen).hasSize(13).startsWith(1L).endsWith(13L);
    }

    private Finding verified() throws IOException {
        return AuditVerifier.verify(directory(), new Demands(SERVICE, List.of(), false, null, null, record -> {}));
    }

    private @Nullable AuditDamage expecting(Expected expected) throws IOException {
        return AuditVerifier.verify(directory(), new Demands(SERVICE, List.of(), false, expected, null, record -> {}))
                .damage();
    }

    private void unsigned(int records) throws Exception {
        append(Collections.nCopies(records, asked("later")));
    }

    private void later(Duration later) throws Exception {
        append(List.of(new AuditEvent(AuditEvent.Type.ASKED, SignedTrail.NOW.plus(later), Map.of())));
    }

    /** As a service that does not sign. */
    private void append(List<AuditEvent> events) throws Exception {
        AuditWriter writer = new AuditWriter(
                new AuditFiles(makeDirectory()), AuditFile::new, 1 << 24, Checkpoints.none(), Clock.systemUTC());
        writer.write(events.stream().map(AuditLine::middle).toList());
        writer.close();
    }

    private Path makeDirectory() throws IOException {
        return Files.createDirectories(directory());
    }

    private static void damagedHead(SignedTrail trail, String content, String damage) throws IOException {
        Files.writeString(trail.head(), content);
        assertThat(trail.verify().damage()).hasMessage(damage);
    }

    private SignedTrail trail() throws Exception {
        return SignedTrail.write(directory(), false);
    }

    private Path directory() {
        return parent.resolve("audit");
    }

    private static Arguments damage(String name, Damage damage, Function<SignedTrail, String> place, Kind kind) {
        return Arguments.of(name, damage, place, kind);
    }

    private static Function<SignedTrail, String> at(int sequence) {
        return trail -> trail.place(sequence);
    }

    private static Function<SignedTrail, String> after(int sequence) {
        return trail -> trail.after(sequence);
    }

    private static void edit(SignedTrail trail, int sequence, String from, String to) {
        String line = trail.lines().get(sequence - 1);
        assertThat(line).contains(from);
        trail.lines().set(sequence - 1, line.replace(from, to));
    }

    private static void cutTo(SignedTrail trail, int sequence) {
        trail.lines().subList(sequence, trail.lines().size()).clear();
    }

    private static void tear(SignedTrail trail) {
        trail.lines().set(12, trail.lines().get(12).substring(0, 40) + "\0");
    }

    private static String forged(SignedTrail trail) {
        AuditRecord before = trail.record(7);
        byte[] line = AuditLine.whole(7, AuditLine.middle(asked("forged")), before.hash());
        return new String(line, StandardCharsets.UTF_8);
    }

    private static AuditRecord forge(AuditRecord record) {
        return Checkpoint.isOne(record) ? record : with(record, asked("forged"));
    }

    private static AuditRecord plain(AuditRecord record) {
        return with(record, asked("forged"));
    }

    private static AuditRecord chatty(AuditRecord record) {
        return Checkpoint.isOne(record) ? with(record, Map.of(Fact.REASON, "fine")) : record;
    }

    private static void sign(SignedTrail trail, int sequence, String signature) {
        trail.chainAnew(
                sequence,
                record -> record.sequence() == sequence ? with(record, Map.of(Fact.SIGNATURE, signature)) : record);
    }

    private static String signature(SignedTrail trail, int sequence) {
        return String.valueOf(trail.record(sequence).event().facts().get(Fact.SIGNATURE));
    }

    private static void resign(SignedTrail trail, TestSigner signer, String name) {
        trail.chainAnew(
                1,
                record -> Checkpoint.isOne(record)
                        ? with(
                                record,
                                Checkpoint.sign(
                                        signer, name, record.sequence() - 1, record.previous(), SignedTrail.NOW))
                        : forge(record));
    }

    private static AuditRecord with(AuditRecord record, Map<Fact, String> more) {
        Map<Fact, String> facts = new HashMap<>(record.event().facts());
        facts.putAll(more);
        return with(record, new AuditEvent(record.event().type(), record.event().at(), facts));
    }

    private static AuditRecord with(AuditRecord record, AuditEvent event) {
        return new AuditRecord(record.sequence(), record.previous(), record.hash(), event);
    }
}
