package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.config.Settings;
import dev.passcourier.request.Origin;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.RequestReader;
import dev.passcourier.request.WorkCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunScheduleStepTest {

    private static final String HEADER = "id,account,instance,deliverTo\n";

    private final Fakes.Trail audit = new Fakes.Trail();
    private final Map<String, Instant> lastPlanned = new HashMap<>();
    private final Fakes.Sender sender = new Fakes.Sender();
    private final Fakes.HandClock clock = new Fakes.HandClock("2026-03-01T12:00:00Z");

    @TempDir
    private Path home;

    @BeforeEach
    void list() throws IOException {
        Files.writeString(home.resolve("list.csv"), HEADER + "web,huawei,i-1,ops\n,huawei,i-2,ops\n");
    }

    @Test
    void asksForEveryLineOfTheList() throws RequestException {
        runs().fire("nightly", Instant.parse("2026-03-01T13:00:00Z"));

        assertThat(sender.ids).containsExactly("nightly@2026-03-01T13:00:00Z");
        assertThat(RequestReader.read(sender.sent.get(0).body()).id()).isEqualTo("nightly-20260301T130000Z-web");
        assertThat(RequestReader.read(sender.sent.get(1).body()).id()).isEqualTo("nightly-20260301T130000Z-3");
        assertThat(WorkCodec.originFromText(
                        (String) sender.sent.get(1).properties().get("pcOrigin")))
                .isEqualTo(new Origin(
                        Origin.Source.SCHEDULE,
                        "nightly@2026-03-01T13:00:00Z:3",
                        null,
                        "nightly@2026-03-01T13:00:00Z",
                        3));
        assertThat(audit.last().facts())
                .containsEntry(Fact.NAME, "nightly")
                .containsEntry(Fact.PLANNED, "2026-03-01T13:00:00Z")
                .containsEntry(Fact.SOURCE, "SCHEDULE")
                .containsEntry(Fact.COUNT, "2");
    }

    @Test
    void runsByHandInTheNameOfWhoAsksAndLeavesThePlannedTimesAsTheyAre() throws Exception {
        RunScheduleStep runs = runs();
        clock.set("2026-03-01T12:59:30.5Z");

        RunOrder.Begun begun = runs.runNow(new RunOrder("nightly", "r-7"), "jane");

        assertThat(begun).isEqualTo(new RunOrder.Begun("nightly@now-r-7", 2, 0, false));
        assertThat(RequestReader.read(sender.sent.get(0).body()).id()).isEqualTo("nightly-now-r-7-web");
        assertThat(audit.last().facts())
                .containsEntry(Fact.USER, "jane")
                .containsEntry(Fact.SOURCE, "SCHEDULE")
                .doesNotContainKey(Fact.PLANNED);
        clock.set("2026-03-01T13:00:00Z");
        assertThat(runs.runNow(new RunOrder("nightly", "r-7"), "jane"))
                .as("asked again, as after a lost answer")
                .isEqualTo(new RunOrder.Begun(begun.run(), 2, 0, true));
        runs.catchUp();
        assertThat(sender.ids).containsExactly(begun.run(), "nightly@2026-03-01T13:00:00Z");
        assertThatIllegalArgumentException().isThrownBy(() -> runs.runNow(new RunOrder("nightli", "r-8"), "jane"));
    }

    @Test
    void runsAPlannedTimeOnceWhoeverComesFirst() {
        RunScheduleStep runs = runs();
        clock.set("2026-03-01T13:00:00.003Z");
        runs.catchUp();
        runs.fire("nightly", Instant.parse("2026-03-01T13:00:00Z"));
        runs.catchUp();

        assertThat(sender.ids).containsExactly("nightly@2026-03-01T13:00:00Z");
        assertThat(audit.events).hasSize(1);
    }

    @Test
    void twoNodesAskOnce() {
        RunScheduleStep one = runs();
        RunScheduleStep other = runs();
        one.fire("nightly", Instant.parse("2026-03-01T13:00:00Z"));
        other.fire("nightly", Instant.parse("2026-03-01T13:00:00Z"));

        assertThat(sender.ids).containsExactly("nightly@2026-03-01T13:00:00Z");
        assertThat(sender.sent).hasSize(2);
    }

    @Test
    void aFireThatIsLateCountsForThePlannedTime() {
        RunScheduleStep runs = runs();
        clock.set("2026-03-01T15:20:00Z");
        runs.fire("nightly", clock.instant());

        assertThat(sender.ids).containsExactly("nightly@2026-03-01T15:00:00Z");
    }

    @Test
    void catchesUpTheLatestOfManyMissedTimes() {
        lastPlanned.put("nightly", Instant.parse("2026-02-20T01:00:00Z"));

        runs().catchUp();

        assertThat(sender.ids).containsExactly("nightly@2026-03-01T12:00:00Z");
    }

    @Test
    void missesNothingOnItsFirstDay() {
        clock.set("2026-03-01T12:30:00Z");
        RunScheduleStep runs = runs();
        runs.catchUp();
        assertThat(sender.ids).isEmpty();

        clock.set("2026-03-01T13:00:30Z");
        runs.catchUp();
        assertThat(sender.ids).containsExactly("nightly@2026-03-01T13:00:00Z");
    }

    @Test
    void catchesUpWhatTheBrokerDidNotTake() {
        RunScheduleStep runs = runs();
        clock.set("2026-03-01T13:00:00Z");
        sender.away = true;
        assertThatThrownBy(() -> runs.fire("nightly", clock.instant())).isInstanceOf(IllegalStateException.class);

        sender.away = false;
        clock.set("2026-03-01T13:01:00Z");
        runs.catchUp();

        assertThat(sender.ids).containsExactly("nightly@2026-03-01T13:00:00Z");
        assertThat(audit.told(Fact.PLANNED)).containsExactly("BATCH_TAKEN 2026-03-01T13:00:00Z");
    }

    @Test
    void waitsForAListThatCannotBeRead() throws IOException {
        RunScheduleStep runs = runs();
        clock.set("2026-03-01T13:00:00Z");
        Files.writeString(home.resolve("list.csv"), "nonsense");
        runs.catchUp();
        Files.delete(home.resolve("list.csv"));
        runs.catchUp();
        assertThat(sender.ids).isEmpty();

        list();
        runs.catchUp();
        assertThat(sender.ids).containsExactly("nightly@2026-03-01T13:00:00Z");
    }

    @Test
    void doesNotRunAgainWhenTheClockIsSetBack() {
        RunScheduleStep runs = runs();
        clock.set("2026-03-01T13:00:00Z");
        runs.catchUp();
        clock.set("2026-03-01T12:59:00Z");
        runs.catchUp();
        clock.set("2026-03-01T13:00:00Z");
        runs.catchUp();

        assertThat(sender.ids).hasSize(1);
    }

    @Test
    void refusesALineWhoseIdGrowsTooLong() throws IOException {
        Files.writeString(home.resolve("list.csv"), HEADER + "x".repeat(120) + ",huawei,i-1,ops\nweb,huawei,i-2,ops\n");

        runs().fire("nightly", Instant.parse("2026-03-01T13:00:00Z"));

        assertThat(sender.sent).hasSize(1);
        assertThat(audit.last().facts()).containsEntry(Fact.LINE, "2").containsEntry(Fact.CODE, "FIELD_INVALID");
    }

    @Test
    void oneScheduleThatFailsDoesNotHoldUpTheOthers() {
        Map<String, Settings.Schedule> schedules = new LinkedHashMap<>();
        for (String name : List.of("a", "broken", "c", "d")) {
            schedules.put(name, hourly());
        }
        Function<String, Optional<Instant>> partial = schedule -> {
            if (schedule.equals("broken")) {
                throw new IllegalStateException("as if its rows were damaged");
            }
            return Optional.empty();
        };
        RunScheduleStep runs = new RunScheduleStep(schedules, partial, handOver(), clock);
        clock.set("2026-03-01T13:00:30Z");
        runs.catchUp();

        assertThat(sender.ids)
                .containsExactlyInAnyOrder(
                        "a@2026-03-01T13:00:00Z", "c@2026-03-01T13:00:00Z", "d@2026-03-01T13:00:00Z");
    }

    /**
     * Two nodes, both with timer and catch-up, over both changes of the year, with a broker that is away now and then and
     * a restart of either node every few hours.
     */
    @ParameterizedTest
    @CsvSource({"2026-03-28T12:30:00Z", "2026-10-24T12:30:00Z"})
    void asksOncePerPlannedTimeOverClockChangesRestartsAndOutages(String from) {
        PlannedTimes times = new PlannedTimes("0 0 * * * ?", ZoneId.of("Europe/Berlin"));
        Instant start = Instant.parse(from);
        clock.set(from);
        List<RunScheduleStep> nodes = new ArrayList<>(List.of(runs(), runs()));
        Set<String> planned = new LinkedHashSet<>();
        for (int minute = 1; minute <= 36 * 60; minute++) {
            Instant now = start.plus(Duration.ofMinutes(minute));
            clock.set(now.toString());
            sender.away = now.atOffset(ZoneOffset.UTC).getMinute() < 3;
            if (times.isPlanned(now)) {
                planned.add("nightly@" + now);
                for (RunScheduleStep node : nodes) {
                    assertThatThrownBy(() -> node.fire("nightly", now)).isInstanceOf(IllegalStateException.class);
                }
            }
            nodes.forEach(RunScheduleStep::catchUp);
            if (minute % 290 == 0) {
                remember();
                nodes.set(minute / 290 % 2, runs());
            }
        }

        assertThat(sender.ids).containsExactlyElementsOf(planned);
        assertThat(planned).hasSizeBetween(35, 36);
    }

    @Test
    void fiveMissedTimesAreCaughtUpAsOneAndTheNextComesInItsTurn() {
        RunScheduleStep runs = runs();
        clock.set("2026-03-01T13:00:00Z");
        runs.catchUp();
        clock.set("2026-03-01T18:20:00Z");
        runs.catchUp();
        clock.set("2026-03-01T19:00:00Z");
        runs.fire("nightly", clock.instant());

        assertThat(sender.ids)
                .containsExactly(
                        "nightly@2026-03-01T13:00:00Z", "nightly@2026-03-01T18:00:00Z", "nightly@2026-03-01T19:00:00Z");
    }

    @Test
    void aClockThatJumpsAheadRunsTheLatestOnceAndNothingAgainWhenItGoesBack() {
        RunScheduleStep runs = runs();
        clock.set("2026-03-01T13:00:00Z");
        runs.catchUp();
        clock.set("2026-03-01T15:10:00Z");
        runs.catchUp();
        runs.catchUp();
        clock.set("2026-03-01T13:10:00Z");
        runs.catchUp();
        runs.fire("nightly", Instant.parse("2026-03-01T14:00:00Z"));
        clock.set("2026-03-01T16:00:00Z");
        runs.catchUp();

        assertThat(sender.ids)
                .containsExactly(
                        "nightly@2026-03-01T13:00:00Z", "nightly@2026-03-01T15:00:00Z", "nightly@2026-03-01T16:00:00Z");
    }

    /** What the ledger would say after a restart. */
    private void remember() {
        sender.ids.stream()
                .map(id -> Instant.parse(id.substring("nightly@".length())))
                .max(Instant::compareTo)
                .ifPresent(latest -> lastPlanned.put("nightly", latest));
    }

    @Test
    void knowsItsSchedulesOnly() {
        assertThatIllegalArgumentException().isThrownBy(() -> runs().fire("other", clock.instant()));
    }

    private RunScheduleStep runs() {
        return new RunScheduleStep(
                Map.of("nightly", hourly()), name -> Optional.ofNullable(lastPlanned.get(name)), handOver(), clock);
    }

    private BatchHandOver handOver() {
        return new BatchHandOver("requests", audit, sender, batch -> Optional.empty(), batch -> false, clock);
    }

    private Settings.Schedule hourly() {
        return new Settings.Schedule("0 0 * * * ?", ZoneId.of("Europe/Berlin"), home.resolve("list.csv"), List.of());
    }
}
