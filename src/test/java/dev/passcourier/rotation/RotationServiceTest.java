package dev.passcourier.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.audit.CheckpointKeys;
import dev.passcourier.audit.CheckpointSigner;
import dev.passcourier.audit.Checkpoints;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.control.OrderException;
import dev.passcourier.rotation.RotationAnswer.KeyState;
import dev.passcourier.rotation.RotationOrder.Step;
import dev.passcourier.rotation.RotationOrder.What;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.StatementVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service's own keys are replaced step by step; each step is on record before it is taken. */
class RotationServiceTest {

    private static final Duration LIFETIME = Duration.ofHours(72);

    @TempDir
    private Path directory;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-01T10:00:00Z"), ZoneOffset.UTC);
    private final AtomicLong undelivered = new AtomicLong();
    private ServiceKeys keys;
    private FileAuditTrail trail;
    private RotationService service;

    @BeforeEach
    void begin() throws Exception {
        keys = ServiceKeys.loadOrCreate(own("signing.jwk"), own("at-rest.key"));
        CheckpointSigner signer = new CheckpointSigner() {
            @Override
            public String keyId() {
                return keys.signingThumbprint();
            }

            @Override
            public String sign(String statement) {
                return keys.sign(statement);
            }
        };
        trail = FileAuditTrail.open(directory.resolve("audit"), clock, Checkpoints.signedBy(signer, null));
        service = new RotationService(keys, trail, sealedUntil -> undelivered.get(), LIFETIME, clock);
    }

    @AfterEach
    void end() throws Exception {
        Files.setPosixFilePermissions(directory.resolve("keys"), PosixFilePermissions.fromString("rwx------"));
        trail.close();
    }

    private Path own(String name) {
        return directory.resolve("keys").resolve(name);
    }

    private KeyState take(What what, Step step) throws Exception {
        return service.carryOut(new RotationOrder(what, step), "ann").keys().stream()
                .filter(key -> key.what().equals(what.toString()))
                .findFirst()
                .orElseThrow();
    }

    private String refusal(What what, Step step) {
        try {
            return "taken: " + take(what, step);
        } catch (OrderException e) {
            return e.code();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<AuditRecord> records() throws Exception {
        List<AuditRecord> records = new ArrayList<>();
        try (AuditReader reader = AuditReader.whole(directory.resolve("audit"))) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                records.add(next);
            }
        }
        return records;
    }

    private List<Map<Fact, String>> rotated() throws Exception {
        return records().stream()
                .filter(record -> record.event().type() == AuditEvent.Type.ROTATED)
                .map(record -> record.event().facts())
                .toList();
    }

    private AuditVerifier.Finding verified(List<Path> signers) throws Exception {
        StatementVerifier verifier = StatementVerifier.load(signers, clock);
        CheckpointKeys known = new CheckpointKeys() {
            @Override
            public boolean knows(String keyId) {
                return verifier.knows(keyId);
            }

            @Override
            public boolean hasSigned(String keyId, String statement, String signature) {
                return verifier.hasSigned(keyId, statement, signature);
            }
        };
        return AuditVerifier.verify(
                directory.resolve("audit"),
                new AuditVerifier.Demands(known, List.of(), true, null, null, record -> {}));
    }

    @Test
    void theChangeOfTheSigningKeyIsARecordThatTheKeyBeforeSigns() throws Exception {
        String old = keys.signingThumbprint();
        String next = take(What.SIGNING_KEY, Step.PREPARE).prepared();
        take(What.SIGNING_KEY, Step.SWITCH);
        trail.append(new AuditEvent(AuditEvent.Type.ASKED, clock.instant(), Map.of(Fact.REQUEST, "after")));
        trail.close();

        List<AuditRecord> records = records();
        AuditRecord change = records.stream()
                .filter(record -> "SWITCHED".equals(record.event().facts().get(Fact.CODE)))
                .findFirst()
                .orElseThrow();
        assertThat(change.event().facts())
                .isEqualTo(Map.of(
                        Fact.NAME, "signing-key",
                        Fact.CODE, "SWITCHED",
                        Fact.USER, "ann",
                        Fact.BEFORE, old,
                        Fact.AFTER, String.valueOf(next)));
        assertThat(records.get((int) change.sequence()).event().facts()).containsEntry(Fact.KEY, old);
        assertThat(records.get(records.size() - 1).event().facts()).containsEntry(Fact.KEY, next);
        List<Path> both = ServiceKeys.publicSigningKeys(own("signing.jwk"));
        assertThat(verified(both).damage()).isNull();
        for (Path one : both) {
            assertThat(verified(List.of(one)).damage())
                    .extracting(AuditDamage::kind)
                    .isEqualTo(AuditDamage.Kind.SIGNER);
        }
    }

    @Test
    void aSwitchNeedsAPreparedKeyAndTellsWhatComesFirst() {
        for (What what : What.values()) {
            assertThat(refusal(what, Step.SWITCH)).isEqualTo("NOT_PREPARED");
            assertThat(refusal(what, Step.RETIRE)).isEqualTo("NOTHING_TO_RETIRE");
        }
    }

    @Test
    void askingAloneChangesAndRecordsNothing() throws Exception {
        List<KeyState> keysThere =
                service.carryOut(new RotationOrder(null, null), "ann").keys();

        assertThat(keysThere).extracting(KeyState::what).containsExactly("signing-key", "at-rest-key");
        assertThat(keysThere).allSatisfy(key -> assertThat(key.next()).contains("prepare"));
        assertThat(records()).isEmpty();
    }

    @Test
    void theAtRestKeyBeforeStaysWhileAnythingMayNeedIt() throws Exception {
        take(What.AT_REST_KEY, Step.PREPARE);
        KeyState switched = take(What.AT_REST_KEY, Step.SWITCH);
        assertThat(switched.waiting())
                .as("what is in hand is not on record yet")
                .isEqualTo(1);
        assertThat(refusal(What.AT_REST_KEY, Step.RETIRE)).isEqualTo("OLD_KEY_NEEDED");

        undelivered.set(3);
        clock.advance(Duration.ofMinutes(3));
        assertThat(refusal(What.AT_REST_KEY, Step.RETIRE)).isEqualTo("OLD_KEY_NEEDED");
        assertThat(refusal(What.AT_REST_KEY, Step.PREPARE)).isEqualTo("OLD_KEY_KEPT");
        assertThat(own("at-rest.old.key")).exists();
        undelivered.set(0);

        KeyState retired = take(What.AT_REST_KEY, Step.RETIRE);
        assertThat(retired.old()).isNull();
        assertThat(own("at-rest.old.key")).doesNotExist();
        assertThat(rotated())
                .extracting(facts -> facts.get(Fact.CODE))
                .containsExactly("PREPARED", "SWITCHED", "RETIRED");
        assertThat(rotated().get(2))
                .containsEntry(Fact.BEFORE, switched.old())
                .containsEntry(Fact.AFTER, switched.current());
    }

    @Test
    void theAtRestKeyBeforeMayGoOnceNothingUnderItIsValid() throws Exception {
        take(What.AT_REST_KEY, Step.PREPARE);
        KeyState switched = take(What.AT_REST_KEY, Step.SWITCH);
        undelivered.set(3);
        assertThat(switched.until()).isEqualTo(clock.instant().plus(LIFETIME).plus(Duration.ofMinutes(2)));
        clock.advance(LIFETIME.plusMinutes(3));

        assertThat(take(What.AT_REST_KEY, Step.RETIRE).old()).isNull();
    }

    @Test
    void whoChecksResultsIsToldHowLongBothKeysCount() throws Exception {
        take(What.SIGNING_KEY, Step.PREPARE);
        assertThat(take(What.SIGNING_KEY, Step.SWITCH).next()).contains("keeps both public halves");
        clock.advance(LIFETIME.plusMinutes(3));
        KeyState later =
                service.carryOut(new RotationOrder(null, null), "ann").keys().get(0);
        assertThat(later.next()).contains("may drop those before");
    }

    /** As in a volume of the cluster's secrets. Root may write anywhere, so a folder is in the way of the new file. */
    @Test
    void whatCannotBeWrittenIsTakenBackOnRecord() throws Exception {
        take(What.AT_REST_KEY, Step.PREPARE);
        String before = keys.overlap(ServiceKeys.Kind.AT_REST).current();
        Files.createDirectories(own("at-rest.names.key"));

        assertThat(refusal(What.AT_REST_KEY, Step.SWITCH)).isEqualTo("KEY_FILES");

        assertThat(keys.overlap(ServiceKeys.Kind.AT_REST).current()).isEqualTo(before);
        assertThat(rotated())
                .extracting(facts -> facts.get(Fact.CODE))
                .containsExactly("PREPARED", "SWITCHED", "TAKEN_BACK");
        Files.delete(own("at-rest.names.key"));
        assertThat(take(What.AT_REST_KEY, Step.SWITCH).old()).isEqualTo(before);
    }

    @Test
    void nothingIsRotatedThatCannotBeRecorded() throws Exception {
        take(What.SIGNING_KEY, Step.PREPARE);
        String before = keys.signingThumbprint();
        trail.close();

        assertThatExceptionOfType(OrderException.class)
                .isThrownBy(() -> take(What.SIGNING_KEY, Step.SWITCH))
                .satisfies(e -> assertThat(e.code()).isEqualTo("AUDIT_CLOSED"));

        assertThat(keys.signingThumbprint()).isEqualTo(before);
    }

    @Test
    void noRecordHoldsKeyMaterial() throws Exception {
        List<String> secrets = new ArrayList<>();
        for (What what : What.values()) {
            take(what, Step.PREPARE);
            for (Path file : ServiceKeys.secretFiles(own("signing.jwk"), own("at-rest.key"))) {
                if (Files.exists(file)) {
                    secrets.add(Files.readString(file).replaceAll(".*\"d\":\"([^\"]+)\".*", "$1"));
                }
            }
            take(what, Step.SWITCH);
        }
        String trailText = records().toString();
        assertThat(secrets).hasSizeGreaterThan(4).allSatisfy(secret -> assertThat(trailText)
                .doesNotContain(secret));
    }
}
