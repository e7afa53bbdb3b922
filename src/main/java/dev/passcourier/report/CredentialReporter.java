package dev.passcourier.report;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.report.CredentialReportWriter.Format;
import dev.passcourier.report.CredentialReportWriter.Limit;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.DeliveryIds;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.Vault;
import dev.passcourier.vault.VaultException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends reports whose inspections have all ended or whose deadline has passed: keeps the document, and puts its forms into
 * the outboxes of the report's destinations. The document is made once; whatever a kill lets happen twice is the same both
 * times. Called by one thread at a time.
 */
public final class CredentialReporter implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(CredentialReporter.class);

    /** What a mail may hold; many servers take no more than 25 MB, encoded. */
    private static final long LARGEST_MAIL = 10L << 20;

    /** So long a run whose inspections have ended is left alone until the last numbers of their records are kept. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** So long after its deadline a run is left to another node, whose settings may have the report. */
    private static final Duration OTHERS = Duration.ofHours(6);

    /** So many times as long as a look took, it is not done again. */
    private static final int REST = 20;

    private final Settings settings;
    private final Ledger ledger;
    private final AuditTrail audit;
    private final ReportComposer composer;
    private final CredentialReportWriter writer;
    private final Vault vault;
    private final Map<String, RecipientKey> recipients;
    private final IntakeSender sender;
    private final Clock clock;

    /** When runs were first seen to have ended. */
    private final Map<String, Instant> ended = new HashMap<>();

    private Instant nextLook = Instant.MIN;

    /**
     * For one service.
     *
     * @param recipients whose keys seal for destinations, by name
     * @param version    the program's
     * @param writer     makes the forms
     * @param vault      seals them for destinations with a recipient
     */
    public CredentialReporter(
            Settings settings,
            Ledger ledger,
            AuditTrail audit,
            Map<String, RecipientKey> recipients,
            String version,
            CredentialReportWriter writer,
            Vault vault,
            IntakeSender sender,
            Clock clock) {
        this.settings = settings;
        this.ledger = ledger;
        this.audit = audit;
        this.composer = new ReportComposer(settings, ledger, recipients, version, clock);
        this.writer = writer;
        this.vault = vault;
        this.recipients = recipients;
        this.sender = sender;
        this.clock = clock;
    }

    /** Runs again in a second, so a failure is only logged. */
    @Override
    public void process(Exchange exchange) {
        Instant began = clock.instant();
        if (settings.reports().isEmpty() || began.isBefore(nextLook)) {
            return;
        }
        for (BatchSummary batch : ledger.unreportedBatches()) {
            if (batch.source() == Origin.Source.REPORT) {
                try {
                    lookAt(batch);
                } catch (RuntimeException e) {
                    LOG.warn("REPORT_POSTPONED {} {}", batch.id(), e.getClass().getName());
                }
            }
        }
        Instant now = clock.instant();
        nextLook = now.plus(Duration.between(began, now).multipliedBy(REST));
    }

    private void lookAt(BatchSummary batch) {
        ReportRun run = ledger.reports().run(batch.id()).orElse(null);
        Settings.Report report = settings.reports().get(batch.name());
        if (run != null
                && report == null
                && clock.instant().isBefore(run.deadline().plus(OTHERS))) {
            return;
        }
        if (run == null || report == null) {
            LOG.error(
                    "REPORT_LOST {}: {}",
                    batch.id(),
                    run == null ? "the ledger's database was lost meanwhile" : "the settings have it no more");
            reported(batch.id());
            return;
        }
        if (run.endedAt() == null && isOver(run)) {
            CredentialReport document = composer.compose(run, report);
            ledger.reports()
                    .finish(
                            run.id(),
                            document.endedAt(),
                            new String(CredentialData.json(document), StandardCharsets.UTF_8));
            run = ledger.reports().run(run.id()).orElseThrow();
        }
        if (run.endedAt() != null) {
            handOver(run, report, composer.document(run.id()).orElseThrow());
            reported(run.id());
            ended.remove(run.id());
        }
    }

    private boolean isOver(ReportRun run) {
        Instant now = clock.instant();
        if (!now.isBefore(run.deadline())) {
            return true;
        }
        long count = ledger.verdicts(run.id()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        if (count < run.total()) {
            return false;
        }
        Instant since = ended.computeIfAbsent(run.id(), id -> now);
        return ledger.reports().open(run.id()) == 0 || !now.isBefore(since.plus(GRACE));
    }

    private void handOver(ReportRun run, Settings.Report report, CredentialReport document) {
        Set<Format> formats = EnumSet.noneOf(Format.class);
        report.formats().forEach(format -> formats.add(Format.valueOf(format.name())));
        String place = report.destinations().stream()
                .map(alias -> directory(settings.destinations().get(alias)))
                .filter(directory -> directory != null)
                .findFirst()
                .orElse(null);
        ReportMessage whole = writer.write(document, formats, Limit.NONE);
        long size =
                whole.files().stream().mapToLong(file -> file.content().length).sum();
        ReportMessage mail =
                size <= LARGEST_MAIL ? whole : writer.write(document, formats, new Limit(LARGEST_MAIL, place));
        List<OutboundMessage> outbound = new ArrayList<>();
        for (String alias : report.destinations()) {
            boolean isMail = settings.destinations().get(alias).channel() instanceof Settings.EmailChannel;
            try {
                OutboxItem item = item(isMail ? mail : whole, run.id(), alias, document.endedAt());
                outbound.add(OutboxCodec.outboundMessage(item, null));
            } catch (VaultException e) {
                // Never in clear instead.
                notDelivered(run.id(), alias, e.code());
            }
        }
        if (!outbound.isEmpty()) {
            sender.send(outbound, "report:" + run.id());
        }
        LOG.info("REPORT_ENDED {}: {} machines", run.id(), document.rows().size());
    }

    /** On record as any delivery that failed. A kill may put it there twice. */
    private void notDelivered(String run, String alias, VaultException.Code code) {
        audit.append(new AuditEvent(
                AuditEvent.Type.DELIVERY_FAILED,
                clock.instant(),
                Map.of(
                        Fact.REQUEST, run,
                        Fact.ALIAS, alias,
                        Fact.DELIVERY, delivery(run, alias),
                        Fact.KIND, OutboxItem.Kind.REPORT.name(),
                        Fact.CODE, code.name(),
                        Fact.VERDICT, Verdict.FAILED.name())));
        LOG.warn("REPORT_NOT_SEALED {} for {}: {}", run, alias, code);
    }

    private static String delivery(String run, String alias) {
        return DeliveryIds.of(run, alias + "/report");
    }

    /** Sealed if the destination has a recipient. */
    private OutboxItem item(ReportMessage message, String run, String alias, Instant at) throws VaultException {
        String seal = settings.destinations().get(alias).seal();
        String delivery = delivery(run, alias);
        return seal == null
                ? OutboxItem.report(message, run, alias, delivery, at)
                : OutboxItem.report(
                        vault.seal(message.bundle(at), Objects.requireNonNull(recipients.get(seal)), alias, delivery),
                        run,
                        at);
    }

    private static @Nullable String directory(Settings.Destination destination) {
        return destination.channel() instanceof Settings.FileChannel file
                ? file.directory().toString()
                : null;
    }

    private void reported(String run) {
        ledger.awaitApplied(
                audit.append(new AuditEvent(AuditEvent.Type.BATCH_REPORTED, clock.instant(), Map.of(Fact.BATCH, run))));
    }
}
