package dev.passcourier.killloop;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.Queues;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CanaryScan;
import dev.passcourier.vault.DeliveryIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks from outside, after the last stop, whether every promise was kept. */
final class Reckoning {

    /** Messages that one kill may catch between a delivery and its record: four consumers each of mail and webhook. */
    private static final int IN_HAND = 8;

    private static final Set<Verdict> MENDABLE = EnumSet.of(Verdict.NOT_FOUND, Verdict.NOT_SET, Verdict.WRONG_KEY);

    /** How often the process must have ended before a message may be in quarantine. */
    private static final int ENDS_BEFORE_QUARANTINE = 5;

    private final KillWorld world;
    private final Map<String, Ask> asks;
    private final Map<String, Integer> files;
    private final List<Instant> kills;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, String> table = new LinkedHashMap<>();

    /**
     * After the last stop.
     *
     * @param asks  all requests by id
     * @param files names of all files that were dropped, and how many lines they have
     * @param kills when the process ended other than by a finished stop
     */
    Reckoning(KillWorld world, Map<String, Ask> asks, Map<String, Integer> files, List<Instant> kills) {
        this.world = world;
        this.asks = asks;
        this.files = files;
        this.kills = kills;
    }

    /** Checks everything. */
    Reckoning reckon(Trail trail, List<Receipts.Ticket> tickets, List<Path> logs) throws Exception {
        Set<String> excused = quarantine(trail);
        broker(trail, excused);
        audit();
        ledger(excused);
        receipts(new Receipts(world, asks).collect(tickets), excused);
        drops(trail);
        schedule(trail);
        canaries(logs);
        return this;
    }

    /** The poison must be there; anything else only if the process ended often enough while it was in hand. */
    private Set<String> quarantine(Trail trail) {
        Set<String> requests = new LinkedHashSet<>();
        for (AuditRecord each : trail.quarantined()) {
            String request = each.event().facts().get(Fact.REQUEST);
            AuditEvent asked = trail.requests().get(request);
            demand(
                    asked != null && ends(asked.at(), each.event().at()) >= ENDS_BEFORE_QUARANTINE,
                    "quarantined without reason: " + each.event().facts());
            requests.add(request);
        }
        List<String> innocent = requests.stream()
                .filter(id -> id == null || !asks.get(id).isPoison())
                .toList();
        asks.values().stream()
                .filter(Ask::isPoison)
                .forEach(poison -> demand(requests.contains(poison.id()), poison.id() + " is not in quarantine"));
        table.put("quarantined", requests.size() + ", of these not poison: " + innocent);
        return requests;
    }

    private long ends(Instant from, Instant to) {
        return kills.stream()
                .filter(at -> !at.isBefore(from) && !at.isAfter(to))
                .count();
    }

    /** Nothing may be left but what is kept on purpose: the quarantined, and failed work to be returned. */
    private void broker(Trail trail, Set<String> excused) throws Exception {
        long expected = trail.quarantined().stream()
                .map(each -> each.event().facts().get(Fact.REFERENCE))
                .distinct()
                .count();
        Map<String, Long> left =
                new TreeMap<>(LeftInQueues.messages(world.data().resolve("broker")));
        Long quarantined = left.remove(Queues.QUARANTINE);
        demand(
                (quarantined == null ? 0 : quarantined) == expected,
                "messages in quarantine: " + quarantined + ", on record " + expected);
        Long kept = left.remove(Queues.FAILED);
        keptWork(kept == null ? 0 : kept, excused);
        demand(left.isEmpty(), "messages left in queues: " + left);
        table.put("left in queues", left.isEmpty() ? "none" : left.toString());
    }

    /** Each request that ended for a cause that can be mended, once. */
    private void keptWork(long kept, Set<String> excused) {
        List<String> mendable = asks.values().stream()
                .filter(ask -> MENDABLE.contains(ask.verdict()))
                .map(Ask::id)
                .toList();
        long least = mendable.stream().filter(id -> !excused.contains(id)).count();
        demand(
                least <= kept && kept <= mendable.size(),
                "failed work kept: " + kept + ", ended so: " + least + " to " + mendable.size());
        table.put("failed work kept", kept + " of " + mendable.size());
    }

    private void audit() throws Exception {
        AuditVerifier.Finding finding = AuditVerifier.verify(world.data().resolve("audit"));
        demand(finding.damage() == null && !finding.unfinished(), "the audit trail is damaged: " + finding);
        table.put("audit trail", finding.records() + " records, " + (finding.damage() == null ? "whole" : "DAMAGED"));
    }

    /** The ledger as the service left it, and one made anew from the trail, say the same: one end for each request. */
    private void ledger(Set<String> excused) throws Exception {
        Path again = Files.createDirectory(world.home().resolve("ledger-again"));
        try (FileAuditTrail trail = FileAuditTrail.open(world.data().resolve("audit"), Clock.systemUTC());
                Ledger kept =
                        Ledger.follow(trail, LedgerDatabase.h2(world.data().resolve("ledger")));
                Ledger anew = Ledger.follow(trail, LedgerDatabase.h2(again.resolve("ledger")))) {
            kept.awaitApplied(trail.position(), Duration.ofMinutes(5));
            anew.awaitApplied(trail.position(), Duration.ofMinutes(5));
            int different = 0;
            Map<String, Integer> verdicts = new TreeMap<>();
            for (Ask ask : asks.values()) {
                RequestRow row =
                        kept.requests(List.of(ask.id())).stream().findFirst().orElse(null);
                demand(row != null, ask.id() + " is unknown to the ledger: lost");
                if (row != null) {
                    verdicts.merge(String.valueOf(row.verdict()), 1, Integer::sum);
                    List<DeliveryRow> deliveries = kept.deliveries(ask.id());
                    ended(ask, row, deliveries, excused);
                    boolean same = anew.requests(List.of(ask.id())).equals(List.of(row))
                            && anew.deliveries(ask.id()).equals(deliveries);
                    different += same ? 0 : 1;
                }
            }
            demand(kept.newest(asks.size() + 100).size() == asks.size(), "requests in the ledger that nobody asked");
            demand(different == 0, different + " requests differ in a ledger made anew");
            table.put("ends", verdicts.toString());
        }
    }

    private void ended(Ask ask, RequestRow row, List<DeliveryRow> deliveries, Set<String> excused) {
        boolean settled = deliveries.stream()
                .allMatch(each -> each.state() == DeliveryState.DELIVERED || each.state() == DeliveryState.FAILED);
        demand(row.state() == RequestState.ENDED && settled, ask.id() + " has not ended: " + row + deliveries);
        if (!excused.contains(ask.id())) {
            demand(row.verdict() == ask.verdict(), ask.id() + " should be " + ask.verdict() + ": " + row + deliveries);
        }
    }

    private void receipts(Receipts receipts, Set<String> excused) {
        problems.addAll(receipts.problems());
        Set<Trail.Parcel> expected = new LinkedHashSet<>();
        for (Ask ask : asks.values()) {
            if (!excused.contains(ask.id())) {
                String kind = ask.verdict() == Verdict.DELIVERED ? "RESULT" : "NOTICE";
                ask.deliverTo().forEach(alias -> expected.add(new Trail.Parcel(ask.id(), alias, kind)));
            }
        }
        int missing = 0;
        for (Trail.Parcel each : expected) {
            List<String> ids = receipts.copies().get(each);
            missing += ids == null ? 1 : 0;
            demand(ids != null, "lost: nobody has " + each);
            if (ids != null) {
                demand(Set.copyOf(ids).size() == 1, "copies with different ids of " + each + ": " + ids);
                demand(
                        each.kind().equals("NOTICE") || ids.get(0).equals(DeliveryIds.of(each.request(), each.alias())),
                        "id of " + each + ": " + ids);
            }
        }
        Set<Trail.Parcel> others = new LinkedHashSet<>(receipts.copies().keySet());
        others.removeAll(expected);
        others.removeIf(each -> each.kind().equals("REPORT") || excused.contains(each.request()));
        demand(others.isEmpty(), "arrived though nobody should get it: " + others);
        bounded(receipts);
        table.put(
                "deliveries",
                expected.size() + " expected, " + missing + " missing, " + receipts.opened() + " results opened");
    }

    private void bounded(Receipts receipts) {
        Map<String, Integer> extra = receipts.extra();
        int sum = extra.values().stream().mapToInt(Integer::intValue).sum();
        int bound = kills.size() * IN_HAND;
        demand(sum <= bound, sum + " extra copies, more than " + bound);
        demand(extra.getOrDefault("tickets", 0) == 0, "copies on the ticket system's queue: " + extra);
        int most =
                receipts.copies().values().stream().mapToInt(List::size).max().orElse(0);
        table.put("extra copies", sum + " " + extra + " of at most " + bound + "; at most " + most + " copies of one");
    }

    /** Every file lies in {@code done} once, with results for each of its lines. */
    private void drops(Trail trail) throws Exception {
        Path drop = world.home().resolve("drop");
        demand(names(drop).equals(Set.of("done", "failed", "work")), "left in the drop directory: " + names(drop));
        demand(names(drop.resolve("work")).isEmpty(), "left in work: " + names(drop.resolve("work")));
        demand(names(drop.resolve("failed")).isEmpty(), "failed files: " + names(drop.resolve("failed")));
        Set<String> expected = new LinkedHashSet<>();
        for (Map.Entry<String, Integer> file : files.entrySet()) {
            expected.add(file.getKey());
            String results = file.getKey() + ".results.csv";
            expected.add(results);
            expected.add(file.getKey() + ".results.ndjson");
            Path csv = drop.resolve("done").resolve(results);
            long lines = Files.exists(csv) ? Files.readAllLines(csv).size() - 1 : -1;
            demand(lines == file.getValue(), results + " has " + lines + " lines, not " + file.getValue());
        }
        Set<String> done = names(drop.resolve("done"));
        Set<String> unexpected = done.stream()
                .filter(name -> !expected.contains(name) && !name.endsWith(".rejects.ndjson"))
                .collect(Collectors.toSet());
        demand(done.containsAll(expected) && unexpected.isEmpty(), "unexpected in done: " + unexpected);
        table.put(
                "files",
                files.size() + " dropped, all in done with their results; "
                        + Set.copyOf(trail.rejected()).size() + " lines rejected");
    }

    /** Without what a kill left of a file that was being written. */
    private static Set<String> names(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.matches("\\..+\\.tmp"))
                    .collect(Collectors.toSet());
        }
    }

    private void schedule(Trail trail) {
        Map<String, Integer> runs = new HashMap<>();
        trail.batches().forEach((id, event) -> {
            if (event.facts().containsKey(Fact.PLANNED)) {
                runs.merge(event.facts().get(Fact.PLANNED), 1, Integer::sum);
            }
        });
        demand(runs.values().stream().allMatch(count -> count == 1), "planned times that ran twice: " + runs);
        Map<String, Long> lines = trail.requests().values().stream()
                .filter(event -> "SCHEDULE".equals(event.facts().get(Fact.SOURCE)))
                .collect(Collectors.groupingBy(event -> event.facts().get(Fact.BATCH), Collectors.counting()));
        demand(lines.values().stream().allMatch(count -> count == 2), "runs that are not whole: " + lines);
        table.put(
                "schedule",
                lines.size() + " runs of two, each planned time once; " + (runs.size() - lines.size())
                        + " given up for a later one");
    }

    private void canaries(List<Path> logs) throws Exception {
        CanaryScan scan = CanaryScan.forSecrets(world.secrets());
        Set<String> hits = new LinkedHashSet<>();
        for (String part : List.of("data", "drop", "archive")) {
            hits.addAll(scan.hitsBelow(world.home().resolve(part)));
        }
        for (Path log : logs) {
            hits.addAll(scan.hits(log.getFileName().toString(), Files.readAllBytes(log)));
        }
        demand(hits.isEmpty(), "secrets seen: " + hits);
        table.put(
                "secrets seen",
                hits.size() + " of " + world.secrets().size() + " sought in data, drop, archive and logs");
    }

    private void demand(boolean kept, String otherwise) {
        if (!kept) {
            problems.add(otherwise);
        }
    }

    /** What was counted, in the order it is told. */
    Map<String, String> table() {
        return table;
    }

    /** Broken promises; empty if all were kept. */
    List<String> problems() {
        return problems;
    }
}
