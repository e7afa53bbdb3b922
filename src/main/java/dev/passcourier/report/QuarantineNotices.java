package dev.passcourier.report;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.ArrivalStep;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.Notices;
import dev.passcourier.request.Advice;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the destinations of a request that ended in quarantine. What it says comes from the ledger, never from the
 * message; if the ledger does not know them, nobody is told.
 */
public final class QuarantineNotices implements ArrivalStep.QuarantineNotifier {

    private static final Logger LOG = LoggerFactory.getLogger(QuarantineNotices.class);

    private final Ledger ledger;
    private final Notices notices;
    private final Predicate<String> destinations;
    private final Clock clock;

    /**
     * For one service.
     *
     * @param destinations whether one of this alias is configured
     */
    public QuarantineNotices(Ledger ledger, Notices notices, Predicate<String> destinations, Clock clock) {
        this.ledger = ledger;
        this.notices = notices;
        this.destinations = destinations;
        this.clock = clock;
    }

    @Override
    public List<OutboundMessage> of(Map<Fact, String> facts) {
        String request = facts.getOrDefault(Fact.REQUEST, "");
        try {
            Optional<RequestRow> known = ledger.requests(List.of(request)).stream()
                    .filter(row -> row.verdict() != Verdict.DELIVERED)
                    // Its report says so, once and for all machines.
                    .filter(row -> !Origin.Source.REPORT.name().equals(row.source()))
                    .findFirst();
            return known.map(row -> notices(row, facts.getOrDefault(Fact.CODE, "")))
                    .orElse(List.of());
        } catch (RuntimeException e) {
            LOG.warn("NOBODY_TOLD {} {}", request, e.getClass().getName());
            return List.of();
        }
    }

    private List<OutboundMessage> notices(RequestRow row, String code) {
        Notice notice = new Notice(
                row.id(),
                row.account(),
                row.instance(),
                Verdict.FAILED,
                code,
                Advice.on(Verdict.FAILED, code),
                row.attempts(),
                clock.instant());
        List<String> aliases = row.destinations().stream().filter(destinations).toList();
        return notices.notices(notice, row.id(), aliases);
    }
}
