package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.Envelope;
import dev.passcourier.broker.Queues;
import dev.passcourier.delivery.Notices;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.Advice;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.vault.DeliveryIds;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.LockedSecret;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.TestKeys;
import dev.passcourier.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The settlement with a real vault, a real audit trail and a real ledger. */
class SettleStepTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final String CANARY = "Canary-Settle-1!";

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(NOW, ZoneOffset.UTC);
    private final RandomGenerator random = new Random(1);
    private final KeyPair keyPair = TestKeys.rsa2048();
    private FileAuditTrail audit;
    private Ledger ledger;
    private SettleStep step;
    private SettleStep stepForClones;

    @BeforeEach
    void open() throws Exception {
        audit = FileAuditTrail.open(directory.resolve("audit"), clock);
        ledger = Ledger.follow(audit, LedgerDatabase.h2(directory.resolve("ledger")));
        Path key = TestKeys.file(directory.resolve("windows.pem"), TestKeys.pem(keyPair.getPrivate()));
        KeyRing ring = KeyRing.load("windows", List.of(new KeyRing.Source(key, null)));
        Vault vault = new Vault(
                ServiceKeys.loadOrCreate(directory.resolve("keys/signing.jwk"), directory.resolve("keys/at-rest.key")),
                clock);
        step = step(vault, ring, false);
        stepForClones = step(vault, ring, true);
    }

    private SettleStep step(Vault vault, KeyRing ring, boolean clones) {
        Ending ending = new Ending(audit, new Notices(DeliveryIds::of), clock);
        Sealing sealing = new Sealing(
                "kakaocloud",
                ring,
                clones,
                alias -> new SealTarget(alias, null),
                vault,
                new TransplantGuard(ledger),
                audit,
                Duration.ofDays(7),
                clock);
        return new SettleStep(
                sealing, new Postponing(audit, ending, clock, random), ending, new AccountGate("test", 100, clock));
    }

    @AfterEach
    void close() throws Exception {
        ledger.close();
        audit.close();
    }

    @Test
    void aPasswordIsSealedForEveryDestinationAndLivesAsLongAsConfigured() throws Exception {
        List<Envelope> envelopes = settle(step, work("vm-1"), found("vm-1"));
        assertThat(envelopes)
                .extracting(Envelope::queue)
                .containsExactly(Queues.outbox("mail"), Queues.outbox("archive"));
        assertThat(envelopes).allSatisfy(envelope -> {
            assertThat(envelope.expiresAt()).isEqualTo(NOW.plus(Duration.ofDays(7)));
            assertThat(new String(envelope.body(), StandardCharsets.ISO_8859_1)).doesNotContain(CANARY);
        });
        assertThat(auditText()).contains("OPENED", "SEALED").doesNotContain(CANARY);
    }

    @Test
    void aSecondSettlementAfterARollbackHasTheSameDeliveryIds() throws Exception {
        List<Object> first = deliveryIds(settle(step, work("vm-1"), found("vm-1")));
        List<Object> second = deliveryIds(settle(step, work("vm-1"), found("vm-1")));
        assertThat(second).isEqualTo(first);
    }

    @Test
    void aPasswordNoKeyOpensEndsTheRequestAndTellsItsDestinations() throws Exception {
        byte[] foreign =
                TestKeys.encrypt(TestKeys.rsa("other", 2048).getPublic(), CANARY.getBytes(StandardCharsets.UTF_8));
        List<Envelope> envelopes =
                settle(step, work("vm-1"), new Answer.Found(new LockedSecret.Encrypted(foreign), "password", null));
        assertThat(envelopes).hasSize(2).allSatisfy(envelope -> assertThat(
                        new String(envelope.body(), StandardCharsets.UTF_8))
                .contains("\"WRONG_KEY\"", "\"r-vm-1\""));
        assertThat(auditText()).contains("\"WRONG_KEY\"");
    }

    @Test
    void anotherInstancesCiphertextIsRefused() throws Exception {
        byte[] ciphertext = TestKeys.encrypt(keyPair.getPublic(), CANARY.getBytes(StandardCharsets.UTF_8));
        assertThat(settle(step, work("victim"), found(ciphertext)).get(0).properties())
                .containsEntry("pcKind", "RESULT");
        List<Envelope> stolen = settle(step, work("attacker"), found(ciphertext));
        assertThat(new String(stolen.get(0).body(), StandardCharsets.UTF_8)).contains("REFUSED", "TRANSPLANTED");
    }

    @Test
    void clonesMayShareACiphertextWhereTheAccountAllowsIt() throws Exception {
        byte[] ciphertext = TestKeys.encrypt(keyPair.getPublic(), CANARY.getBytes(StandardCharsets.UTF_8));
        settle(stepForClones, work("template"), found(ciphertext));
        assertThat(settle(stepForClones, work("clone"), found(ciphertext))
                        .get(0)
                        .properties())
                .containsEntry("pcKind", "RESULT");
    }

    @Test
    void anEmptyAnswerIsAskedAgainLaterFromTheSameQueue() throws Exception {
        List<Envelope> envelopes = settle(step, work("vm-1"), new Answer.NotYet("EMPTY"));
        assertThat(envelopes).hasSize(1);
        Envelope again = envelopes.get(0);
        assertThat(again.queue()).isEqualTo(Queues.fetch("kakao"));
        assertThat(again.notBefore()).isBetween(NOW.plusSeconds(5), NOW.plusSeconds(10));
        assertThat(WorkCodec.fromBytes(again.body()).attempt()).isEqualTo(2);
        assertThat(WorkCodec.fromBytes(again.body()).failures()).isZero();
    }

    @Test
    void theLastAskIsAtTheDeadline() throws Exception {
        clock.advance(Duration.ofMinutes(20).minusSeconds(3));
        Envelope last = settle(step, work("vm-1"), new Answer.NotYet("EMPTY")).get(0);
        assertThat(last.notBefore()).isEqualTo(NOW.plus(Duration.ofMinutes(20)));
    }

    @Test
    void afterTheDeadlineTheRequestEndsAsNotYet() throws Exception {
        clock.advance(Duration.ofMinutes(20));
        List<Envelope> envelopes = settle(step, work("vm-1"), new Answer.NotYet("EMPTY"));
        assertThat(new String(envelopes.get(0).body(), StandardCharsets.UTF_8)).contains("\"NOT_YET\"");
    }

    @Test
    void aFailureIsRetriedAndInTheEndGivenUp() throws Exception {
        FetchWork work = work("vm-1");
        for (int attempt = 1; attempt <= 8; attempt++) {
            Envelope again = settle(step, work, new Answer.Retry(TransientFailure.SERVER, "HTTP_500", null))
                    .get(0);
            assertThat(again.queue()).isEqualTo(Queues.fetch("kakao"));
            work = WorkCodec.fromBytes(again.body());
        }
        Envelope end = settle(step, work, new Answer.Retry(TransientFailure.SERVER, "HTTP_500", null))
                .get(0);
        assertThat(new String(end.body(), StandardCharsets.UTF_8)).contains("\"FAILED\"", "\"HTTP_500\"");
    }

    @Test
    void waitsForTheTimeThatTheCloudAsksFor() throws Exception {
        Envelope again = settle(
                        step,
                        work("vm-1"),
                        new Answer.Retry(TransientFailure.THROTTLED, "HTTP_429", Duration.ofMinutes(5)))
                .get(0);
        assertThat(again.notBefore()).isEqualTo(NOW.plus(Duration.ofMinutes(5)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Verdict.class,
            names = {"DELIVERED"},
            mode = EnumSource.Mode.EXCLUDE)
    void anEndIsToldWithItsVerdictAndAdvice(Verdict verdict) throws Exception {
        List<Envelope> envelopes = settle(step, work("vm-1"), new Answer.Ended(verdict, "CODE"));
        assertThat(envelopes).hasSize(2);
        assertThat(new String(envelopes.get(0).body(), StandardCharsets.UTF_8))
                .contains('"' + verdict.name() + '"', Advice.on(verdict, "CODE"));
        assertThat(auditText()).contains("\"ENDED\"", '"' + verdict.name() + '"');
    }

    private Answer.Found found(String instance) {
        byte[] secret = (CANARY + instance).getBytes(StandardCharsets.UTF_8);
        return found(TestKeys.encrypt(keyPair.getPublic(), secret));
    }

    private static Answer.Found found(byte[] ciphertext) {
        return new Answer.Found(new LockedSecret.Encrypted(ciphertext.clone()), "password", null);
    }

    private static FetchWork work(String instance) {
        PasswordRequest request = new PasswordRequest(
                "r-" + instance, "kakao", instance, Map.of(), null, List.of("mail", "archive"), null, null, null);
        Origin origin = new Origin(Origin.Source.JMS, "ID:" + instance, null, null, 0);
        return new FetchWork(request, origin, NOW, NOW.plus(Duration.ofMinutes(20)), 1, 0);
    }

    @SuppressWarnings("unchecked")
    private static List<Envelope> settle(SettleStep step, FetchWork work, Answer answer) throws Exception {
        Conversation conversation = new Conversation(work);
        conversation.settle(answer);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.setVariable(Conversation.VARIABLE, conversation);
            step.process(exchange);
            return exchange.getMessage().getBody(List.class);
        }
    }

    private static List<Object> deliveryIds(List<Envelope> envelopes) {
        return envelopes.stream()
                .map(envelope -> envelope.properties().get("pcDelivery"))
                .toList();
    }

    private String auditText() throws Exception {
        StringBuilder text = new StringBuilder();
        try (var files = Files.list(directory.resolve("audit"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }
}
