package dev.passcourier.report;

import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.request.Origin;
import dev.passcourier.vault.DeliveryIds;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts due reports into the outboxes of their schedules' or the drop directory's destinations; one that was sent before is not sent again. */
public final class ReportHandOver implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(ReportHandOver.class);

    private final BatchReporter reporter;
    private final Map<String, Settings.Schedule> schedules;
    private final List<String> summary;
    private final IntakeSender sender;
    private final Clock clock;

    /**
     * For one service.
     *
     * @param schedules by name
     * @param summary   destinations that are told how batch files ended
     */
    public ReportHandOver(
            BatchReporter reporter,
            Map<String, Settings.Schedule> schedules,
            List<String> summary,
            IntakeSender sender,
            Clock clock) {
        this.reporter = reporter;
        this.schedules = schedules;
        this.summary = summary;
        this.sender = sender;
        this.clock = clock;
    }

    /** Runs again in a second, so a failure is only logged. */
    @Override
    public void process(Exchange exchange) {
        try {
            handOver();
        } catch (RuntimeException e) {
            LOG.warn("REPORT_POSTPONED {}", e.getClass().getName());
        }
    }

    private void handOver() {
        for (BatchReporter.Due due : reporter.due()) {
            List<OutboundMessage> outbound = outbound(due);
            if (!outbound.isEmpty()) {
                sender.send(outbound, "report:" + due.batch());
            }
            reporter.reported(due.batch());
        }
    }

    private List<String> aliases(BatchReporter.Due due) {
        if (due.source() == Origin.Source.FILE) {
            return summary;
        }
        Settings.Schedule schedule = schedules.get(due.name());
        return schedule == null ? List.of() : schedule.report();
    }

    private List<OutboundMessage> outbound(BatchReporter.Due due) {
        return aliases(due).stream()
                .map(alias -> OutboxItem.report(
                        due.report(),
                        due.batch(),
                        alias,
                        DeliveryIds.of(due.batch(), alias + "/report"),
                        clock.instant()))
                .map(item -> OutboxCodec.outboundMessage(item, null))
                .toList();
    }
}
