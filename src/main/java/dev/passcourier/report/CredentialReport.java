package dev.passcourier.report;

import dev.passcourier.vault.KeyRing.KeyInfo;
import dev.passcourier.vault.PasswordQuality;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a credential report found: the state of every machine's password, and what it rests on. Holds no
 * password, and nothing that one could be guessed by. Every form of the report is written from this alone; the same
 * document gives the same bytes.
 *
 * @param name       the report's name in the settings
 * @param run        id of this run
 * @param version    the program's version
 * @param plannedAt  when it was to begin
 * @param startedAt  when it began
 * @param endedAt    when its last inspection ended, or its deadline passed
 * @param deadline   until when inspections were waited for
 * @param zone       which times are shown in
 * @param previous   id of the run that it is compared with, or null of the first
 * @param trail      the audit trail's position that it rests on
 * @param accounts   in the order of the settings
 * @param rows       one per machine, by account and instance
 * @param recipients keys of destinations that need looking at
 * @param changes    against the previous run
 * @param trend      the last runs, oldest first, this one last
 */
public record CredentialReport(
        String name,
        String run,
        String version,
        Instant plannedAt,
        Instant startedAt,
        Instant endedAt,
        Instant deadline,
        ZoneId zone,
        @Nullable String previous,
        Trail trail,
        List<Account> accounts,
        List<Row> rows,
        List<Recipient> recipients,
        List<Change> changes,
        List<TrendPoint> trend) {

    /** Copies the lists. */
    public CredentialReport {
        accounts = List.copyOf(accounts);
        rows = List.copyOf(rows);
        recipients = List.copyOf(recipients);
        changes = List.copyOf(changes);
        trend = List.copyOf(trend);
    }

    /** What became of an inspection. */
    public enum State {
        /** The password can be read from the cloud, and a key of the ring opens it. */
        RETRIEVABLE,
        /** The cloud has none yet. */
        NOT_THERE_YET,
        /** There is none and there will be none. */
        NO_PASSWORD,
        /** The cloud refuses the account. */
        DENIED,
        /** The cloud does not know the machine any more. */
        GONE,
        /** No key of the ring opens it. */
        WRONG_KEY,
        /** The inspection failed; the code says how. */
        FAILED,
        /** It was not inspected; the code says why. */
        NOT_INSPECTED
    }

    /** How soon to act. */
    public enum Urgency {
        /** Today. */
        NOW,
        /** Until the next report. */
        SOON,
        /** When there is time. */
        LATER
    }

    /** What an auditor holds against a machine or a key, and what to do about it. */
    public enum Finding {
        /** Another machine has the same password. */
        REUSED(Urgency.NOW, "Set a password of its own on each of these machines: who has one has all."),
        /** Easy to guess. */
        WEAK(Urgency.NOW, "Change the password to a random one of 16 characters or more."),
        /** The key that opens it is too short. */
        WEAK_KEY(
                Urgency.NOW,
                "Replace the key pair by one of at least the size that the report demands, then set the password anew."),
        /** A destination's key is too weak. */
        RECIPIENT_KEY_WEAK(Urgency.NOW, "Have the recipient make a new key, and name it in the destination."),
        /** No key of the ring opens it. */
        WRONG_KEY(Urgency.SOON, "Put the private key of the machine's key pair into the account's key ring."),
        /** The cloud refuses the account. */
        DENIED(Urgency.SOON, "Check the account's credentials and its permission to read passwords."),
        /** A destination's key expires soon, or has expired. */
        RECIPIENT_KEY_EXPIRING(
                Urgency.SOON, "Renew the recipient's key before it expires: nothing can be sealed after."),
        /** It was handed over, as far as is known the same one, and can still be read from the cloud. */
        STILL_AT_CLOUD(
                Urgency.SOON,
                "Clear the record at the cloud: who has the key pair can read it as long as it is there."),
        /** The same for longer than the threshold. */
        UNCHANGED(Urgency.SOON, "Change the password: it has been the same for longer than allowed."),
        /** Nobody has it yet: none was handed over, or an earlier one. */
        NEVER_COLLECTED(Urgency.LATER, "Collect the password, or say who is to: nobody has this one so far."),
        /** It was not inspected. */
        NOT_INSPECTED(Urgency.LATER, "See why it was not inspected, and run the report again."),
        /** The cloud does not know it. */
        GONE(Urgency.LATER, "Take the machine out of the inventory if it was deleted.");

        private final Urgency urgency;
        private final String advice;

        Finding(Urgency urgency, String advice) {
            this.urgency = urgency;
            this.advice = advice;
        }

        /** How soon to act. */
        public Urgency urgency() {
            return urgency;
        }

        /** What to do, in one sentence. */
        public String advice() {
            return advice;
        }
    }

    /**
     * A place in the audit trail. What the report says was on record there.
     *
     * @param sequence of the last record that it rests on
     * @param hash     that record's hash, in lower-case hex
     */
    public record Trail(long sequence, String hash) {}

    /**
     * An account of the report's scope.
     *
     * @param id       as the settings name it
     * @param provider its cloud
     * @param code     why none of its machines could be listed or inspected, or null
     * @param reason   the same for people, or null
     */
    public record Account(
            String id,
            String provider,
            @Nullable String code,
            @Nullable String reason) {}

    /**
     * A machine.
     *
     * @param account        its account's id
     * @param instance       its id at the cloud
     * @param instanceName   what people call it, or null
     * @param state          what became of its inspection
     * @param code           why, unless it is retrievable
     * @param reason         the same for people, or null
     * @param key            that opens the password, or null
     * @param quality        of the password, or null if it was not seen
     * @param recordSince    since when the cloud has had this record, as far as known, or null
     * @param unchangedSince the earliest time at which the same password is known to have been there, or null
     * @param changed        whether the password differs from the previous run's
     * @param cluster        label that all machines with this password share, or null if no other has it
     * @param handOver       the last one to anybody, or null if there was none
     * @param request        id of the inspection, or null if there was none
     * @param sequence       number of the audit record that tells its end, or null
     * @param findings       what an auditor holds against it
     */
    public record Row(
            String account,
            String instance,
            @Nullable String instanceName,
            State state,
            @Nullable String code,
            @Nullable String reason,
            @Nullable KeyInfo key,
            @Nullable PasswordQuality quality,
            @Nullable Instant recordSince,
            @Nullable Instant unchangedSince,
            boolean changed,
            @Nullable String cluster,
            @Nullable HandOver handOver,
            @Nullable String request,
            @Nullable Long sequence,
            Set<Finding> findings) {

        /** Copies the findings, in their order of urgency. */
        public Row {
            findings = inOrder(findings);
        }
    }

    /**
     * A delivery of a password.
     *
     * @param requester   who asked, as the audit trail names them
     * @param rule        of the policy that allowed it, or null of times without a policy
     * @param destination alias
     * @param at          when it was delivered
     */
    public record HandOver(String requester, @Nullable String rule, String destination, Instant at) {}

    /**
     * A destination's key.
     *
     * @param alias       the destination
     * @param algorithm   and size, such as {@code RSA 2048}
     * @param fingerprint of the key
     * @param expiresAt   or null if it does not
     * @param findings    what is to be done about it
     */
    public record Recipient(
            String alias,
            String algorithm,
            String fingerprint,
            @Nullable Instant expiresAt,
            Set<Finding> findings) {

        /** Copies the findings, in their order of urgency. */
        public Recipient {
            findings = inOrder(findings);
        }
    }

    /**
     * What is other than it was at the previous run.
     *
     * @param account      the machine's account
     * @param instance     the machine
     * @param instanceName what people call it, or null
     * @param kind         of change
     * @param was          state or finding before, or null
     * @param is           state or finding now, or null
     */
    public record Change(
            String account,
            String instance,
            @Nullable String instanceName,
            Kind kind,
            @Nullable String was,
            @Nullable String is) {

        /** Kinds of change. */
        public enum Kind {
            /** The machine is new in the report. */
            ADDED,
            /** The machine is no longer in the report. */
            REMOVED,
            /** Another state. */
            STATE,
            /** Another password. */
            PASSWORD,
            /** It has been handed over. */
            HANDED_OVER,
            /** A finding that was not there. */
            FOUND,
            /** A finding that is no longer there. */
            SETTLED
        }
    }

    /**
     * One of the last runs.
     *
     * @param run         its id
     * @param at          when it ended
     * @param states      how many machines were in each state
     * @param withFinding how many machines had a finding
     */
    public record TrendPoint(String run, Instant at, Map<State, Integer> states, int withFinding) {

        /** Copies the counts. */
        public TrendPoint {
            EnumMap<State, Integer> copy = new EnumMap<>(State.class);
            copy.putAll(states);
            states = Collections.unmodifiableMap(copy);
        }
    }

    private static Set<Finding> inOrder(Set<Finding> findings) {
        EnumSet<Finding> copy = EnumSet.noneOf(Finding.class);
        copy.addAll(findings);
        return Collections.unmodifiableSet(copy);
    }
}
