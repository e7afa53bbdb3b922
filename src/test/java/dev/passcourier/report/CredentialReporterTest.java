package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.Inspection;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.ledger.Story;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.Vault;
import dev.passcourier.vault.VaultBench;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a report whose deadline has passed, of one machine, for an open and a sealed destination. */
class CredentialReporterTest {

    private static final String RUN = "weekly@1";
    private static final Instant BEGAN = Instant.parse("2026-11-01T10:00:00Z");
    private static final Instant NOW = BEGAN.plus(Duration.ofHours(2));

    @TempDir
    private Path directory;

    private FileAuditTrail trail;
    private Ledger ledger;
    private VaultBench bench;
    private final List<List<OutboundMessage>> sent = new ArrayList<>();

    @BeforeEach
    void begin() throws Exception {
        bench = new VaultBench(directory);
        trail = FileAuditTrail.open(directory.resolve("audit"), Clock.systemUTC());
        ledger = Ledger.follow(trail, LedgerDatabase.h2(directory.resolve("ledger")));
        ledger.reports()
                .begin(
                        new ReportRun(RUN, "weekly", BEGAN, BEGAN, BEGAN.plus(Duration.ofHours(1)), 1, "", null),
                        List.of(new Inspection(1, "acc", "i-1", null, null, "none")));
        Story story = new Story(trail).batch(RUN, "REPORT", "weekly", 1);
        ledger.awaitApplied(story.last());
    }

    @AfterEach
    void end() throws Exception {
        ledger.close();
        trail.close();
    }

    @Test
    void handsTheSameDocumentOverAfterAKillAmidItsHandOver() throws Exception {
        List<OutboundMessage> lost = new ArrayList<>();
        look(NOW, (messages, id) -> {
            lost.addAll(messages);
            throw new IllegalStateException("killed");
        });
        String document = ledger.reports().document(RUN).orElseThrow();
        assertThat(ledger.isReported(RUN)).isFalse();

        look(NOW.plusSeconds(60), this::take);
        look(NOW.plusSeconds(120), this::take);

        assertThat(ledger.isReported(RUN)).isTrue();
        assertThat(ledger.reports().document(RUN)).hasValue(document);
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0)).hasSize(2);
        assertThat(Arrays.equals(sent.get(0).get(0).body(), lost.get(0).body()))
                .as("the open destination's files are the same")
                .isTrue();
        assertThat(records(AuditEvent.Type.BATCH_REPORTED)).hasSize(1);
    }

    @Test
    void putsADestinationOnRecordWhoseKeyHasExpired() throws Exception {
        look(Instant.parse("2100-02-01T00:00:00Z"), this::take);

        assertThat(ledger.isReported(RUN)).isTrue();
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0)).as("the open destination alone").hasSize(1);
        assertThat(records(AuditEvent.Type.DELIVERY_FAILED)).singleElement().satisfies(record -> assertThat(
                        record.event().facts())
                .containsEntry(Fact.REQUEST, RUN)
                .containsEntry(Fact.ALIAS, "sealed")
                .containsEntry(Fact.KIND, "REPORT")
                .containsEntry(Fact.CODE, "RECIPIENT_EXPIRED"));
        String document = ledger.reports().document(RUN).orElseThrow();
        assertThat(CredentialData.read(document.getBytes(StandardCharsets.UTF_8))
                        .recipients())
                .extracting(CredentialReport.Recipient::algorithm)
                .containsExactly("RSA 2048");
    }

    private boolean take(List<OutboundMessage> messages, String duplicateId) {
        assertThat(duplicateId).isEqualTo("report:" + RUN);
        return sent.add(messages);
    }

    private void look(Instant now, IntakeSender sender) throws Exception {
        Clock clock = Clock.fixed(now, ZoneOffset.UTC);
        RecipientKey key = VaultBench.recipient(Settings.SealFormat.CMS, directory, "recipient.crt");
        var reporter = new CredentialReporter(
                settings(),
                ledger,
                trail,
                Map.of("ops", key),
                "1",
                new CredentialReportWriter(ReportEvidence.signer(bench.keys())),
                new Vault(bench.keys(), clock),
                sender,
                clock);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            reporter.process(new DefaultExchange(camel));
        }
    }

    private List<AuditRecord> records(AuditEvent.Type type) throws Exception {
        List<AuditRecord> records = new ArrayList<>();
        try (AuditReader reader = AuditReader.whole(directory.resolve("audit"))) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                if (next.event().type() == type) {
                    records.add(next);
                }
            }
        }
        return records;
    }

    private Settings settings() {
        var folder = new Settings.FileChannel(directory.resolve("out"));
        var report = new Settings.Report(
                "0 0 8 ? * MON",
                ZoneId.of("Asia/Seoul"),
                Settings.Misfire.SKIP,
                new Settings.ReportScope(List.of("*"), null, false, Map.of("acc", List.of("i-1"))),
                List.of(Settings.Check.values()),
                new Settings.Thresholds(Duration.ofDays(90), Duration.ofDays(30), 2048),
                Duration.ofHours(1),
                List.of("open", "sealed"),
                List.of(Settings.ReportFormat.CSV));
        return new Settings(
                new Settings.Service(
                        directory,
                        Duration.ofMinutes(30),
                        Duration.ofDays(1),
                        Duration.ofDays(30),
                        1,
                        directory.resolve("sign"),
                        directory.resolve("rest"),
                        null,
                        1,
                        null,
                        null,
                        null,
                        List.of()),
                new Settings.Broker(null, null, null, null, Map.of()),
                new Settings.Sources(null, null),
                Map.of(),
                Map.of(),
                Map.of(
                        "ops",
                        new Settings.Recipient(
                                Settings.SealFormat.CMS, directory.resolve("recipient.crt"), null, null)),
                Map.of(
                        "open", new Settings.Destination(null, 1, folder),
                        "sealed", new Settings.Destination("ops", 1, folder)),
                Map.of(),
                Map.of("weekly", report),
                new Settings.Policy(List.of(), Map.of(), List.of()),
                new Settings.LedgerStore(null, null, null),
                Settings.Retention.FOREVER,
                null);
    }
}
