package dev.passcourier.intake;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import java.time.Clock;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Hands a batch over to the intake queue: on record first, with its number of lines, then its good lines, once. Up to
 * {@value #STEP} lines go in one transaction. A longer batch goes in several, each under an id of its own, which is made of
 * the batch's and the step's number: what is sent again after a crash is known by it.
 */
public final class BatchHandOver {

    /** Most lines of one transaction. */
    static final int STEP = 1000;

    private static final int REMEMBERED = 1000;

    private final String intakeQueue;
    private final AuditTrail audit;
    private final IntakeSender sender;
    private final Function<String, Optional<Set<Integer>>> onRecord;
    private final Predicate<String> isReported;
    private final Clock clock;

    /** The last steps on record already, which the ledger may not know yet; a broker that is away must not fill the trail with the same records. */
    private final Map<String, Integer> recorded = remembered();

    /** Batches that were first recorded by this process: no line of theirs has ended but by it. */
    private final Set<String> begun = Collections.newSetFromMap(remembered());

    /**
     * For one intake queue.
     *
     * @param intakeQueue its name on our broker
     * @param onRecord    the lines that have ended of the batch with this id, or empty if it is not on record yet: a crash
     *                    may lie between the record and the hand-over, and amid the record
     * @param isReported  whether the batch with this id is on record as reported: all its lines have ended, even if the
     *                    ledger lists them no longer
     */
    public BatchHandOver(
            String intakeQueue,
            AuditTrail audit,
            IntakeSender sender,
            Function<String, Optional<Set<Integer>>> onRecord,
            Predicate<String> isReported,
            Clock clock) {
        this.intakeQueue = intakeQueue;
        this.audit = audit;
        this.sender = sender;
        this.onRecord = onRecord;
        this.isReported = isReported;
        this.clock = clock;
    }

    /** By the ids of batches. */
    private static <V> Map<String, V> remembered() {
        return Collections.synchronizedMap(new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > REMEMBERED;
            }
        });
    }

    /**
     * Records and sends the batch, or the next lines of it.
     *
     * @param step 0 for the first lines
     * @return false if these requests had been sent before
     * @throws RuntimeException if they could not be recorded or sent: none was sent
     */
    boolean handOver(Batch batch, int step) {
        if (isReported.test(batch.id())) {
            return false;
        }
        String id = step == 0 ? batch.id() : batch.id() + "#" + (step + 1);
        if (recorded.getOrDefault(batch.id(), -1) < step) {
            record(batch, step);
            recorded.put(batch.id(), step);
        }
        List<OutboundMessage> requests = batch.lines().stream()
                .filter(line -> !(line instanceof BatchLine.Bad))
                .map(line -> outboundMessage(batch, line))
                .toList();
        return requests.isEmpty() || sender.send(requests, id);
    }

    private OutboundMessage outboundMessage(Batch batch, BatchLine line) {
        byte[] body = line instanceof BatchLine.Signed signed
                ? signed.compact()
                : WorkCodec.toBytes(((BatchLine.Good) line).request());
        return Origins.outboundMessage(intakeQueue, body, batch.origin(line.line()), line.repeats());
    }

    private void record(Batch batch, int step) {
        Optional<Set<Integer>> ended =
                step > 0 && begun.contains(batch.id()) ? Optional.of(Set.of()) : onRecord.apply(batch.id());
        if (ended.isEmpty()) {
            append(AuditEvent.Type.BATCH_TAKEN, taken(batch));
            begun.add(batch.id());
        }
        for (BatchLine line : batch.lines()) {
            if (line instanceof BatchLine.Bad bad && !ended.orElse(Set.of()).contains(bad.line())) {
                append(AuditEvent.Type.ENDED, end(batch, bad));
            }
        }
    }

    private static Map<Fact, String> taken(Batch batch) {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        facts.put(Fact.BATCH, batch.id());
        facts.put(Fact.SOURCE, batch.source().name());
        facts.put(Fact.NAME, batch.name());
        facts.put(Fact.COUNT, Integer.toString(batch.total()));
        if (batch.planned() != null) {
            facts.put(Fact.PLANNED, batch.planned().toString());
        }
        if (batch.user() != null) {
            facts.put(Fact.USER, batch.user());
        }
        return facts;
    }

    private static Map<Fact, String> end(Batch batch, BatchLine.Bad bad) {
        return Map.of(
                Fact.BATCH, batch.id(),
                Fact.LINE, Integer.toString(bad.line()),
                Fact.VERDICT, Verdict.REFUSED.name(),
                Fact.CODE, bad.code().name());
    }

    private void append(AuditEvent.Type type, Map<Fact, String> facts) {
        audit.append(new AuditEvent(type, clock.instant(), facts));
    }
}
