package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlJson;
import dev.passcourier.ledger.BatchStatus;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.Story;
import dev.passcourier.ledger.WaitingWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import dev.passcourier.status.StatusService;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Help.Ansi;

/** {@code status} and {@code schedule} while no service runs, and what they look like. */
class StatusCommandTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-01T10:01:00Z"), ZoneOffset.UTC);

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<StatusAnswer> answers = new ArrayList<>();
    private final List<StatusText> texts = new ArrayList<>();
    private StatusAnswer onlyAcc;
    private StatusAnswer onlyHook;
    private StatusAnswer unknown;

    @BeforeEach
    void record() throws Exception {
        try (FileAuditTrail trail = FileAuditTrail.open(directory.resolve("audit"), CLOCK);
                Ledger ledger = Ledger.follow(trail, LedgerDatabase.h2(directory.resolve("ledger")))) {
            Story story = new Story(trail).batch("b1", "FILE", "monday.csv", 3);
            story.askedLine("chg-1", "b1", 1).handedOver("chg-1", "mail");
            story.askedLine("chg-2", "b1", 2).allowed("chg-2", "mail,hook").fetching("chg-2", 1);
            story.tell(
                    AuditEvent.Type.POSTPONED,
                    Fact.REQUEST,
                    "chg-2",
                    Fact.CODE,
                    "HTTP_503",
                    Fact.ATTEMPT,
                    1,
                    Fact.NEXT,
                    "2026-11-01T10:01:30Z");
            story.asked("chg-3", "ID:3").allowed("chg-3", "mail").fetching("chg-3", 1);
            story.ended("chg-3", "WRONG_KEY", "WRONG_KEY");
            ledger.awaitApplied(trail.position());
            Map<String, Settings.Schedule> schedules = Map.of(
                    "nightly",
                    new Settings.Schedule("0 0 2 * * ?", ZoneOffset.UTC, directory.resolve("list.csv"), List.of()));
            StatusService running = new StatusService(
                    ledger.status(),
                    schedules,
                    Set.of("acc", "other"),
                    Set.of("mail", "hook"),
                    () -> Map.of("account.acc", "BREAKER_OPEN"),
                    CLOCK);
            onlyHook = running.answer(new StatusOrder(null, null, "hook"));
            onlyAcc = running.answer(new StatusOrder(null, "acc", null));
            unknown = running.answer(new StatusOrder(null, "ac", null));
            for (String about : new String[] {null, "chg-2", "chg-3", "monday.csv", "nightly", "none"}) {
                StatusAnswer answer = running.answer(new StatusOrder(about));
                answers.add(answer);
                texts.add(new StatusText(answer, ZoneOffset.UTC));
            }
        }
    }

    @Test
    void saysWhereARequestIsAndEndsWithItsVerdict() {
        assertThat(execute("status", "chg-2")).isZero();
        assertThat(out.toString())
                .contains("waits to ask account acc again", "it answered with status 503", "line 2 of b1")
                .contains("No service runs");
        assertThat(execute("status", "chg-3")).isEqualTo(1);
        assertThat(out.toString()).contains("ended: WRONG_KEY", "Add the key pair");
        assertThat(execute("status", "chg-1")).isZero();
    }

    @Test
    void followsWhatHasEndedToItsEnd() {
        assertThat(execute("status", "chg-3", "--follow")).isEqualTo(1);
        assertThat(out.toString()).contains("chg-3 ended: WRONG_KEY (WRONG_KEY), attempt 3");
    }

    @Test
    void saysWhatMayHaveBeenMeant() {
        assertThat(execute("status", "chg-")).isEqualTo(1);
        assertThat(err.toString()).contains("chg- is on record: did you mean chg-1, chg-2, chg-3?");
        assertThat(execute("status", "tuesday.csv")).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void showsWhatWaitsForOneAccountOrDestinationOnly() {
        assertThat(onlyAcc.accounts()).extracting(WaitingWork::name).containsExactly("acc");
        assertThat(onlyAcc.problems()).containsOnlyKeys("account.acc");
        assertThat(onlyHook.accounts()).isEmpty();
        assertThat(onlyHook.unknown()).isNull();
        assertThat(unknown.unknown()).isEqualTo("there is no account ac; did you mean 'acc'?");

        assertThat(execute("status", "chg-2", "--account", "acc")).isEqualTo(2);
        assertThat(err.toString()).contains("leave out chg-2");
    }

    @Test
    void givesProgramsCountsRateAndEnd() throws Exception {
        assertThat(execute("status", "monday.csv", "--output", "json")).isZero();
        JsonNode batch =
                new ObjectMapper().readTree(out.toString()).path("batches").path(0);
        assertThat(batch.path("lines").asInt()).isEqualTo(3);
        assertThat(batch.path("verdicts").path("DELIVERED").asInt()).isEqualTo(1);
        assertThat(batch.path("perMinute").isNumber()).isTrue();
        assertThat(Instant.parse(batch.path("expectedEnd").asText())).isAfter("2026-11-01T10:00:00Z");
        assertThat(execute("status", "--output", "csv")).isZero();
        assertThat(out.toString()).contains("account,acc,,1,,POSTPONED=1,,", "batch,monday.csv,b1,3,1,DELIVERED=1,");
    }

    @Test
    void comesOverTheControlSocketAsItIs() {
        for (StatusAnswer answer : answers) {
            assertThat(ControlJson.read(ControlJson.bytes(answer), StatusAnswer.class))
                    .contains(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 80})
    void fitsTheTerminal(int width) {
        for (StatusText text : texts) {
            assertThat(text.lines(width, Ansi.OFF)).isNotEmpty().allMatch(line -> line.length() <= width);
        }
    }

    @Test
    void readsWellAtEightyColumns() {
        assertThat(texts.get(0).lines(80, Ansi.OFF))
                .containsExactly(
                        "ACCOUNT  WAIT  STATES       OLDEST    NEXT               PROBLEM",
                        "acc      1     1 postponed  50 s ago  in 30 s, 10:01:30  BREAKER_OPEN",
                        "",
                        "BATCH       DONE     VERDICTS     RATE   ENDS                ID",
                        "monday.csv  1/3 33%  1 DELIVERED  1/min  in 118 s, 10:02:58  b1",
                        "",
                        "SCHEDULE  NEXT                       LAST RUN",
                        "nightly   in 15 h, 2026-11-02 02:00  none");
    }

    @ParameterizedTest
    @CsvSource({"FILE, 'ended, results written'", "SCHEDULE, ended", "CLI, ended"})
    void promisesAResultsFileWhereThereIsOne(Origin.Source source, String end) {
        Instant now = CLOCK.instant();
        BatchStatus batch = new BatchStatus(
                "b", source, "name", null, 1, 1, Map.of(Verdict.DELIVERED, 1L), now.minusSeconds(60), now, 1, null);
        StatusAnswer answer =
                new StatusAnswer(now, true, null, List.of(batch), null, null, null, null, null, null, null);

        assertThat(new StatusText(answer, ZoneOffset.UTC).lines(200, Ansi.OFF))
                .anyMatch(line -> line.endsWith("  " + end + "  b"));
    }

    @Test
    void saysThatNothingRunsHereWithoutMakingAnything() {
        assertThat(Passcourier.commandLine()
                        .setErr(new PrintWriter(err, true))
                        .execute("status", "--data", directory.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no service runs on", "--data");
        assertThat(Files.exists(directory.resolve("none"))).isFalse();
    }

    @Test
    void runsNoScheduleWithoutAService() {
        assertThat(execute("schedule", "run", "nightly")).isEqualTo(3);
        assertThat(err.toString()).contains("no service runs on");
        assertThat(execute("schedule", "list")).isEqualTo(1);
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", directory.toString()));
        return Passcourier.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
