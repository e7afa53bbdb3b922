package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.outbox.Notices;
import dev.passcourier.request.TestSigner;
import dev.passcourier.service.RequestSignatures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signed requests, signed by another library. */
class SignedRequestTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String REQUEST =
            "{\"id\":\"r-1\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}";

    @TempDir
    private Path directory;

    private final Fakes.HandClock clock = new Fakes.HandClock(NOW.toString());
    private FollowedTrail audit;
    private TestSigner ci;
    private CheckRequestStep check;

    @BeforeEach
    void start() throws Exception {
        audit = new FollowedTrail(directory);
        ci = TestSigner.es256();
        Path key = ci.publicKey(directory.resolve("ci.jwk"));
        check = check(key, List.of("jms"));
    }

    @AfterEach
    void stop() throws Exception {
        audit.close();
    }

    private CheckRequestStep check(Path key, List<String> signed) throws Exception {
        Settings without = Fakes.settings(directory);
        Settings.Rule rule = new Settings.Rule(
                "pipeline",
                List.of("jms", "file"),
                List.of(),
                List.of("ci"),
                List.of("huawei"),
                List.of("i-*"),
                List.of("ops"));
        Settings.Policy policy =
                new Settings.Policy(List.of(rule), Map.of("ci", new Settings.Signer(key, null)), signed);
        return new CheckRequestStep(
                Fakes.withPolicy(without, policy),
                audit,
                audit.ledger(),
                new Notices((request, alias) -> request + "|" + alias, account -> true),
                RequestSignatures.load(policy, clock),
                clock);
    }

    @Test
    void handsASignedRequestOnAndRecordsWhoSigned() throws Exception {
        List<OutboundMessage> out = check.check(message("ID:1", signed(60)));

        assertThat(out).singleElement().extracting(OutboundMessage::queue).isEqualTo("fetch.huawei");
        assertThat(audit.told(Fact.REQUEST)).containsExactly("ASKED r-1", "ALLOWED r-1");
        assertThat(audit.events.get(0).facts()).containsEntry(Fact.SIGNER, "ci").doesNotContainKey(Fact.USER);
    }

    @Test
    void refusesAnUnsignedOneWithoutUsingUpItsId() throws Exception {
        check.check(message("ID:1", REQUEST));

        assertThat(audit.told(Fact.CODE)).containsExactly("ENDED SIGNATURE_MISSING");
        assertThat(audit.last().facts()).doesNotContainKey(Fact.REQUEST);
        assertThat(check.check(message("ID:2", signed(60)))).hasSize(1);
    }

    @Test
    void refusesARuleForSignersToTheUnsignedEvenIfTheSourceNeedNotSign() throws Exception {
        CheckRequestStep lax = check(directory.resolve("ci.jwk"), List.of());

        assertThat(lax.check(message("ID:1", REQUEST))).isEmpty();
        assertThat(audit.told(Fact.CODE)).containsExactly("ASKED -", "ENDED SENDER_NOT_VALIDATED");
    }

    @ParameterizedTest
    @CsvSource({
        "-31,SIGNATURE_EXPIRED",
        "-29,",
        "1,",
        "900,",
        "930,",
        "931,SIGNATURE_TOO_LONG",
        "86400,SIGNATURE_TOO_LONG"
    })
    void takesASignatureThatLivesFifteenMinutesAtMost(long seconds, @Nullable String code) throws Exception {
        check.check(message("ID:1", signed(seconds)));

        assertThat(audit.told(Fact.CODE))
                .containsExactly(code == null ? new String[] {"ASKED -", "ALLOWED -"} : new String[] {"ENDED " + code});
    }

    @Test
    void takesOneSignatureOnceHoweverOftenItIsSent() throws Exception {
        String signed = signed(600);
        check.check(message("ID:1", signed));
        audit.fetching("r-1", NOW);

        check.check(message("ID:2", signed));

        assertThat(audit.told(Fact.CODE)).containsExactly("ASKED -", "ALLOWED -", "ASKED -", "ENDED DUPLICATE_REQUEST");
    }

    @Test
    void goesOnWithAMessageThatComesAgainAfterACrash() throws Exception {
        String signed = signed(600);
        check.check(message("ID:1", signed));

        assertThat(check.check(message("ID:1", signed))).hasSize(1);
    }

    @Test
    void endsUnderItsIdWhatWasOnRecordBeforeItsSignatureExpired() throws Exception {
        String signed = signed(60);
        check.check(message("ID:1", signed));
        clock.set("2026-03-01T13:00:00Z");

        check.check(message("ID:1", signed));

        assertThat(audit.last().facts())
                .containsEntry(Fact.CODE, "SIGNATURE_EXPIRED")
                .containsEntry(Fact.REQUEST, "r-1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'exp':%d,'request':%s}|FIELD_INVALID",
                "{'jti':'r-2','exp':%d,'request':%s}|FIELD_INVALID",
                "{'jti':'r-1','request':%2$s}|FIELD_MISSING",
                "{'jti':'r-1','exp':'%d','request':%s}|FIELD_INVALID",
                "{'jti':'r-1','exp':%d.5,'request':%s}|FIELD_INVALID",
                "{'jti':'r-1','exp':%d}|FIELD_MISSING",
                "{'jti':'r-1','exp':%d,'request':[]}|FIELD_INVALID",
                "{'jti':'r-1','exp':%d,'request':%s,'aud':'x'}|FIELD_UNKNOWN",
                "{'jti':'r-1','exp':%d,'exp':%1$d,'request':%2$s}|DUPLICATE_FIELD",
                "[]|REQUEST_NOT_JSON"
            })
    void refusesClaimsThatAreNotAsTheyMustBe(String claims, String code) throws Exception {
        String payload = claims.replace("'", "\"").formatted(NOW.getEpochSecond() + 60, REQUEST);

        check.check(message("ID:1", ci.sign("ci", payload)));

        assertThat(audit.told(Fact.CODE)).containsExactly("ENDED " + code);
    }

    @Test
    void tellsNobodyOnBehalfOfAForger() throws Exception {
        String forged = TestSigner.es256().request("ci", "r-1", NOW.plusSeconds(60), REQUEST);

        assertThat(check.check(message("ID:1", forged))).isEmpty();
        assertThat(audit.told(Fact.CODE)).containsExactly("ENDED SIGNATURE_INVALID");
        assertThat(audit.last().facts()).doesNotContainKeys(Fact.SIGNER, Fact.REQUEST);
    }

    @Test
    void tellsTheSignersDestinationsOfARefusal() throws Exception {
        List<OutboundMessage> out = check.check(
                message("ID:1", ci.request("ci", "r-1", NOW.plusSeconds(60), REQUEST.replace("i-1", "db-1"))));

        assertThat(out).singleElement().extracting(OutboundMessage::queue).isEqualTo("outbox.ops");
        assertThat(audit.told(Fact.CODE)).containsExactly("ASKED -", "ENDED NOT_ALLOWED");
    }

    private String signed(long seconds) throws Exception {
        return ci.request("ci", "r-1", NOW.plusSeconds(seconds), REQUEST);
    }

    private static InboundMessage message(String id, String body) {
        return new InboundMessage("requests", id, null, false, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }
}
