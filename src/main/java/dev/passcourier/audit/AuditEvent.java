package dev.passcourier.audit;

import java.time.Instant;
import java.util.Map;

/**
 * One act, recorded before it is done. The facts are ids, counts, times and codes from {@link Fact}; there is no field
 * that could hold a secret.
 *
 * @param type  what happens
 * @param at    when
 * @param facts the ids it happens to, only those known
 */
public record AuditEvent(Type type, Instant at, Map<Fact, String> facts) {

    /** Copies the facts. */
    public AuditEvent {
        facts = Map.copyOf(facts);
    }

    /** What happens. */
    public enum Type {
        /**
         * A batch file or a schedule's run was taken: {@code BATCH, SOURCE, NAME, COUNT, PLANNED}, and of a
         * run by hand {@code USER} instead of {@code PLANNED}.
         */
        BATCH_TAKEN,
        /** A request is looked at: {@code REQUEST, ACCOUNT, INSTANCE, SOURCE, REFERENCE, USER, SIGNER, BATCH, LINE, WHO}. */
        ASKED,
        /**
         * It may go on: {@code REQUEST, RULE, DESTINATIONS} (comma separated aliases), {@code DEADLINE}, and so that it can
         * be made again with what {@link #ASKED} has: {@code PARAMETERS}, and {@code KEY}, the name of the key pair, if it
         * names one.
         */
        ALLOWED,
        /** The cloud is asked: {@code REQUEST, ACCOUNT, INSTANCE, ATTEMPT}. */
        FETCHING,
        /**
         * The cloud's answer was not the password and it will be asked again: {@code REQUEST, CODE, ATTEMPT}, and
         * {@code NEXT}, when, if a time was set.
         */
        POSTPONED,
        /**
         * The cloud's answer is about to be opened: {@code REQUEST, PROVIDER, ACCOUNT, INSTANCE}, and of an encrypted one
         * {@code FINGERPRINT}, the HMAC of the ciphertext.
         */
        OPENING,
        /**
         * It was opened, and sealed for every destination: {@code REQUEST, PROVIDER, ACCOUNT, INSTANCE}, and of an
         * encrypted one which key opened it: {@code RING}, the ring's name, and {@code KEY}, the fingerprint of the key's
         * public half as {@code ssh-keygen -l} prints it. Earlier builds wrote it where {@link #OPENING} stands, with
         * {@code FINGERPRINT} instead.
         */
        OPENED,
        /**
         * It was opened to be looked at for a report, sealed for nobody and wiped: {@code REQUEST, PROVIDER, ACCOUNT,
         * INSTANCE}, and of an encrypted one {@code RING, KEY}, as with {@link #OPENED}.
         */
        INSPECTED,
        /** One destination's result goes to its outbox: {@code REQUEST, ALIAS, DELIVERY}. */
        SEALED,
        /** A delivery is tried: {@code REQUEST, ALIAS, DELIVERY, KIND, ATTEMPT}. */
        DELIVERING,
        /** The destination has it: {@code REQUEST, ALIAS, DELIVERY, KIND, CODE, ATTEMPT}. */
        DELIVERED,
        /** It will be tried again: {@code REQUEST, ALIAS, DELIVERY, KIND, CODE, ATTEMPT}, and {@code NEXT}, when. */
        DELIVERY_POSTPONED,
        /** It will not be delivered there: {@code REQUEST, ALIAS, DELIVERY, KIND, CODE, VERDICT}. */
        DELIVERY_FAILED,
        /**
         * A command asks for a password, which is no request with deliveries of its own: {@code REQUEST, ACCOUNT, INSTANCE,
         * SOURCE, USER, DESTINATIONS} (one: whom it is handed to), {@code PARAMETERS, ATTEMPT}, {@code KEY} if it names
         * one, and {@code RULE}, the rule that allows it, or {@code own-credentials} where there are no settings.
         */
        GET,
        /**
         * Its password was opened, and sealed for whom it is handed to: {@code REQUEST, PROVIDER, ACCOUNT, INSTANCE, ALIAS,
         * DELIVERY}, and of an encrypted one {@code RING, KEY}, as with {@link #OPENED}.
         */
        GOT,
        /**
         * It has got none: {@code REQUEST, ACCOUNT, INSTANCE, CODE, ATTEMPT}, and {@code VERDICT} unless it may ask again.
         * If the policy refused it, no {@link #GET} stands before, and who asked is here.
         */
        NOT_GOT,
        /**
         * The cloud is told to forget a password: {@code REQUEST, ACCOUNT, INSTANCE, ATTEMPT}, and if a command had it do
         * so {@code SOURCE, USER, RULE}.
         */
        CLEARING,
        /** The cloud has no record of it any more: {@code REQUEST, ACCOUNT, INSTANCE, CODE}. */
        CLEARED,
        /** The cloud is told so again later: {@code REQUEST, CODE, ATTEMPT}. */
        CLEAR_POSTPONED,
        /** The cloud's record stays: {@code REQUEST, ACCOUNT, INSTANCE, CODE, VERDICT}, or who asked if the policy refused. */
        NOT_CLEARED,
        /**
         * The request ended otherwise than by deliveries: {@code REQUEST, VERDICT, CODE, ATTEMPT}, and for a line that
         * could not even be read {@code BATCH, LINE} instead of {@code REQUEST}; of one that no rule grants also
         * {@code RULE}, the rule that came nearest and what of it did not fit; of a file that was refused whole
         * {@code SOURCE, NAME} and {@code REFERENCE}, the SHA-256 of what could be read of it.
         */
        ENDED,
        /**
         * A message went to quarantine unread or after too many attempts: {@code REFERENCE, QUEUE, CODE}, and of our own
         * messages whose work ends so, {@code REQUEST, ALIAS, DELIVERY, KIND}, or {@code BATCH, LINE}.
         */
        QUARANTINED,
        /**
         * What had failed, was quarantined or was lost goes back to the queue it came from: {@code REFERENCE, QUEUE, CODE}
         * (why it failed, was quarantined or is sent again), and of it what is known of {@code REQUEST, ALIAS, DELIVERY,
         * KIND, BATCH, LINE}.
         */
        REDRIVEN,
        /** A batch's results or a run's report were written: {@code BATCH}. */
        BATCH_REPORTED,
        /**
         * The trail was mended when it was opened: its end was cut back to the last whole record, or its head file was
         * missing: {@code NAME, COUNT, CODE}.
         */
        REPAIRED,
        /**
         * All that the service keeps goes into a backup: {@code REFERENCE} (its id), {@code NAME} (the file), {@code USER},
         * and {@code CODE}: {@code SEALED}, {@code WITH_KEYS} or {@code WITHOUT_KEYS}.
         */
        BACKED_UP,
        /**
         * What a backup held is the service's own again, and begins to work: {@code RESTORE} (the restore's id), {@code
         * REFERENCE} (the backup's), {@code PLANNED} (when it was made), {@code POSITION} (its last record), {@code ATTEMPT}
         * (how often this backup has been restored, as far as is known), {@code COUNT} (ids of work that waited).
         */
        RESTORED,
        /** The record before is signed, and by the chain all before it: {@code TRAIL, KEY, SIGNATURE}. */
        CHECKPOINT,
        /**
         * Other settings are put in force while the service runs: {@code USER} who had it done, {@code BEFORE} and
         * {@code AFTER}, the SHA-256 of the settings' file, and {@code CHANGES}, what differs by name; with {@code CODE}, why,
         * if the settings before were taken back because the others could not be put in force.
         */
        RELOADED,
        /**
         * A key of the service's own is replaced in steps: {@code NAME}, which ({@code signing-key}, {@code at-rest-key}),
         * {@code CODE}, the step ({@code PREPARED}, {@code SWITCHED}, {@code RETIRED}, or {@code TAKEN_BACK} if the switch
         * recorded before could not be made), {@code BEFORE} and {@code AFTER}, the keys' fingerprints, and {@code USER} who
         * had it done. A checkpoint of the key before signs the record that the signing key is switched.
         */
        ROTATED,
        /** The trail can be written again, after appends had failed: {@code CODE}, why. */
        RESUMED,
        /**
         * What is older than the settings keep it goes: {@code NAME} (what: {@code ledger}, {@code reports}, {@code done},
         * {@code audit}), {@code COUNT}, {@code BEFORE}, and {@code USER} if a command had it done. Of the ledger, the rows
         * that ended up to that time, and of a batch that was reported just then the lines up to {@code LINE}. Of this trail,
         * the records up to {@code POSITION}, archived by the cut whose SHA-256 is {@code REFERENCE}.
         */
        RETENTION
    }

    /**
     * Names of facts. The writer escapes the values, removes invisible characters and cuts at 200 characters; only
     * {@link #DESTINATIONS}, {@link #PARAMETERS} and {@link #CHANGES}, made of names and ids, may have 8192.
     */
    public enum Fact {
        REQUEST,
        ACCOUNT,
        PROVIDER,
        INSTANCE,
        SOURCE,
        REFERENCE,
        USER,
        SIGNER,
        WHO,
        REASON,
        BATCH,
        LINE,
        NAME,
        COUNT,
        PLANNED,
        RULE,
        DESTINATIONS,
        DEADLINE,
        PARAMETERS,
        ATTEMPT,
        NEXT,
        CODE,
        VERDICT,
        RING,
        KEY,
        FINGERPRINT,
        ALIAS,
        DELIVERY,
        KIND,
        QUEUE,
        TRAIL,
        SIGNATURE,
        BEFORE,
        POSITION,
        /** Of a delivery: it waited in a backup when that was restored, so its recipient may have got it before. */
        RESTORE,
        AFTER,
        CHANGES
    }
}
