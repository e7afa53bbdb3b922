package dev.passcourier.fetch;

import static dev.passcourier.fetch.SettleBench.NOW;
import static dev.passcourier.fetch.SettleBench.found;
import static dev.passcourier.fetch.SettleBench.text;
import static dev.passcourier.fetch.SettleBench.work;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.secrecy.CapturedOutput;
import dev.passcourier.vault.Blocks;
import dev.passcourier.vault.KolmogorovSmirnov;
import dev.passcourier.vault.SealTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever posts ciphertexts and asks for them learns nothing from our answers about what is wrong with one. */
class OracleTest {

    private static final Set<Blocks> BROKEN = EnumSet.complementOf(EnumSet.of(Blocks.VALID));
    private static final int ROUNDS = 40;

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(NOW, ZoneOffset.UTC);

    @Test
    void everyFailureHasTheSameAnswerTheSameLogAndTheSameRecord() throws Exception {
        Set<String> answers = new HashSet<>();
        Set<String> records = new HashSet<>();
        try (SettleBench bench = new SettleBench(directory, clock);
                CapturedOutput said = new CapturedOutput()) {
            for (Blocks broken : BROKEN) {
                answers.add(answer(bench, broken.encrypted(bench.keyPair()), records));
            }
            assertThat(said.log().lines().distinct()).singleElement().asString().contains("code=WRONG_KEY");
        }
        assertThat(answers).hasSize(1).first().asString().contains("\"WRONG_KEY\"");
        assertThat(records).containsExactly("OPENING ENDED ");
    }

    @Test
    void whatNeedsNoKeyToBeToldIsToldByOneCodeForEachForm() throws Exception {
        Set<String> answers = new HashSet<>();
        Set<String> records = new HashSet<>();
        try (SettleBench bench = new SettleBench(directory, clock);
                CapturedOutput said = new CapturedOutput()) {
            for (String malformed : List.of("no base64", "AAAA", "=", "ä", "Tr1al-Pass!")) {
                answers.add(answer(bench, malformed.getBytes(StandardCharsets.UTF_8), records));
            }
            assertThat(answers).hasSize(1).first().asString().contains("\"NEVER\"", "\"NOT_ENCRYPTED\"");
            answers.add(answer(bench, "A".repeat(340).getBytes(StandardCharsets.UTF_8), records));
            assertThat(said.log() + said.streams()).doesNotContain("Tr1al-Pass");
        }
        assertThat(answers).hasSize(2).anySatisfy(answer -> assertThat(answer).contains("\"CIPHERTEXT_DAMAGED\""));
        assertThat(records).containsExactly("OPENING ENDED ");
    }

    @Test
    void theAnswerLeavesAtATimeThatDoesNotDependOnTheOpening() throws Exception {
        for (int millis : new int[] {0, 1, 40, 100}) {
            try (SettleBench bench = new SettleBench(directory.resolve("d" + millis), new Ticking(millis))) {
                OutboundMessage notice = bench.settle(
                                bench.step(), work("vm-1"), found(Blocks.EMPTY.encrypted(bench.keyPair())))
                        .get(0);
                Instant began = endedAt(notice);
                assertThat(began).as("dated before the opening").isBetween(NOW, NOW.plusMillis(4L * millis));
                assertThat(notice.notBefore())
                        .isBetween(
                                began.plus(WrongKeyReply.FLOOR),
                                began.plus(WrongKeyReply.FLOOR).plus(WrongKeyReply.JITTER));
            }
        }
    }

    @Test
    void anOpeningLongerThanTheFloorIsAnsweredAtAMultipleOfIt() throws Exception {
        try (SettleBench bench = new SettleBench(directory, new Ticking(1500))) {
            OutboundMessage notice = bench.settle(
                            bench.step(), work("vm-1"), found(Blocks.EMPTY.encrypted(bench.keyPair())))
                    .get(0);
            Duration waited = Duration.between(endedAt(notice), notice.notBefore());
            assertThat(waited.minus(WrongKeyReply.FLOOR.multipliedBy(waited.dividedBy(WrongKeyReply.FLOOR))))
                    .isBetween(Duration.ZERO, WrongKeyReply.JITTER);
            assertThat(waited).isGreaterThan(Duration.ofMillis(2 * 1500));
        }
    }

    @Test
    void theTimesOfAnswersCannotBeToldApart() throws Exception {
        Map<Blocks, double[]> seen = new EnumMap<>(Blocks.class);
        BROKEN.forEach(broken -> seen.put(broken, new double[ROUNDS]));
        try (SettleBench bench = new SettleBench(directory, Clock.systemUTC())) {
            for (int round = 0; round < ROUNDS; round++) {
                for (Blocks broken : BROKEN) {
                    seen.get(broken)[round] = millisToAnswer(bench, broken.encrypted(bench.keyPair()));
                }
            }
        }
        for (Blocks one : BROKEN) {
            for (Blocks other : BROKEN) {
                assertThat(KolmogorovSmirnov.tellsApart(seen.get(one), seen.get(other), 1e-9))
                        .as("%s and %s", one, other)
                        .isFalse();
            }
        }
    }

    @Test
    void afterTooManyFailuresNothingIsAskedOrOpenedAnyMore() throws Exception {
        try (SettleBench bench = new SettleBench(directory, clock)) {
            for (int i = 0; i <= FailedOpenings.PER_INSTANCE; i++) {
                assertThat(opened(bench, work("vm-1")).isOpen()).isTrue();
                bench.settle(bench.step(), work("vm-1"), found(Blocks.UNPRINTABLE.encrypted(bench.keyPair())));
            }
            long before = bench.audit().position();
            Attempt refused = opened(bench, work("vm-1"));
            assertThat(refused.isOpen()).isFalse();
            assertThat(bench.audit().position()).as("no record of asking").isEqualTo(before);
            OutboundMessage notice = bench.settle(bench.step(), refused).get(0);
            assertThat(text(notice)).contains("\"REFUSED\"", "\"TOO_MANY_WRONG_KEYS\"", "ask again in an hour");
            assertThat(notice.notBefore()).isNull();
            assertThat(opened(bench, work("vm-2")).isOpen()).isTrue();
        }
    }

    @Test
    void passwordsThatOpenAreNotCounted() throws Exception {
        try (SettleBench bench = new SettleBench(directory, clock)) {
            for (int i = 0; i <= FailedOpenings.PER_INSTANCE; i++) {
                bench.settle(bench.step(), work("vm-1"), found(Blocks.VALID.encrypted(bench.keyPair())));
            }
            assertThat(opened(bench, work("vm-1")).isOpen()).isTrue();
        }
    }

    private String answer(SettleBench bench, byte[] ciphertext, Set<String> records) throws Exception {
        int before = bench.auditText().length();
        List<OutboundMessage> notices = bench.settle(bench.step(), work("vm-1"), found(ciphertext));
        StringBuilder types = new StringBuilder();
        bench.auditText().substring(before).lines().forEach(line -> types.append(
                        line.replaceFirst("(?s).*\"(OPENING|OPENED|ENDED|SEALED)\".*", "$1"))
                .append(' '));
        records.add(types.toString());
        return notices.stream().map(SettleBench::text).toList() + " "
                + notices.get(0).properties();
    }

    private static Instant endedAt(OutboundMessage notice) {
        return Instant.parse(text(notice).replaceFirst(".*\"endedAt\":\"([^\"]*)\".*", "$1"));
    }

    private static double millisToAnswer(SettleBench bench, byte[] ciphertext) throws Exception {
        Instant handed = Instant.now();
        Instant answered = bench.settle(bench.step(), work("vm-1"), found(ciphertext))
                .get(0)
                .notBefore();
        return Duration.between(handed, answered).toNanos() / 1e6;
    }

    private static Map<String, SealTarget> targets(FetchWork work) {
        return work.request().deliverTo().stream()
                .collect(Collectors.toMap(alias -> alias, alias -> new SealTarget(alias, null)));
    }

    private static Attempt opened(SettleBench bench, FetchWork work) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.getMessage()
                    .setBody(new InboundMessage("fetch.kakao", "ID:1", "us", true, Map.of(), WorkCodec.toBytes(work)));
            new TakeWorkStep(bench.audit(), bench.failures(), () -> targets(work), Clock.systemUTC()).process(exchange);
            return exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        }
    }

    /** Moves on by the same step whenever somebody looks. */
    private static final class Ticking extends Clock {

        private final int millis;
        private Instant now = NOW;

        Ticking(int millis) {
            this.millis = millis;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            now = now.plusMillis(millis);
            return now;
        }
    }
}
