package dev.passcourier.health;

import dev.passcourier.broker.Queues;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.ledger.WaitingWork;
import dev.passcourier.status.StatusAnswer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The numbers on the status page. The ledger counts again after five seconds at the earliest, for a twentieth of the time at
 * most however often the page is asked for, and not while it is down. It counts in a thread beside: while it hangs, the
 * numbers are those of before.
 */
public final class Figures {

    private static final Duration FRESH = Duration.ofSeconds(5);

    /** Less than a scrape has. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /** So many times as long as counting took, it is not done again. */
    private static final int REST = 20;

    private final Ledger ledger;
    private final Supplier<StatusAnswer> status;
    private final BrokerCheck broker;
    private final Checks checks;
    private final Clock clock;
    private volatile Supplier<Map<String, String>> filesLeft = Map::of;
    private final BoundedReader<Counts> counting;
    private volatile Instant nextCount = Instant.MIN;

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
        this.counting = new BoundedReader<>(this::count, clock);
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

    /**
     * Since when the oldest waits, by queue, of these accounts and destinations: empty for a queue that nothing waits in, and
     * no queues at all while nobody knows.
     */
    public Map<String, Optional<Instant>> oldest(Set<String> accounts, Set<String> destinations) {
        StatusAnswer answer = counts().status();
        Map<String, Optional<Instant>> oldest = new TreeMap<>();
        if (answer != null) {
            accounts.forEach(name -> oldest.put(Queues.fetch(name), oldest(name, answer.accounts())));
            destinations.forEach(name -> oldest.put(Queues.outbox(name), oldest(name, answer.destinations())));
        }
        return oldest;
    }

    private static Optional<Instant> oldest(String name, List<WaitingWork> all) {
        return all.stream()
                .filter(work -> work.name().equals(name))
                .map(WaitingWork::oldest)
                .findFirst();
    }

    /** When the numbers were counted; empty while there are none. */
    public Optional<Instant> countedAt() {
        return Optional.ofNullable(counts().status()).map(StatusAnswer::at);
    }

    /** What was counted last; nothing if that failed. Waits half a second at most. */
    Counts counts() {
        if (!clock.instant().isBefore(nextCount) && checks.allow(EnumSet.of(Stops.EVERYTHING))) {
            BoundedReader.await(counting.begin(), PATIENCE);
        }
        BoundedReader.Read<Counts> read = counting.latest();
        return read == null ? Counts.NONE : read.value();
    }

    private Counts count() {
        Instant begun = clock.instant();
        try {
            return new Counts(ledger.requestsByState(), ledger.deliveriesByDestination(), status.get());
        } finally {
            Instant ended = clock.instant();
            Duration rest = Duration.between(begun, ended).multipliedBy(REST);
            nextCount = ended.plus(rest.compareTo(FRESH) > 0 ? rest : FRESH);
        }
    }
}
