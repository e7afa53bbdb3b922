package dev.passcourier.fetch;

import static dev.passcourier.fetch.SettleBench.NOW;
import static dev.passcourier.fetch.SettleBench.work;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.Advice;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.vault.LockedSecret;
import dev.passcourier.vault.TestKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The settlement with a real vault, a real audit trail and a real ledger. */
class SettleStepTest {

    private static final Duration KEEP = Duration.ofDays(30);
    private static final String CANARY = "Canary-Settle-1!";

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(NOW, ZoneOffset.UTC);
    private SettleBench bench;
    private SettleBench.Steps step;
    private SettleBench.Steps stepForClones;

    @BeforeEach
    void open() throws Exception {
        bench = new SettleBench(directory, clock);
        step = bench.step();
        stepForClones = bench.step("kakaocloud", bench.ring(), true);
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void aPasswordIsSealedForEveryDestinationAndLivesAsLongAsConfigured() throws Exception {
        List<OutboundMessage> outbound = settle(step, work("vm-1"), found("vm-1"));
        assertThat(outbound)
                .extracting(OutboundMessage::queue)
                .containsExactly(Queues.outbox("mail"), Queues.outbox("archive"));
        assertThat(outbound).allSatisfy(outboundMessage -> {
            assertThat(outboundMessage.expiresAt()).isEqualTo(NOW.plus(Duration.ofDays(7)));
            assertThat(new String(outboundMessage.body(), StandardCharsets.ISO_8859_1))
                    .doesNotContain(CANARY);
        });
        assertThat(bench.auditText())
                .containsSubsequence("OPENING", "OPENED", "SEALED")
                .doesNotContain(CANARY);
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
        List<OutboundMessage> outbound =
                settle(step, work("vm-1"), new Answer.Found(new LockedSecret.Encrypted(foreign), "password", null));
        assertThat(outbound).hasSize(3);
        assertThat(outbound.subList(0, 2))
                .allSatisfy(outboundMessage -> assertThat(new String(outboundMessage.body(), StandardCharsets.UTF_8))
                        .contains("\"WRONG_KEY\"", "\"r-vm-1\""));
        assertThat(bench.auditText()).contains("\"WRONG_KEY\"");
    }

    @Test
    void clonesMayShareACiphertextWhereTheAccountAllowsIt() throws Exception {
        byte[] ciphertext = bench.encrypted(CANARY);
        settle(stepForClones, work("template"), found(ciphertext));
        assertThat(settle(stepForClones, work("clone"), found(ciphertext))
                        .get(0)
                        .properties())
                .containsEntry("pcKind", "RESULT");
    }

    @Test
    void anEmptyAnswerIsAskedAgainLaterFromTheSameQueue() throws Exception {
        List<OutboundMessage> outbound = settle(step, work("vm-1"), new Answer.NotYet("EMPTY"));
        assertThat(outbound).hasSize(1);
        OutboundMessage again = outbound.get(0);
        assertThat(again.queue()).isEqualTo(Queues.fetch("kakao"));
        assertThat(again.notBefore()).isBetween(NOW.plusSeconds(5), NOW.plusSeconds(10));
        assertThat(WorkCodec.fromBytes(again.body()).attempt()).isEqualTo(2);
        assertThat(WorkCodec.fromBytes(again.body()).failures()).isZero();
    }

    @Test
    void theLastAskIsAtTheDeadline() throws Exception {
        clock.advance(Duration.ofMinutes(20).minusSeconds(3));
        OutboundMessage last =
                settle(step, askedAgain("vm-1"), new Answer.NotYet("EMPTY")).get(0);
        assertThat(last.notBefore()).isEqualTo(NOW.plus(Duration.ofMinutes(20)));
    }

    @Test
    void afterTheDeadlineTheRequestEndsAsNotYet() throws Exception {
        clock.advance(Duration.ofMinutes(20));
        List<OutboundMessage> outbound = settle(step, askedAgain("vm-1"), new Answer.NotYet("EMPTY"));
        assertThat(new String(outbound.get(0).body(), StandardCharsets.UTF_8)).contains("\"NOT_YET\"");
    }

    @Test
    void aDeadlineThatNobodyWroteIsCountedFromTheFirstAsk() throws Exception {
        clock.advance(Duration.ofHours(1));
        OutboundMessage again =
                settle(step, work("vm-1"), new Answer.NotYet("EMPTY")).get(0);
        assertThat(WorkCodec.fromBytes(again.body()).deadline()).isEqualTo(NOW.plus(Duration.ofMinutes(80)));
    }

    @Test
    void aFirstAskThatOurStopCutsIsNoFirstAskOfTheDeadline() throws Exception {
        clock.advance(Duration.ofHours(20));
        OutboundMessage again = settle(
                        step, work("vm-1"), new Answer.Retry(TransientFailure.STOPPING, "STOPPING", null))
                .get(0);
        assertThat(WorkCodec.fromBytes(again.body()).deadline())
                .isEqualTo(NOW.plus(Duration.ofHours(20)).plus(Duration.ofMinutes(20)));
        assertThat(WorkCodec.fromBytes(again.body()).failures()).isZero();
    }

    @Test
    void aDeadlineThatTheRequestNamesStays() throws Exception {
        FetchWork work = work("vm-1");
        PasswordRequest request = work.request();
        Instant deadline = NOW.plus(Duration.ofMinutes(5));
        clock.advance(Duration.ofHours(1));
        List<OutboundMessage> outbound = settle(
                step,
                new FetchWork(
                        new PasswordRequest(
                                request.id(),
                                request.account(),
                                request.instance(),
                                Map.of(),
                                null,
                                request.deliverTo(),
                                deadline,
                                null,
                                null),
                        work.origin(),
                        NOW,
                        deadline,
                        1,
                        0),
                new Answer.NotYet("EMPTY"));
        assertThat(new String(outbound.get(0).body(), StandardCharsets.UTF_8)).contains("\"NOT_YET\"");
    }

    private static FetchWork askedAgain(String instance) {
        FetchWork first = work(instance);
        return new FetchWork(first.request(), first.origin(), first.acceptedAt(), first.deadline(), 2, 0);
    }

    @Test
    void aFailureIsRetriedAndInTheEndGivenUp() throws Exception {
        FetchWork work = work("vm-1");
        for (int attempt = 1; attempt <= 8; attempt++) {
            OutboundMessage again = settle(step, work, new Answer.Retry(TransientFailure.SERVER, "HTTP_500", null))
                    .get(0);
            assertThat(again.queue()).isEqualTo(Queues.fetch("kakao"));
            work = WorkCodec.fromBytes(again.body());
        }
        OutboundMessage end = settle(step, work, new Answer.Retry(TransientFailure.SERVER, "HTTP_500", null))
                .get(0);
        assertThat(new String(end.body(), StandardCharsets.UTF_8)).contains("\"FAILED\"", "\"HTTP_500\"");
    }

    @Test
    void waitsForTheTimeThatTheCloudAsksFor() throws Exception {
        OutboundMessage again = settle(
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
        List<OutboundMessage> outbound = settle(step, work("vm-1"), new Answer.Ended(verdict, "CODE"));
        assertThat(outbound).hasSizeGreaterThanOrEqualTo(2);
        assertThat(new String(outbound.get(0).body(), StandardCharsets.UTF_8))
                .contains('"' + verdict.name() + '"', Advice.on(verdict, "CODE"));
        assertThat(bench.auditText()).contains("\"ENDED\"", '"' + verdict.name() + '"');
    }

    @ParameterizedTest
    @EnumSource(
            value = Verdict.class,
            names = {"WRONG_KEY", "DENIED", "NOT_FOUND", "THROTTLED", "NOT_YET", "NOT_SET", "FAILED", "PROVIDER_GONE"})
    void workThatAMendedCauseMayCureIsKeptForAWhile(Verdict verdict) throws Exception {
        List<OutboundMessage> outbound = settle(step, work("vm-1"), new Answer.Ended(verdict, "CODE"));
        assertThat(outbound)
                .filteredOn(each -> each.queue().equals(Queues.FAILED))
                .singleElement()
                .satisfies(kept -> {
                    assertThat(WorkCodec.fromBytes(kept.body())).isEqualTo(work("vm-1"));
                    assertThat(kept.expiresAt()).isEqualTo(NOW.plus(KEEP));
                    assertThat(kept.properties())
                            .isEqualTo(Map.of(
                                    "pcRequest",
                                    "r-vm-1",
                                    "pcFrom",
                                    "fetch.kakao",
                                    "pcVerdict",
                                    verdict.name(),
                                    "pcReason",
                                    "CODE",
                                    "pcOwn",
                                    true));
                });
    }

    @ParameterizedTest
    @EnumSource(
            value = Verdict.class,
            names = {"REFUSED", "NEVER"})
    void workThatCannotSucceedIsNotKept(Verdict verdict) throws Exception {
        assertThat(settle(step, work("vm-1"), new Answer.Ended(verdict, "CODE")))
                .extracting(OutboundMessage::queue)
                .doesNotContain(Queues.FAILED);
    }

    private Answer.Found found(String instance) {
        return found(bench.encrypted(CANARY + instance));
    }

    private static Answer.Found found(byte[] ciphertext) {
        return SettleBench.found(ciphertext);
    }

    private List<OutboundMessage> settle(SettleBench.Steps with, FetchWork work, Answer answer) throws Exception {
        return bench.settle(with, work, answer);
    }

    private static List<Object> deliveryIds(List<OutboundMessage> outbound) {
        return outbound.stream()
                .map(outboundMessage -> outboundMessage.properties().get("pcDelivery"))
                .toList();
    }
}
