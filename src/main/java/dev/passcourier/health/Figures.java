package dev.passcourier.health;

import dev.passcourier.broker.Queues;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.status.StatusAnswer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The numbers on the status page. The ledger counts again after five seconds at the earliest, for a twentieth of the time at
 * most however often the page is asked for, and not while it is down.
 */
public final class Figures {

    private static final Duration FRESH = Duration.ofSeconds(5);

    /** So many times as long as counting took, it is not done again. */
    private static final int REST = 20;

    private final Ledger ledger;
    private final Supplier<StatusAnswer> status;
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
            @Nullable StatusAnswer status) {

        static final Counts NONE = new Counts(Map.of(), Map.of(), null);
    }

    /**
     * From the ledger, and from what the broker said last.
     *
     * @param status what waits, batches and schedules, as the command {@code status} has them
     */
    public Figures(Ledger ledger, Supplier<StatusAnswer> status, BrokerCheck broker, Checks checks, Clock clock) {
        this.ledger = ledger;
        this.status = status;
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

    /** What failed or was quarantined and waits for somebody, by queue. */
    Map<String, Long> kept() {
        Map<String, Long> kept = new TreeMap<>(depths());
        kept.keySet().retainAll(List.of(Queues.FAILED, Queues.QUARANTINE, Queues.DEAD));
        kept.values().removeIf(messages -> messages == 0);
        return kept;
    }

    /** Since when the oldest waits, by queue, of these accounts and destinations. */
    public Map<String, Instant> oldest(Set<String> accounts, Set<String> destinations) {
        StatusAnswer answer = counts().status();
        Map<String, Instant> oldest = new TreeMap<>();
        if (answer != null) {
            answer.accounts().stream()
                    .filter(work -> accounts.contains(work.name()))
                    .forEach(work -> oldest.put(Queues.fetch(work.name()), work.oldest()));
            answer.destinations().stream()
                    .filter(work -> destinations.contains(work.name()))
                    .forEach(work -> oldest.put(Queues.outbox(work.name()), work.oldest()));
        }
        return oldest;
    }

    synchronized Counts counts() {
        Instant now = clock.instant();
        if (!now.isBefore(nextCount) && checks.allow(EnumSet.of(Stops.EVERYTHING))) {
            try {
                counts = new Counts(ledger.requestsByState(), ledger.deliveriesByDestination(), status.get());
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
