package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.outbox.Notices;
import dev.passcourier.outbox.RestoredWork;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.WorkCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckRequestStepTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String GOOD = "{'id':'r-1','account':'huawei','instance':'i-1','deliverTo':['ops']}";

    @TempDir
    private Path home;

    private FollowedTrail audit;
    private CheckRequestStep check;

    @BeforeEach
    void start() throws Exception {
        audit = new FollowedTrail(home);
        check = check(RestoredWork.none());
    }

    private CheckRequestStep check(RestoredWork restored) throws IOException {
        return new CheckRequestStep(
                Fakes.settings(home, Fakes.rule("jms", "alice", "ops"), Fakes.rule("file", "", "files")),
                audit,
                audit.ledger(),
                new Notices((request, alias) -> request + "|" + alias, account -> true),
                Fakes.NO_SIGNERS,
                restored,
                new Fakes.HandClock(NOW.toString()));
    }

    @AfterEach
    void stop() throws Exception {
        audit.close();
    }

    @Test
    void handsAnAllowedRequestToItsAccount() {
        List<OutboundMessage> out = check.check(fromAlice("ID:1", GOOD));

        OutboundMessage work = out.get(0);
        assertThat(out).hasSize(1);
        assertThat(work.queue()).isEqualTo("fetch.huawei");
        FetchWork fetch = WorkCodec.fromBytes(work.body());
        assertThat(fetch.request().instance()).isEqualTo("i-1");
        assertThat(fetch.origin()).isEqualTo(new Origin(Origin.Source.JMS, "ID:1", "alice", null, 0));
        assertThat(fetch.deadline()).isEqualTo(NOW.plusSeconds(1800));
        assertThat(fetch.attempt()).isEqualTo(1);
        assertThat(fetch.failures()).isZero();
    }

    @Test
    void recordsAskedAndAllowedBeforeItActs() {
        check.check(fromAlice("ID:1", GOOD.replace("}", ",'requestedBy':'Alice','reason':'because'}")));

        assertThat(audit.told(Fact.REQUEST)).containsExactly("ASKED r-1", "ALLOWED r-1");
        assertThat(audit.events.get(0).facts())
                .containsEntry(Fact.SOURCE, "JMS")
                .containsEntry(Fact.REFERENCE, "ID:1")
                .containsEntry(Fact.USER, "alice")
                .containsEntry(Fact.WHO, "Alice")
                .containsEntry(Fact.REASON, "because");
        assertThat(audit.last().facts())
                .containsEntry(Fact.RULE, "rule-jms-alice")
                .containsEntry(Fact.DESTINATIONS, "ops")
                .containsEntry(Fact.DEADLINE, "2026-03-01T12:30:00Z");
    }

    @Test
    void doesNothingThatCannotBeRecorded() {
        audit.full = true;

        assertThatThrownBy(() -> check.check(fromAlice("ID:1", GOOD))).isInstanceOf(AuditException.class);
        assertThatThrownBy(() -> check.check(fromAlice("ID:1", "{"))).isInstanceOf(AuditException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'account':'huawei'|'account':'nowhere'|ACCOUNT_UNKNOWN",
                "'deliverTo':['ops']|'deliverTo':['ops','mars']|DESTINATION_UNKNOWN",
                "'deliverTo':['ops']|'deliverTo':['ops','files']|NOT_ALLOWED",
                "'deliverTo'|'deadline':'2026-03-01T12:00:00Z','deliverTo'|DEADLINE_PAST",
                "'deliverTo'|'deadline':'2026-03-31T12:00:01Z','deliverTo'|DEADLINE_TOO_FAR"
            })
    void refusesAndTellsOnlyThoseTheSourceMayReach(String part, String instead, String code) throws IOException {
        List<OutboundMessage> out = check.check(fromAlice("ID:1", GOOD.replace(quoted(part), quoted(instead))));

        assertThat(audit.told(Fact.CODE)).containsExactly("ASKED -", "ENDED " + code);
        assertThat(audit.last().facts()).containsEntry(Fact.REQUEST, "r-1").containsEntry(Fact.VERDICT, "REFUSED");
        assertThat(out).singleElement().satisfies(notice -> assertThat(notice.queue())
                .isEqualTo("outbox.ops"));
        JsonNode notice = new ObjectMapper().readTree(out.get(0).body());
        assertThat(notice.path("requestId").textValue()).isEqualTo("r-1");
        assertThat(notice.path("code").textValue()).isEqualTo(code);
        assertThat(notice.path("verdict").textValue()).isEqualTo("REFUSED");
    }

    private static String quoted(String text) {
        return text.startsWith("'") ? text : "'" + text + "'";
    }

    @Test
    void takesADeadlineOfThirtyDays() {
        List<OutboundMessage> out =
                check.check(fromAlice("ID:1", GOOD.replace("}", ",'deadline':'2026-03-31T12:00:00Z'}")));

        assertThat(WorkCodec.fromBytes(out.get(0).body()).deadline()).isEqualTo("2026-03-31T12:00:00Z");
    }

    @Test
    void tellsNobodyOnBehalfOfAStranger() {
        assertThat(check.check(arrival("ID:1", "mallory", false, Map.of(), GOOD)))
                .isEmpty();
        assertThat(audit.told(Fact.CODE)).containsExactly("ASKED -", "ENDED NOT_ALLOWED");
    }

    @Test
    void refusesAnUnreadableRequestWithoutClaimingItsId() throws IOException {
        List<OutboundMessage> out = check.check(fromAlice("ID:1", GOOD.replace("}", ",'url':'x'}")));

        assertThat(audit.events).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo(AuditEvent.Type.ENDED);
            assertThat(event.facts()).doesNotContainKey(Fact.REQUEST).containsEntry(Fact.REFERENCE, "ID:1");
        });
        assertThat(new ObjectMapper()
                        .readTree(out.get(0).body())
                        .path("requestId")
                        .textValue())
                .isEqualTo("r-1");
        assertThat(check.check(fromAlice("ID:2", GOOD))).singleElement().satisfies(outboundMessage -> assertThat(
                        outboundMessage.queue())
                .isEqualTo("fetch.huawei"));
    }

    @Test
    void goesOnWithAMessageThatComesAgain() {
        List<OutboundMessage> first = check.check(fromAlice("ID:1", GOOD));

        assertThat(check.check(fromAlice("ID:1", GOOD)))
                .usingRecursiveComparison()
                .isEqualTo(first);
    }

    @Test
    void dropsAMessageWhoseWorkIsAlreadyFurtherOn() {
        check.check(fromAlice("ID:1", GOOD));
        audit.fetching("r-1", NOW);

        assertThat(check.check(fromAlice("ID:1", GOOD))).isEmpty();
    }

    @Test
    void refusesASecondRequestWithTheSameIdWithoutEndingTheFirst() {
        List<OutboundMessage> first = check.check(fromAlice("ID:1", GOOD));

        List<OutboundMessage> second = check.check(fromAlice("ID:2", GOOD));

        assertThat(first.get(0).queue()).isEqualTo("fetch.huawei");
        assertThat(second.get(0).queue()).isEqualTo("outbox.ops");
        assertThat(second.get(0).properties()).containsValue("ID:2|ops/notice");
        assertThat(audit.last().facts())
                .doesNotContainKey(Fact.REQUEST)
                .containsEntry(Fact.REFERENCE, "ID:2")
                .containsEntry(Fact.CODE, "DUPLICATE_REQUEST");
    }

    @Test
    void believesAnOriginOnlyFromTheServiceItself() {
        Origin file = new Origin(Origin.Source.FILE, "abc:3", null, "abc", 3);
        Map<String, Object> properties = Map.of("pcOrigin", WorkCodec.originToText(file));
        String toFiles = GOOD.replace("ops", "files");

        assertThat(check.check(arrival("ID:1", "mallory", false, properties, toFiles)))
                .isEmpty();
        List<OutboundMessage> ours =
                check.check(arrival("ID:2", "passcourier", true, properties, toFiles.replace("r-1", "r-2")));

        assertThat(WorkCodec.fromBytes(ours.get(0).body()).origin()).isEqualTo(file);
        assertThat(audit.events.get(2).facts()).containsEntry(Fact.BATCH, "abc").containsEntry(Fact.LINE, "3");
    }

    /** It was half handed over: its other lines come to the intake after the restore, and no message of theirs waited. */
    @Test
    void marksEachLineOfABatchThatWaitedAtARestore() throws IOException {
        RestoredWork restored = RestoredWork.open(home.resolve("restored"));
        restored.begin("rst_1", NOW.minusSeconds(60), Set.of("abc"));
        check = check(restored);

        for (String batch : List.of("abc", "other")) {
            Origin line = new Origin(Origin.Source.FILE, batch + ":7", null, batch, 7);
            check.check(arrival(
                    "ID:" + batch,
                    "passcourier",
                    true,
                    Map.of("pcOrigin", WorkCodec.originToText(line)),
                    GOOD.replace("ops", "files").replace("r-1", "of-" + batch)));
        }

        assertThat(restored.restore("of-abc")).isEqualTo("rst_1");
        assertThat(RestoredWork.open(home.resolve("restored")).restore("of-abc"))
                .isEqualTo("rst_1");
        assertThat(restored.restore("of-other")).isNull();
    }

    private static InboundMessage fromAlice(String messageId, String json) {
        return arrival(messageId, "alice", false, Map.of(), json);
    }

    private static InboundMessage arrival(
            String messageId, String user, boolean internal, Map<String, Object> properties, String json) {
        return new InboundMessage(
                "requests",
                messageId,
                user,
                internal,
                properties,
                json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
