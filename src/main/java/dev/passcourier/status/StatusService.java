package dev.passcourier.status;

import dev.passcourier.config.Settings;
import dev.passcourier.config.Suggestion;
import dev.passcourier.intake.PlannedTimes;
import dev.passcourier.ledger.BatchStatus;
import dev.passcourier.ledger.LedgerStatus;
import dev.passcourier.ledger.RequestStatus;
import dev.passcourier.ledger.WaitingWork;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers where things are, from the ledger and the settings. */
public final class StatusService {

    /** Batches and runs of one answer. */
    private static final int MOST = 20;

    private static final int NEXT = 3;

    private final LedgerStatus ledger;
    private final Map<String, Settings.Schedule> schedules;
    private final Set<String> accounts;
    private final Set<String> destinations;
    private final @Nullable Supplier<Map<String, String>> problems;
    private final Clock clock;

    /**
     * On one ledger.
     *
     * @param accounts     the accounts that there are; empty if nobody knows: then any may be one
     * @param destinations likewise
     * @param problems what the checks of the running service found, in words by names such as {@code account.kakao}; null
     *                 if none runs
     */
    public StatusService(
            LedgerStatus ledger,
            Map<String, Settings.Schedule> schedules,
            Set<String> accounts,
            Set<String> destinations,
            @Nullable Supplier<Map<String, String>> problems,
            Clock clock) {
        this.ledger = ledger;
        this.schedules = new TreeMap<>(schedules);
        this.accounts = Set.copyOf(accounts);
        this.destinations = Set.copyOf(destinations);
        this.problems = problems;
        this.clock = clock;
    }

    /** Answers an order. */
    public StatusAnswer answer(StatusOrder order) {
        Instant now = clock.instant();
        if (order.about() != null) {
            return one(order.about(), now);
        }
        return order.isFiltered() ? some(order, now) : all(now);
    }

    private StatusAnswer some(StatusOrder order, Instant now) {
        List<WaitingWork> account = named(ledger.accounts(), order.account());
        List<WaitingWork> destination = named(ledger.destinations(), order.destination());
        String unknown = unknown("account", order.account(), account, accounts);
        return new StatusAnswer(
                now,
                problems != null,
                null,
                null,
                null,
                account,
                destination,
                null,
                problems(name ->
                        name.equals("account." + order.account()) || name.equals("destination." + order.destination())),
                null,
                unknown == null ? unknown("destination", order.destination(), destination, destinations) : unknown);
    }

    private static List<WaitingWork> named(List<WaitingWork> all, @Nullable String name) {
        return all.stream().filter(work -> work.name().equals(name)).toList();
    }

    private static @Nullable String unknown(
            String kind, @Nullable String name, List<WaitingWork> waiting, Set<String> known) {
        return name == null || known.isEmpty() || known.contains(name) || !waiting.isEmpty()
                ? null
                : "there is no " + kind + " " + name + "; " + Suggestion.forWord(name, known);
    }

    private StatusAnswer all(Instant now) {
        List<WaitingWork> accounts = ledger.accounts();
        List<WaitingWork> destinations = ledger.destinations();
        return new StatusAnswer(
                now,
                problems != null,
                null,
                ledger.unreported(MOST, now),
                schedules.keySet().stream().map(name -> schedule(name, 1, now)).toList(),
                accounts,
                destinations,
                ledger.nodes(),
                problems(name -> true),
                null,
                null);
    }

    private StatusAnswer one(String about, Instant now) {
        Optional<RequestStatus> request = ledger.request(about);
        if (request.isPresent()) {
            return answer(now, request.get(), null, null, null);
        }
        if (schedules.containsKey(about)) {
            return answer(now, null, null, List.of(schedule(about, MOST, now)), null);
        }
        List<BatchStatus> batches = ledger.batches(about, MOST, now);
        return batches.isEmpty() ? answer(now, null, null, null, near(about)) : answer(now, null, batches, null, null);
    }

    private StatusAnswer answer(
            Instant now,
            @Nullable RequestStatus request,
            @Nullable List<BatchStatus> batches,
            @Nullable List<ScheduleStatus> found,
            @Nullable List<String> near) {
        return new StatusAnswer(
                now,
                problems != null,
                request,
                batches,
                found,
                null,
                null,
                null,
                request == null ? Map.of() : problems(name -> concerns(request, name)),
                near,
                null);
    }

    private ScheduleStatus schedule(String name, int runs, Instant now) {
        Settings.Schedule settings = schedules.get(name);
        PlannedTimes times = new PlannedTimes(settings.cron(), settings.timeZone());
        List<Instant> next = new ArrayList<>();
        Optional<Instant> planned = times.next(now);
        while (planned.isPresent() && next.size() < NEXT) {
            next.add(planned.get());
            planned = times.next(planned.get());
        }
        return new ScheduleStatus(
                name, settings.cron(), settings.timeZone().getId(), next, ledger.runs(name, runs, now));
    }

    private static boolean concerns(RequestStatus request, String check) {
        return request.endedAt() == null
                && (check.equals("account." + request.account())
                        || request.results().stream()
                                .anyMatch(result -> check.equals("destination." + result.destination())));
    }

    private Map<String, String> problems(Predicate<String> which) {
        Map<String, String> found = new TreeMap<>();
        if (problems != null) {
            problems.get().forEach((name, says) -> {
                if (which.test(name)) {
                    found.put(name, says);
                }
            });
        }
        return found;
    }

    /** Names that begin as this one does, or differ little from it. */
    private List<String> near(String about) {
        String beginning = about.substring(0, (about.length() + 1) / 2);
        return Stream.concat(schedules.keySet().stream(), ledger.startingWith(beginning, 200).stream())
                .filter(name -> !Suggestion.near(about, List.of(name)).isEmpty() || name.startsWith(about))
                .limit(5)
                .toList();
    }
}
