package dev.passcourier.killloop;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The audit trail as somebody reads it who knows nothing else: what was asked, and what has ended. */
final class Trail implements AutoCloseable {

    /**
     * A delivery.
     *
     * @param kind {@code RESULT}, {@code NOTICE} or {@code REPORT}
     */
    record Parcel(String request, String alias, String kind) {}

    private final AuditReader reader;
    private final Map<String, String> ends = new HashMap<>();
    private final Set<Parcel> settled = new HashSet<>();
    private final Set<Parcel> begun = new HashSet<>();
    private final List<AuditRecord> quarantined = new ArrayList<>();
    private final Map<String, AuditEvent> firstAsked = new HashMap<>();
    private final Map<String, AuditEvent> batches = new TreeMap<>();
    private final Set<String> reported = new HashSet<>();
    private final List<String> rejected = new ArrayList<>();
    private long records;

    Trail(Path audit) {
        reader = AuditReader.whole(audit);
    }

    /** Reads on. Returns whether there was anything new. */
    boolean read() throws IOException, AuditDamage {
        long before = records;
        for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
            records++;
            apply(next);
        }
        return records > before;
    }

    private void apply(AuditRecord record) {
        Map<Fact, String> facts = record.event().facts();
        String request = facts.get(Fact.REQUEST);
        switch (record.event().type()) {
            case ASKED -> firstAsked.putIfAbsent(request, record.event());
            case FETCHING -> ends.remove(request);
            case ENDED -> end(facts);
            case DELIVERING -> begun.add(parcel(facts));
            case DELIVERED, DELIVERY_FAILED -> settled.add(parcel(facts));
            case QUARANTINED -> quarantine(record);
            case BATCH_TAKEN -> batches.put(facts.get(Fact.BATCH), record.event());
            case BATCH_REPORTED -> reported.add(facts.get(Fact.BATCH));
            default -> {
                // on the way
            }
        }
    }

    private void end(Map<Fact, String> facts) {
        if (facts.containsKey(Fact.REQUEST)) {
            ends.put(facts.get(Fact.REQUEST), facts.get(Fact.VERDICT));
        } else if (facts.containsKey(Fact.LINE)) {
            rejected.add(facts.get(Fact.BATCH) + ":" + facts.get(Fact.LINE));
        }
    }

    private void quarantine(AuditRecord record) {
        quarantined.add(record);
        String request = record.event().facts().get(Fact.REQUEST);
        if (request != null) {
            ends.put(request, "QUARANTINED");
        }
    }

    private static Parcel parcel(Map<Fact, String> facts) {
        return new Parcel(facts.get(Fact.REQUEST), facts.get(Fact.ALIAS), facts.get(Fact.KIND));
    }

    /** Whether the request has ended as it should, and everybody has been told. */
    boolean isOver(Ask ask) {
        if (isQuarantined(ask.id())) {
            return true;
        }
        boolean delivered = ask.verdict() == Verdict.DELIVERED;
        return (delivered || ends.containsKey(ask.id()))
                && ask.deliverTo().stream()
                        .allMatch(alias ->
                                settled.contains(new Parcel(ask.id(), alias, delivered ? "RESULT" : "NOTICE")));
    }

    /** Whether everything that was begun is settled, and every batch that was asked for has been reported. */
    boolean isQuiet() {
        return begun.stream().allMatch(each -> settled.contains(each) || isQuarantined(each.request()))
                && reported.containsAll(asked());
    }

    private boolean isQuarantined(String request) {
        return "QUARANTINED".equals(ends.get(request));
    }

    /** Batches of which at least one request reached the intake. */
    Set<String> asked() {
        Set<String> asked = new HashSet<>();
        for (AuditEvent event : firstAsked.values()) {
            String batch = event.facts().get(Fact.BATCH);
            if (batch != null) {
                asked.add(batch);
            }
        }
        return asked;
    }

    /** Requests by id, as they were asked first. */
    Map<String, AuditEvent> requests() {
        return firstAsked;
    }

    Map<String, AuditEvent> batches() {
        return batches;
    }

    List<AuditRecord> quarantined() {
        return quarantined;
    }

    /** Lines that could not be read, by batch and line. */
    List<String> rejected() {
        return rejected;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
