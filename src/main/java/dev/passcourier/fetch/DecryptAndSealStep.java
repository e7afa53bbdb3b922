package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.SealedBundles;
import dev.passcourier.provider.Answer;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.LockedSecret;
import dev.passcourier.vault.ResultFacts;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.Sealed;
import dev.passcourier.vault.Vault;
import dev.passcourier.vault.VaultException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decrypts the password that the cloud handed out and seals it for every destination, in one call of the vault, and makes
 * the outbox messages. Without a password to seal the attempt passes, with the answer that the vault's refusal means.
 * Wipes what the calls left in memory.
 */
final class DecryptAndSealStep implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(DecryptAndSealStep.class);

    private final String provider;
    private final KeyRing keys;
    private final boolean clones;
    private final boolean showInstance;
    private final Function<String, SealTarget> targets;
    private final Vault vault;
    private final Ledger ledger;
    private final WrongKeyReply wrongKey;
    private final AuditTrail audit;
    private final SealedBundles bundles;
    private final Duration lifetime;
    private final Clock clock;

    /**
     * For one account.
     *
     * @param settings of the account
     * @param targets  from a destination's alias to the key that seals for it
     * @param bundles  keeps results of batches that are to be in one file
     * @param lifetime of a sealed result
     */
    DecryptAndSealStep(
            String provider,
            KeyRing keys,
            Settings.Account settings,
            Function<String, SealTarget> targets,
            Vault vault,
            Ledger ledger,
            WrongKeyReply wrongKey,
            AuditTrail audit,
            SealedBundles bundles,
            Duration lifetime,
            Clock clock) {
        this.provider = provider;
        this.keys = keys;
        this.clones = settings.clones();
        this.showInstance = settings.showInstance();
        this.targets = targets;
        this.vault = vault;
        this.ledger = ledger;
        this.wrongKey = wrongKey;
        this.audit = audit;
        this.bundles = bundles;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws VaultException {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        try {
            if (attempt.answer() instanceof Answer.Found found) {
                exchange.getMessage().setBody(decryptAndSeal(attempt, found));
            }
        } finally {
            attempt.wipe();
        }
    }

    private @Nullable List<OutboundMessage> decryptAndSeal(Attempt attempt, Answer.Found found) throws VaultException {
        Instant began = clock.instant();
        try {
            return seal(attempt.work(), found);
        } catch (VaultException e) {
            if (e.code() == VaultException.Code.WRONG_KEY) {
                return wrongKey.end(
                        attempt.work(), vault.fingerprint(found.secret()).orElseThrow(), began);
            }
            attempt.settle(answer(e));
            return null;
        }
    }

    /** What it means for the request that the vault did not seal. */
    private static Answer answer(VaultException e) throws VaultException {
        String code = e.code().name();
        return switch (e.code()) {
            case KEY_MISSING -> new Answer.Ended(Verdict.WRONG_KEY, code);
            case KEY_NOT_RSA, MASKED, NOT_ENCRYPTED, CIPHERTEXT_DAMAGED -> new Answer.Ended(Verdict.NEVER, code);
            case NO_SECRET -> new Answer.NotYet(code);
            case TRANSPLANTED -> new Answer.Ended(Verdict.REFUSED, code);
            case RECIPIENT_EXPIRED -> new Answer.Ended(Verdict.FAILED, code);
            case WRONG_KEY, SEAL, NOT_OPENED, EXPIRED -> throw e;
        };
    }

    private List<OutboundMessage> seal(FetchWork work, Answer.Found found) throws VaultException {
        PasswordRequest request = work.request();
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
        List<SealTarget> sealFor = request.deliverTo().stream().map(targets).toList();
        Vault.Opened opened = vault.seal(found.secret(), keys, request.key(), facts, sealFor);
        recordOpened(request, opened.key(), now);
        List<OutboundMessage> outbound = new ArrayList<>();
        for (Sealed sealed : opened.sealed()) {
            outbound.add(handOver(work, sealed, facts));
        }
        return outbound;
    }

    private void recordOpening(PasswordRequest request, LockedSecret secret, Instant now) throws VaultException {
        Map<Fact, String> facts = facts(request);
        vault.fingerprint(secret).ifPresent(fingerprint -> facts.put(Fact.FINGERPRINT, fingerprint));
        long sequence = audit.append(new AuditEvent(AuditEvent.Type.OPENING, now, facts));
        String fingerprint = facts.get(Fact.FINGERPRINT);
        if (fingerprint != null && !clones) {
            refuseTransplanted(sequence, fingerprint, request.instance());
        }
    }

    /**
     * Refuses a ciphertext that was seen for another instance before: on clouds where the guest itself posts its "encrypted
     * password", a guest could post another machine's and have us decrypt it. Two accounts may see the same instance of one
     * cloud.
     *
     * @param sequence of the audit record that names the fingerprint and this instance
     */
    private void refuseTransplanted(long sequence, String fingerprint, String instance) throws VaultException {
        ledger.awaitApplied(sequence);
        boolean own = ledger.owner(fingerprint)
                .filter(first ->
                        first.provider().equals(provider) && first.instance().equals(instance))
                .isPresent();
        if (!own) {
            LOG.error("TRANSPLANTED {}: the ciphertext of {} was another instance's first", provider, instance);
            throw new VaultException(VaultException.Code.TRANSPLANTED);
        }
    }

    /** Only after it was opened is it known which key does. Nothing has left the process by then. */
    private void recordOpened(PasswordRequest request, KeyRing.@Nullable KeyInfo key, Instant now) {
        Map<Fact, String> facts = facts(request);
        if (key != null) {
            facts.put(Fact.RING, keys.name());
            facts.put(Fact.KEY, key.fingerprint());
        }
        audit.append(new AuditEvent(AuditEvent.Type.OPENED, now, facts));
    }

    private Map<Fact, String> facts(PasswordRequest request) {
        return new EnumMap<>(Map.of(
                Fact.REQUEST, request.id(),
                Fact.PROVIDER, provider,
                Fact.ACCOUNT, request.account(),
                Fact.INSTANCE, request.instance()));
    }

    private OutboundMessage handOver(FetchWork work, Sealed sealed, ResultFacts facts) {
        PasswordRequest request = work.request();
        audit.append(new AuditEvent(
                AuditEvent.Type.SEALED,
                facts.issuedAt(),
                Map.of(
                        Fact.REQUEST, request.id(),
                        Fact.ALIAS, sealed.alias(),
                        Fact.DELIVERY, sealed.deliveryId())));
        OutboxItem item = OutboxItem.result(
                sealed, request.id(), showInstance ? request.instance() : null, facts.notAfter(), facts.issuedAt());
        bundles.keep(work.origin().batch(), item);
        return OutboxCodec.outboundMessage(item, null);
    }
}
