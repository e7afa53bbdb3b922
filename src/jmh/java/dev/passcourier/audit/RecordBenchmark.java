package dev.passcourier.audit;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.Story;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** Records on the disk, and what the ledger makes of them. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RecordBenchmark {

    /** A trail to append to. */
    @State(Scope.Benchmark)
    public static class Trail {

        private final AuditEvent event = new AuditEvent(
                AuditEvent.Type.FETCHING,
                Instant.EPOCH,
                Map.of(Fact.REQUEST, "request-1", Fact.ACCOUNT, "a0", Fact.INSTANCE, "i-1", Fact.ATTEMPT, "1"));
        private FileAuditTrail trail;

        @Setup
        public void open() throws Exception {
            trail = FileAuditTrail.open(Files.createTempDirectory("trail").resolve("audit"), Clock.systemUTC());
        }

        @TearDown
        public void close() throws Exception {
            trail.close();
        }
    }

    /** A trail of requests that were delivered, which no ledger has seen. */
    @State(Scope.Benchmark)
    public static class Told {

        static final int REQUESTS = 2_000;

        private FileAuditTrail trail;
        private Path ledgers;
        private int number;

        @Setup
        public void tell() throws Exception {
            ledgers = Files.createTempDirectory("ledgers");
            trail = FileAuditTrail.open(
                    ledgers.resolve("audit"), Clock.systemUTC(), Checkpoints.none(), this::unsynced, 1L << 40);
            Story story = new Story(trail);
            for (int i = 0; i < REQUESTS; i++) {
                String id = "request-" + i;
                story.asked(id, "message-" + i)
                        .allowed(id, "out")
                        .fetching(id, 1)
                        .opened(id, "fingerprint-" + i)
                        .sealed(id, "out")
                        .delivering(id, "out", 1)
                        .delivered(id, "out", 1);
            }
        }

        private AuditFile unsynced(Path path) throws java.io.IOException {
            return new AuditFile(path) {
                @Override
                void sync() {}
            };
        }

        @TearDown
        public void close() throws Exception {
            trail.close();
        }
    }

    @Benchmark
    public long appendByOne(Trail trail) {
        return trail.trail.append(trail.event);
    }

    /** Sixty-four callers share syncs; the time is that of one of them. */
    @Benchmark
    @Threads(64)
    public long appendByMany(Trail trail) {
        return trail.trail.append(trail.event);
    }

    /** All records of one request, as one of many. */
    @Benchmark
    @OperationsPerInvocation(Told.REQUESTS)
    public void applyToTheLedger(Told told) throws Exception {
        Path directory = told.ledgers.resolve("ledger-" + told.number++);
        try (Ledger ledger = Ledger.follow(told.trail, LedgerDatabase.h2(directory))) {
            ledger.awaitApplied(told.trail.position(), Duration.ofMinutes(5));
        }
    }
}
