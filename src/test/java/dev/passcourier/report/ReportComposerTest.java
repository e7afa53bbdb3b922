package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.Check;
import dev.passcourier.ledger.Inspection;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.ledger.Story;
import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReport.Row;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportComposerTest {

    private static final Instant BEFORE = Instant.parse("2026-10-31T10:00:00Z");
    private static final Instant AFTER = Instant.parse("2026-11-02T10:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-09T10:00:00Z");

    @TempDir
    private Path home;

    private FileAuditTrail trail;
    private Ledger ledger;
    private Story story;

    /** What a run sees of a machine's password. */
    private record Seen(
            String account,
            String instance,
            String fingerprint,
            @Nullable Instant recordSince) {}

    @BeforeEach
    void open() throws Exception {
        trail = FileAuditTrail.open(home.resolve("audit"), Clock.systemUTC());
        ledger = Ledger.follow(trail, LedgerDatabase.h2(home.resolve("ledger")));
        story = new Story(trail);
    }

    @AfterEach
    void close() throws Exception {
        ledger.close();
        trail.close();
    }

    /** Who clears the record of a password that nobody has deletes the only copy of it. */
    @Test
    void takesAHandOverForThePasswordThatWasHandedOverOnly() {
        for (String machine : List.of("same", "clear", "reset", "clear-reset")) {
            story.asked(machine, "ref-" + machine).handedOver(machine, "mail");
        }
        run("weekly@1", AFTER, List.of(seen("i-clear", "c", null), seen("i-clear-reset", "old", null)));

        CredentialReport report = run(
                "weekly@2",
                NOW,
                List.of(
                        seen("i-same", "a", BEFORE),
                        seen("i-clear", "c", null),
                        seen("i-reset", "r", AFTER),
                        seen("i-clear-reset", "new", null),
                        seen("i-never", "n", BEFORE)));

        assertThat(report.rows().stream().collect(Collectors.toMap(Row::instance, Row::findings)))
                .isEqualTo(Map.of(
                        "i-same", Set.of(Finding.STILL_AT_CLOUD),
                        "i-clear", Set.of(Finding.STILL_AT_CLOUD),
                        "i-reset", Set.of(Finding.NEVER_COLLECTED),
                        "i-clear-reset", Set.of(Finding.NEVER_COLLECTED),
                        "i-never", Set.of(Finding.NEVER_COLLECTED)));
        assertThat(report.rows())
                .filteredOn(row -> row.instance().equals("i-reset"))
                .as("the earlier one's hand-over is told all the same")
                .allSatisfy(row -> assertThat(row.handOver().destination()).isEqualTo("mail"));
    }

    /** The row's record was written a moment ago. */
    @Test
    void restsOnARecordThatTheLedgerHasYetToApply() {
        ReportRun run = new ReportRun("weekly@1", "weekly", AFTER, AFTER, NOW, 1, "", null);
        ledger.reports().begin(run, List.of(new Inspection(1, "acc", "i-1", null, null, "none")));
        for (int i = 0; i < 200; i++) {
            story.asked("other-" + i, "ref-" + i);
        }
        ledger.reports().ended("weekly@1", 1, "weekly-1", story.last());

        assertThat(composer(AFTER).compose(run, report()).trail().sequence()).isEqualTo(story.last());
    }

    @Test
    void aMachineSharesNothingWithItself() {
        String id = "0a1b2c3d-0000-4000-8000-00000000000";
        CredentialReport report = run(
                "weekly@1",
                AFTER,
                List.of(
                        seen(id + "1", "one", null),
                        new Seen("acc2", id.toUpperCase(Locale.ROOT) + "1", "one", null),
                        new Seen("acc2", id.replace("-", "") + "1", "one", null),
                        seen(id + "2", "two", null),
                        new Seen("acc2", id + "3", "two", null),
                        seen("web-1-1", "three", null),
                        seen("web-11", "three", null)));

        assertThat(report.rows())
                .filteredOn(row -> row.findings().contains(Finding.REUSED))
                .extracting(Row::instance, Row::cluster)
                .containsExactlyInAnyOrder(
                        tuple(id + "2", "A"), tuple(id + "3", "A"), tuple("web-1-1", "B"), tuple("web-11", "B"));
    }

    private static Seen seen(String instance, String fingerprint, @Nullable Instant recordSince) {
        return new Seen("acc", instance, fingerprint, recordSince);
    }

    /** Inspects these machines at that time, and ends the run. */
    private CredentialReport run(String id, Instant at, List<Seen> machines) {
        List<Inspection> lines = new ArrayList<>();
        for (Seen machine : machines) {
            lines.add(new Inspection(lines.size() + 1, machine.account(), machine.instance(), null, null, "none"));
        }
        ReportRun run = new ReportRun(id, "weekly", at, at, at.plusSeconds(3600), lines.size(), "", null);
        ledger.reports().begin(run, lines);
        story.batch(id, "REPORT", "weekly", lines.size());
        for (Inspection line : lines) {
            Seen machine = machines.get(line.line() - 1);
            String request = id + "-" + line.line();
            story.askedLine(request, id, line.line());
            ledger.reports()
                    .found(
                            id,
                            line.line(),
                            new Inspection.Found(
                                    at, null, "FROM_16", "STRONG", machine.fingerprint(), machine.recordSince()));
            story.ended(request, "INSPECTED", "INSPECTED");
            ledger.reports().ended(id, line.line(), request, story.last());
        }
        ledger.awaitApplied(story.last());
        CredentialReport report = composer(at).compose(run, report());
        ledger.reports().finish(id, at, new String(CredentialData.json(report), StandardCharsets.UTF_8));
        return report;
    }

    private ReportComposer composer(Instant now) {
        Settings.Account account = new Settings.Account(
                "any",
                null,
                null,
                1,
                false,
                true,
                Settings.AfterDelivery.KEEP,
                null,
                false,
                JsonNodeFactory.instance.objectNode());
        Settings settings = new Settings(
                null,
                null,
                null,
                Map.of(),
                Map.of("acc", account, "acc2", account),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                null,
                null,
                Settings.Retention.FOREVER,
                null);
        return new ReportComposer(settings, ledger, Map.of(), "1", Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Settings.Report report() {
        return new Settings.Report(
                "0 0 8 ? * MON",
                ZoneId.of("Asia/Seoul"),
                Settings.Misfire.SKIP,
                new Settings.ReportScope(List.of("*"), null, true, Map.of()),
                List.of(Check.REUSED, Check.NEVER_COLLECTED, Check.STILL_AT_CLOUD),
                new Settings.Thresholds(Duration.ofDays(90), Duration.ofDays(30), 3072),
                Duration.ofHours(1),
                List.of("mail"),
                List.of());
    }
}
