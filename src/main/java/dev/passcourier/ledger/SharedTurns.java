package dev.passcourier.ledger;

import java.time.Duration;
import java.util.Optional;

/**
 * The turns of accounts that several nodes ask, given out one after the other by the database and on its clock. No turn
 * is saved up: after a silence they begin with the present. All methods answer within seconds, or throw a
 * {@link LedgerException}: {@code LEDGER_LOCKED} if another session holds the account for too long, else
 * {@code LEDGER_DATABASE}.
 */
public interface SharedTurns {

    /**
     * Takes the next turns of an account.
     *
     * @param apart    the distance of each to the one after it, whoever has that
     * @param many     how many
     * @param furthest how far ahead the first may be
     * @return how long until the first; empty, with none taken, if that is further ahead
     */
    Optional<Duration> take(String account, Duration apart, int many, Duration furthest);
}
