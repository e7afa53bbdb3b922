package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.Misfire;
import dev.passcourier.ledger.Inspection;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.report.CredentialReportWriter;
import dev.passcourier.report.CredentialReporter;
import dev.passcourier.report.ReportScope;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RequestReader;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.Vault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When reports run: R14 for them, with two nodes on one database. */
class ReportTimesTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final String HOURLY = "0 0 * * * ?";

    private final Fakes.HandClock clock = new Fakes.HandClock("2026-03-01T12:00:00Z");
    private final Fakes.Sender sender = new Fakes.Sender();
    private final Fakes.Trail audit = new Fakes.Trail();

    @TempDir
    private Path home;

    private FileAuditTrail trail;
    private Ledger ledger;
    private Instant lastPlanned;

    @BeforeEach
    void open() throws Exception {
        Files.writeString(
                home.resolve("inventory.csv"),
                "account,instance,name\nhuawei,i-1,web\nhuawei,i-2,db\nhuawei,I-1,web\n");
        trail = FileAuditTrail.open(home.resolve("audit"), clock);
        ledger = Ledger.follow(trail, LedgerDatabase.h2(home.resolve("ledger")));
    }

    @AfterEach
    void close() throws Exception {
        ledger.close();
        trail.close();
    }

    @ParameterizedTest
    @CsvSource({"2026-03-28T12:30:00Z", "2026-10-24T12:30:00Z"})
    void runsOncePerPlannedTimeOverClockChangesRestartsAndOutages(String from) throws Exception {
        PlannedTimes times = new PlannedTimes(HOURLY, BERLIN);
        Instant start = Instant.parse(from);
        clock.set(from);
        List<RunScheduleStep> nodes = new ArrayList<>(List.of(node(Misfire.RUN_LATEST), node(Misfire.RUN_LATEST)));
        Set<String> planned = new LinkedHashSet<>();
        for (int minute = 1; minute <= 36 * 60; minute++) {
            Instant now = start.plus(Duration.ofMinutes(minute));
            clock.set(now.toString());
            sender.away = minute % 60 > 30 && minute % 60 < 33;
            if (times.isPlanned(now)) {
                planned.add("weekly@" + now);
                // Either's timer comes first by turns, while the broker is there and while it is away.
                RunScheduleStep first = nodes.get(planned.size() % 2);
                if (sender.away) {
                    assertThatThrownBy(() -> first.fire("weekly", now)).isInstanceOf(IllegalStateException.class);
                } else {
                    first.fire("weekly", now);
                    nodes.get(1 - planned.size() % 2).fire("weekly", now);
                }
            }
            nodes.forEach(RunScheduleStep::catchUp);
            if (minute % 290 == 0) {
                nodes.set(minute / 290 % 2, node(Misfire.RUN_LATEST));
            }
            lastPlanned = planned.stream()
                    .reduce((one, other) -> other)
                    .map(id -> Instant.parse(id.substring("weekly@".length())))
                    .filter(time -> sender.ids.contains("weekly@" + time))
                    .orElse(lastPlanned);
        }

        assertThat(sender.ids).containsExactlyElementsOf(planned);
        assertThat(planned).hasSizeBetween(35, 36);
        assertThat(ledger.reports().runs("weekly", 100))
                .extracting(ReportRun::id)
                .containsExactlyInAnyOrderElementsOf(planned);
    }

    /** The run's machines are those of its beginning, whatever the inventory says when another node comes to it. */
    @Test
    void anotherNodeAsksForTheSameMachines() throws Exception {
        sender.away = true;
        RunScheduleStep one = node(Misfire.RUN_LATEST);
        clock.set("2026-03-01T13:00:00Z");
        assertThatThrownBy(() -> one.fire("weekly", clock.instant())).isInstanceOf(IllegalStateException.class);
        Files.writeString(home.resolve("inventory.csv"), "account,instance\nhuawei,i-9\n");
        sender.away = false;
        clock.set("2026-03-01T13:10:00Z");
        // It began before the time, and is told so by the database.
        lastPlanned = Instant.parse("2026-03-01T12:00:00Z");
        node(Misfire.RUN_LATEST).catchUp();

        assertThat(sender.sent).hasSize(2).allMatch(OutboundMessage::yields);
        PasswordRequest first = RequestReader.read(sender.sent.get(0).body());
        assertThat(first.instance()).isEqualTo("i-1");
        String nonce = ledger.reports()
                .run("weekly@2026-03-01T13:00:00Z")
                .orElseThrow()
                .nonce();
        assertThat(nonce).as("nobody can foresee it").matches("[0-9a-f]{12}-");
        assertThat(first.id()).isEqualTo("weekly-20260301T130000Z-" + nonce + "1");
        assertThat(first.deadline()).as("two hours from the beginning").isEqualTo("2026-03-01T15:00:00Z");
    }

    @Test
    void leavesOutWhatWasMissedIfItIsToSkip() {
        lastPlanned = Instant.parse("2026-03-01T09:00:00Z");
        clock.set("2026-03-01T12:20:00Z");
        node(Misfire.SKIP).catchUp();
        assertThat(sender.ids).as("planned while it did not run").isEmpty();

        RunScheduleStep running = node(Misfire.SKIP);
        clock.set("2026-03-01T13:01:00Z");
        running.catchUp();
        assertThat(sender.ids)
                .as("planned while it ran, and late as after a failure")
                .containsExactly("weekly@2026-03-01T13:00:00Z");

        lastPlanned = Instant.parse("2026-03-01T09:00:00Z");
        clock.set("2026-03-01T15:20:00Z");
        node(Misfire.RUN_LATEST).catchUp();
        assertThat(sender.ids)
                .as("five were missed, and the latest is run")
                .containsExactly("weekly@2026-03-01T13:00:00Z", "weekly@2026-03-01T15:00:00Z");
    }

    @Test
    void doesNotSkipARunThatHadBegunWhenTheServiceStopped() {
        lastPlanned = Instant.parse("2026-03-01T12:00:00Z");
        RunScheduleStep killed = node(Misfire.SKIP);
        sender.away = true;
        clock.set("2026-03-01T13:00:00Z");
        assertThatThrownBy(() -> killed.fire("weekly", clock.instant())).isInstanceOf(IllegalStateException.class);
        sender.away = false;
        clock.set("2026-03-01T13:10:00Z");
        node(Misfire.SKIP).catchUp();

        assertThat(sender.ids).containsExactly("weekly@2026-03-01T13:00:00Z");
    }

    /** Two nodes get new settings one after the other; the one that has them already ends the run. */
    @Test
    void leavesARunThatItsSettingsLackToAnotherNodeForHours() throws Exception {
        Instant began = clock.instant();
        ledger.reports()
                .begin(
                        new ReportRun("weekly@1", "weekly", began, began, began.plus(Duration.ofHours(2)), 1, "", null),
                        List.of(new Inspection(1, "huawei", "i-1", null, null, "none")));
        ledger.awaitApplied(trail.append(new AuditEvent(
                AuditEvent.Type.BATCH_TAKEN,
                began,
                Map.of(Fact.BATCH, "weekly@1", Fact.SOURCE, "REPORT", Fact.NAME, "weekly", Fact.COUNT, "1"))));
        Settings settings = Fakes.settings(home);
        Settings ours = new Settings(
                settings.service(),
                settings.broker(),
                settings.sources(),
                settings.keyRings(),
                settings.accounts(),
                settings.recipients(),
                settings.destinations(),
                settings.schedules(),
                Map.of("daily", report(Misfire.SKIP)),
                settings.policy(),
                settings.ledger(),
                settings.retention(),
                null);
        CredentialReporter reporter = new CredentialReporter(
                ours,
                ledger,
                trail,
                Map.of(),
                "1",
                new CredentialReportWriter((document, files) -> new byte[0]),
                new Vault(ServiceKeys.loadOrCreate(home.resolve("sign"), home.resolve("rest")), clock),
                sender,
                clock);
        Exchange tick = new DefaultExchange(new DefaultCamelContext());

        clock.set("2026-03-01T19:59:00Z");
        reporter.process(tick);
        assertThat(ledger.isReported("weekly@1")).isFalse();

        clock.set("2026-03-01T20:00:00Z");
        reporter.process(tick);
        assertThat(ledger.isReported("weekly@1")).as("no node has it any more").isTrue();
    }

    private RunScheduleStep node(Misfire misfire) {
        Settings.Report report = report(misfire);
        return new RunScheduleStep(
                Map.of(),
                Map.of("weekly", report),
                name -> new ReportScope(name, report, List.of("huawei"), ledger, clock)::begin,
                name -> Optional.ofNullable(lastPlanned),
                run -> ledger.reports().run(run).isPresent(),
                new BatchHandOver("requests", audit, sender, batch -> Optional.empty(), batch -> false, clock),
                clock);
    }

    private Settings.Report report(Misfire misfire) {
        return new Settings.Report(
                HOURLY,
                BERLIN,
                misfire,
                new Settings.ReportScope(List.of("*"), home.resolve("inventory.csv"), false, Map.of()),
                List.of(),
                new Settings.Thresholds(Duration.ofDays(90), Duration.ofDays(30), 2048),
                Duration.ofHours(2),
                List.of("ops"),
                List.of());
    }
}
