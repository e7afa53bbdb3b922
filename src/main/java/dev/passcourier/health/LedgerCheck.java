package dev.passcourier.health;

import dev.passcourier.ledger.Ledger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether the ledger follows the audit trail and its database answers. It asks the ledger's own thread, which is in touch
 * with the database all the time, so a database that hangs does not hang this check.
 */
public final class LedgerCheck implements HealthCheck {

    /** The check's name. */
    public static final String NAME = "ledger";

    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);
    /** The first one after a failure may have been under way before it. */
    private static final int PROOFS = 2;

    private final Ledger ledger;
    private final Clock clock;
    private volatile long needed;
    private volatile boolean suspected;
    private long progress = -1;
    private Instant heard = Instant.MIN;

    /** At one ledger. */
    public LedgerCheck(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    @Override
    public void suspect(String code) {
        needed = ledger.proofs() + PROOFS;
        suspected = true;
    }

    @Override
    public Optional<HealthProblem> check() {
        boolean silent = isSilent();
        Optional<String> known = ledger.trouble();
        if (known.isPresent()) {
            return known.map(HealthProblem::new);
        }
        if (silent) {
            return Optional.of(new HealthProblem("LEDGER_SILENT"));
        }
        if (suspected && ledger.proofs() < needed) {
            return Optional.of(new HealthProblem("LEDGER_BEHIND"));
        }
        suspected = false;
        return Optional.empty();
    }

    private boolean isSilent() {
        long now = ledger.progress();
        if (now != progress) {
            progress = now;
            heard = clock.instant();
        }
        return heard.plus(LONGEST_SILENCE).isBefore(clock.instant());
    }
}
