package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.provider.Answer;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.LockedSecret;
import dev.passcourier.vault.ResultFacts;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.Vault;
import dev.passcourier.vault.VaultException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens one account's passwords and seals them, in one call of the vault: on record before, and never one that was
 * another instance's first.
 */
final class Opening {

    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private final String provider;
    private final KeyRing keys;
    private final @Nullable Supplier<Ledger> ledger;
    private final Vault vault;
    private final AuditTrail audit;
    private final Duration lifetime;
    private final Clock clock;

    /**
     * For one account.
     *
     * @param ledger   knows whose ciphertexts were, and is asked for when there is one; null if the same ciphertext may
     *                 serve several instances
     * @param lifetime of a sealed result
     */
    Opening(
            String provider,
            KeyRing keys,
            @Nullable Supplier<Ledger> ledger,
            Vault vault,
            AuditTrail audit,
            Duration lifetime,
            Clock clock) {
        this.provider = provider;
        this.keys = keys;
        this.ledger = ledger;
        this.vault = vault;
        this.audit = audit;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /**
     * What was sealed.
     *
     * @param facts what every sealed result says beside its secret
     */
    record Result(Vault.Opened opened, ResultFacts facts) {}

    /**
     * Opens and seals.
     *
     * @throws VaultException with the code that says why; {@link #answer} says what that means
     */
    Result seal(PasswordRequest request, Answer.Found found, List<SealTarget> targets) throws VaultException {
        Instant now = clock.instant();
        recordOpening(request, found.secret(), now);
        ResultFacts facts = new ResultFacts(
                request.id(),
                provider,
                request.account(),
                request.instance(),
                found.kind(),
                found.userName(),
                now,
                now.plus(lifetime));
        return new Result(vault.seal(found.secret(), keys, request.key(), facts, targets), facts);
    }

    /**
     * Opens to look at it, and seals nothing.
     *
     * @throws VaultException with the code that says why it was not opened; {@link #answer} says what that means
     */
    Vault.Inspected inspect(PasswordRequest request, Answer.Found found) throws VaultException {
        recordOpening(request, found.secret(), clock.instant());
        return vault.inspect(found.secret(), keys, request.key());
    }

    /** What it means for the request that the vault did not seal. */
    static Answer answer(VaultException e) throws VaultException {
        String code = e.code().name();
        return switch (e.code()) {
            case KEY_MISSING -> new Answer.Ended(Verdict.WRONG_KEY, code);
            case KEY_NOT_RSA, MASKED, NOT_ENCRYPTED, CIPHERTEXT_DAMAGED -> new Answer.Ended(Verdict.NEVER, code);
            case NO_SECRET -> new Answer.NotYet(code);
            case TRANSPLANTED -> new Answer.Ended(Verdict.REFUSED, code);
            case RECIPIENT_EXPIRED -> new Answer.Ended(Verdict.FAILED, code);
            case WRONG_KEY, SEAL, NOT_OPENED, SEAL_NEWER, EXPIRED -> throw e;
        };
    }

    /** What is recorded of an opening: whose password, and with which key of the ring, if it was encrypted. */
    Map<Fact, String> facts(PasswordRequest request, KeyRing.@Nullable KeyInfo key) {
        Map<Fact, String> facts = new EnumMap<>(Map.of(
                Fact.REQUEST, request.id(),
                Fact.PROVIDER, provider,
                Fact.ACCOUNT, request.account(),
                Fact.INSTANCE, request.instance()));
        if (key != null) {
            facts.put(Fact.RING, keys.name());
            facts.put(Fact.KEY, key.fingerprint());
        }
        return facts;
    }

    /** Of a ciphertext that is whole, as any is that a key was tried on. */
    String fingerprint(LockedSecret secret) {
        return maybeFingerprint(secret).orElseThrow();
    }

    /** Of a ciphertext; empty of a secret in clear and of a malformed one. */
    Optional<String> maybeFingerprint(LockedSecret secret) {
        return vault.fingerprint(secret);
    }

    private void recordOpening(PasswordRequest request, LockedSecret secret, Instant now) throws VaultException {
        Map<Fact, String> facts = facts(request, null);
        vault.fingerprint(secret).ifPresent(fingerprint -> facts.put(Fact.FINGERPRINT, fingerprint));
        long sequence = audit.append(new AuditEvent(AuditEvent.Type.OPENING, now, facts));
        String fingerprint = facts.get(Fact.FINGERPRINT);
        if (fingerprint != null && ledger != null) {
            refuseTransplanted(ledger.get(), sequence, fingerprint, request.instance());
        }
    }

    /**
     * Refuses a ciphertext that was seen for another instance before: on clouds where the guest itself posts its "encrypted
     * password", a guest could post another machine's and have us decrypt it. Two accounts may see the same instance of one
     * cloud.
     *
     * @param sequence of the audit record that names the fingerprint and this instance
     */
    private void refuseTransplanted(Ledger known, long sequence, String fingerprint, String instance)
            throws VaultException {
        known.awaitApplied(sequence);
        boolean own = known.owner(fingerprint)
                .filter(first ->
                        first.provider().equals(provider) && first.instance().equals(instance))
                .isPresent();
        if (!own) {
            LOG.error("TRANSPLANTED {}: the ciphertext of {} was another instance's first", provider, instance);
            throw new VaultException(VaultException.Code.TRANSPLANTED);
        }
    }
}
