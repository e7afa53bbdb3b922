package dev.passcourier.health;

import dev.passcourier.ledger.BatchStatus;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.RequestState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The numbers on the status page. The ledger counts again after five seconds at the earliest, for a twentieth of the time at
 * most however often the page is asked for, and not while it is down.
 */
public final class Figures {

    /** Batches on the page, the oldest. */
    private static final int BATCHES = 20;

    private static final Duration FRESH = Duration.ofSeconds(5);

    /** So many times as long as counting took, it is not done again. */
    private static final int REST = 20;

    private final Ledger ledger;
    private final BrokerCheck broker;
    private final Checks checks;
    private final Clock clock;
    private volatile Supplier<Map<String, String>> filesLeft = Map::of;
    private Instant nextCount = Instant.MIN;
    private Counts counts = Counts.NONE;

    /** What the ledger counts. */
    record Counts(
            Map<RequestState, Long> requests,
            Map<String, Map<DeliveryState, Long>> deliveries,
            List<BatchStatus> batches) {

        static final Counts NONE = new Counts(Map.of(), Map.of(), List.of());
    }

    /** From the ledger, and from what the broker said last. */
    public Figures(Ledger ledger, BrokerCheck broker, Checks checks, Clock clock) {
        this.ledger = ledger;
        this.broker = broker;
        this.checks = checks;
        this.clock = clock;
    }

    /** Who knows which dropped files are not taken, by name, and why. */
    public void filesLeft(Supplier<Map<String, String>> known) {
        filesLeft = known;
    }

    Map<String, String> filesLeft() {
        return filesLeft.get();
    }

    Map<String, Long> depths() {
        return broker.depths();
    }

    synchronized Counts counts() {
        Instant now = clock.instant();
        if (!now.isBefore(nextCount) && checks.allow(EnumSet.of(Stops.EVERYTHING))) {
            try {
                counts = new Counts(
                        ledger.requestsByState(),
                        ledger.deliveriesByDestination(),
                        ledger.status().unreported(BATCHES, now));
            } catch (LedgerException e) {
                counts = Counts.NONE;
            }
            Instant ended = clock.instant();
            Duration rest = Duration.between(now, ended).multipliedBy(REST);
            nextCount = ended.plus(rest.compareTo(FRESH) > 0 ? rest : FRESH);
        }
        return counts;
    }
}
