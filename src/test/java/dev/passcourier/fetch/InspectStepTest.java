package dev.passcourier.fetch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.ledger.Inspection;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.Sealed;
import dev.passcourier.vault.TestKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectStepTest {

    @TempDir
    private Path directory;

    private SettleBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new SettleBench(directory, new MovableClock(SettleBench.NOW, ZoneOffset.UTC));
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void keepsWhatItFoundAndHandsNothingOn() throws Exception {
        Answer.Found found = SettleBench.found(bench.encrypted("Welcome2024!"));

        List<OutboundMessage> outbound = bench.settle(bench.step(), bench.inspection("i-1", 1, 1), found);
        bench.settle(bench.step(), bench.inspection("i-2", 2, 1), SettleBench.found(bench.encrypted("Welcome2024!")));

        assertThat(outbound).isEmpty();
        List<Inspection> inspections = bench.ledger().reports().inspections(SettleBench.RUN);
        Inspection first = inspections.get(0);
        assertThat(first.found().strength()).isEqualTo("WEAK");
        assertThat(first.found().length()).isEqualTo("FROM_12");
        assertThat(first.found().key().fingerprint())
                .isEqualTo(bench.ring().keys().get(0).fingerprint());
        assertThat(first.found().recordSince()).isNotNull();
        assertThat(first.request()).isEqualTo("r-i-1");
        assertThat(first.sequence()).isEqualTo(bench.audit().position() - 3);
        assertThat(inspections.get(1).found().fingerprint())
                .as("the same password, in another ciphertext")
                .isEqualTo(first.found().fingerprint());
        assertThat(bench.auditText())
                .contains("\"INSPECTED\"", "\"OPENING\"", "\"ENDED\"")
                .doesNotContain("SEALED", first.found().fingerprint(), "Welcome2024!");
        assertThat(first.toString()).doesNotContain(first.found().fingerprint());
    }

    /** It asks once or twice, and never waits for as long as a request does. */
    @Test
    void asksOnceMoreForWhatIsNotThereAndThenSaysSo() throws Exception {
        Answer notYet = new Answer.NotYet("NO_PASSWORD_YET");

        List<OutboundMessage> again = bench.settle(bench.step(), bench.inspection("i-1", 1, 1), notYet);
        List<OutboundMessage> then = bench.settle(bench.step(), bench.inspection("i-1", 1, 2), notYet);

        assertThat(again).singleElement().satisfies(message -> {
            assertThat(message.yields()).isTrue();
            assertThat(WorkCodec.fromBytes(message.body()).inspects()).isTrue();
        });
        assertThat(then).isEmpty();
        assertThat(bench.ledger().reports().inspections(SettleBench.RUN).get(0).sequence())
                .isEqualTo(bench.audit().position());
    }

    @Test
    void asksAFailingCloudThreeTimes() throws Exception {
        Answer failing = new Answer.Retry(TransientFailure.SERVER, "HTTP_503", null);

        assertThat(bench.settle(bench.step(), bench.inspection("i-1", 1, 2), failing))
                .hasSize(1);
        assertThat(bench.settle(bench.step(), bench.inspection("i-1", 1, 3), failing))
                .isEmpty();
    }

    @Test
    void tellsAWrongKeyToNobodyButTheReport() throws Exception {
        byte[] foreign = TestKeys.encrypt(
                TestKeys.rsa("foreign", 2048).getPublic(), "Canary#1".getBytes(StandardCharsets.UTF_8));

        assertThat(bench.settle(bench.step(), bench.inspection("i-1", 1, 1), SettleBench.found(foreign)))
                .as("neither notices nor work that is kept")
                .isEmpty();
        assertThat(bench.auditText()).contains("WRONG_KEY");
        assertThat(bench.ledger().reports().inspections(SettleBench.RUN).get(0).found())
                .isNull();
    }

    /** A message that says it is an inspection's has nowhere to go, whoever made it and whatever it says beside. */
    @Test
    void anInspectionHasNoDestinationFromTheFetchQueueOn() {
        FetchWork made = bench.inspection("i-1", 1, 1);
        FetchWork read =
                WorkCodec.fromBytes(new String(WorkCodec.toBytes(SettleBench.work("i-1")), StandardCharsets.UTF_8)
                        .replace("\"JMS\"", "\"REPORT\"")
                        .getBytes(StandardCharsets.UTF_8));

        assertThat(made.request().deliverTo()).isEmpty();
        assertThat(read.request().deliverTo()).isEmpty();
    }

    @Test
    void whatInspectsKnowsNoSealAndNoOutbox() {
        noClasses()
                .that()
                .belongToAnyOf(InspectStep.class, InspectionRecord.class)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.passcourier.outbox..", "dev.passcourier.delivery..", "dev.passcourier.broker..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(SealTarget.class, Sealed.class, DecryptAndSealStep.class)
                .because("an inspected password must have no way to a sink")
                .check(new ClassFileImporter().importClasses(InspectStep.class, InspectionRecord.class));
    }
}
