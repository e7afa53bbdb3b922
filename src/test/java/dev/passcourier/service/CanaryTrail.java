package dev.passcourier.service;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.service.CanaryWorld.Canary;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The audit trail of a service that runs, as its reader understands it: who asked for what, and how it ended. */
final class CanaryTrail implements AutoCloseable {

    private final AuditReader reader;
    private final Map<String, String> requests = new HashMap<>();
    private final Map<String, String> ends = new HashMap<>();
    private final Map<String, Map<String, String>> settled = new HashMap<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final List<AuditEvent> events = new ArrayList<>();
    private Instant sealed = Instant.MIN;

    CanaryTrail(Path audit) {
        reader = AuditReader.whole(audit);
    }

    CanaryTrail read() throws Exception {
        for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
            events.add(next.event());
            apply(next.event());
        }
        return this;
    }

    private void apply(AuditEvent event) {
        Map<Fact, String> facts = event.facts();
        String request = facts.get(Fact.REQUEST);
        switch (event.type()) {
            case ASKED -> requests.put(facts.get(Fact.INSTANCE), request);
            case ENDED -> ends.put(request, facts.get(Fact.VERDICT) + " " + facts.get(Fact.CODE));
            case SEALED -> sealed = event.at();
            case DELIVERING -> aliases.put(facts.get(Fact.DELIVERY), facts.get(Fact.ALIAS));
            case DELIVERED -> settle(facts, "DELIVERED");
            case DELIVERY_FAILED -> settle(facts, facts.get(Fact.VERDICT) + " " + facts.get(Fact.CODE));
            default -> {
                // on the way
            }
        }
    }

    private void settle(Map<Fact, String> facts, String how) {
        settled.computeIfAbsent(facts.get(Fact.REQUEST), request -> new HashMap<>())
                .put(facts.get(Fact.ALIAS), how);
    }

    /** Whether everybody has been told; who may not ask names nobody who could be. */
    boolean isOver(Canary canary) {
        String request = requests.get(canary.instance());
        return "REFUSED NOT_ALLOWED".equals(ends.get(request))
                || settled.getOrDefault(request, Map.of()).keySet().containsAll(canary.deliverTo());
    }

    /** How it ended: the request itself, or else its deliveries, each way once. */
    Set<String> end(Canary canary) {
        String request = requests.get(canary.instance());
        return ends.containsKey(request)
                ? Set.of(ends.get(request))
                : new TreeSet<>(settled.getOrDefault(request, Map.of()).values());
    }

    /** When the last result was sealed. */
    Instant sealed() {
        return sealed;
    }

    /** The destination of a delivery. */
    String alias(String delivery) {
        return aliases.getOrDefault(delivery, "");
    }

    List<AuditEvent> of(AuditEvent.Type type) {
        return events.stream().filter(event -> event.type() == type).toList();
    }

    @Override
    public void close() throws Exception {
        reader.close();
    }
}
