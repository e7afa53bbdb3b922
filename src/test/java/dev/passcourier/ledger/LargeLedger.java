package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.LargeTrail;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Makes a data directory with as many requests on record as wanted: {@code LargeLedger DIR REQUESTS}. Half of them belong
 * to one batch that still runs; of all, one in a hundred has not ended, one in fifty has failed.
 */
public final class LargeLedger {

    public static final String BATCH = "ab".repeat(32);

    private LargeLedger() {}

    public static void main(String[] arguments) throws Exception {
        make(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    }

    /** Makes trail and ledger. */
    public static void make(Path data, int requests) throws Exception {
        long begun = System.nanoTime();
        trail(data.resolve("audit"), requests);
        System.out.printf("trail made in %d s%n", (System.nanoTime() - begun) / 1_000_000_000);
        LedgerMaintenance.Made made = LedgerMaintenance.h2(data.resolve("ledger"))
                .rebuild(List.of(data.resolve("audit")), records -> {
                    if (records % 100_000 == 0) {
                        System.out.printf("%d records, %d s%n", records, (System.nanoTime() - begun) / 1_000_000_000);
                    }
                });
        System.out.println(made);
    }

    private static void trail(Path directory, int requests) throws IOException {
        Instant begin = Instant.parse("2026-11-29T00:00:00Z");
        try (LargeTrail trail = new LargeTrail(directory, begin)) {
            trail.tell(
                    AuditEvent.Type.BATCH_TAKEN,
                    Fact.BATCH,
                    BATCH,
                    Fact.SOURCE,
                    "FILE",
                    Fact.NAME,
                    "large.csv",
                    Fact.COUNT,
                    requests / 2);
            for (int i = 1; i <= requests; i++) {
                request(trail, i, requests);
            }
        }
    }

    private static void request(LargeTrail trail, int i, int requests) throws IOException {
        String id = "req-%06d".formatted(i);
        String account = "account-" + i % 5;
        String instance = "6f2c1d3e-4b5a-6978-8796-%012d".formatted(i);
        if (i <= requests / 2) {
            trail.tell(
                    AuditEvent.Type.ASKED,
                    Fact.REQUEST,
                    id,
                    Fact.ACCOUNT,
                    account,
                    Fact.INSTANCE,
                    instance,
                    Fact.SOURCE,
                    "FILE",
                    Fact.REFERENCE,
                    BATCH + ":" + i,
                    Fact.BATCH,
                    BATCH,
                    Fact.LINE,
                    i);
        } else {
            trail.tell(
                    AuditEvent.Type.ASKED,
                    Fact.REQUEST,
                    id,
                    Fact.ACCOUNT,
                    account,
                    Fact.INSTANCE,
                    instance,
                    Fact.SOURCE,
                    "JMS",
                    Fact.REFERENCE,
                    "ID:" + i,
                    Fact.USER,
                    "orchestrator");
        }
        trail.tell(
                AuditEvent.Type.ALLOWED,
                Fact.REQUEST,
                id,
                Fact.RULE,
                "orchestrator",
                Fact.DESTINATIONS,
                "ops-mail",
                Fact.DEADLINE,
                trail.now().plusSeconds(1200));
        trail.tell(
                AuditEvent.Type.FETCHING,
                Fact.REQUEST,
                id,
                Fact.ACCOUNT,
                account,
                Fact.INSTANCE,
                instance,
                Fact.ATTEMPT,
                1);
        if (i % 100 == 0) {
            trail.tell(
                    AuditEvent.Type.POSTPONED,
                    Fact.REQUEST,
                    id,
                    Fact.CODE,
                    "HTTP_503",
                    Fact.ATTEMPT,
                    1,
                    Fact.NEXT,
                    trail.now().plusSeconds(30));
            return;
        }
        if (i % 50 == 1) {
            trail.tell(
                    AuditEvent.Type.ENDED,
                    Fact.REQUEST,
                    id,
                    Fact.VERDICT,
                    "WRONG_KEY",
                    Fact.CODE,
                    "WRONG_KEY",
                    Fact.ATTEMPT,
                    1);
            return;
        }
        trail.tell(
                AuditEvent.Type.OPENING,
                Fact.REQUEST,
                id,
                Fact.PROVIDER,
                "kakaocloud",
                Fact.ACCOUNT,
                account,
                Fact.INSTANCE,
                instance,
                Fact.FINGERPRINT,
                "fp-" + i);
        trail.tell(
                AuditEvent.Type.OPENED,
                Fact.REQUEST,
                id,
                Fact.PROVIDER,
                "kakaocloud",
                Fact.ACCOUNT,
                account,
                Fact.INSTANCE,
                instance,
                Fact.RING,
                "windows",
                Fact.KEY,
                "SHA256:k");
        trail.tell(AuditEvent.Type.SEALED, Fact.REQUEST, id, Fact.ALIAS, "ops-mail", Fact.DELIVERY, "dlv_" + i);
        for (AuditEvent.Type type : List.of(AuditEvent.Type.DELIVERING, AuditEvent.Type.DELIVERED)) {
            trail.tell(
                    type,
                    Fact.REQUEST,
                    id,
                    Fact.ALIAS,
                    "ops-mail",
                    Fact.DELIVERY,
                    "dlv_" + i,
                    Fact.KIND,
                    "RESULT",
                    Fact.CODE,
                    "OK",
                    Fact.ATTEMPT,
                    1);
        }
    }
}
