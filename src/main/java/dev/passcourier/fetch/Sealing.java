package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.Envelope;
import dev.passcourier.delivery.OutboxCodec;
import dev.passcourier.delivery.OutboxItem;
import dev.passcourier.delivery.OutboxItems;
import dev.passcourier.provider.Answer;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.LockedSecret;
import dev.passcourier.vault.Opened;
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
import org.jspecify.annotations.Nullable;

/** Has the vault open a password and seal it for every destination, in one call, and makes the outbox messages. */
final class Sealing {

    private final String provider;
    private final KeyRing keys;
    private final boolean clones;
    private final Function<String, SealTarget> targets;
    private final Vault vault;
    private final TransplantGuard guard;
    private final AuditTrail audit;
    private final Duration lifetime;
    private final Clock clock;

    /**
     * For one account.
     *
     * @param clones   whether the account says {@code clones: allowed}
     * @param targets  from a destination's alias to the key that seals for it
     * @param lifetime of a sealed result
     */
    Sealing(
            String provider,
            KeyRing keys,
            boolean clones,
            Function<String, SealTarget> targets,
            Vault vault,
            TransplantGuard guard,
            AuditTrail audit,
            Duration lifetime,
            Clock clock) {
        this.provider = provider;
        this.keys = keys;
        this.clones = clones;
        this.targets = targets;
        this.vault = vault;
        this.guard = guard;
        this.audit = audit;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    List<Envelope> seal(FetchWork work, Answer.Found found) throws VaultException {
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
        Opened opened = vault.seal(found.secret(), keys, request.key(), facts, sealFor);
        recordOpened(request, opened.key(), now);
        List<Envelope> envelopes = new ArrayList<>();
        for (Sealed sealed : opened.sealed()) {
            envelopes.add(handOver(request, sealed, facts));
        }
        return envelopes;
    }

    private void recordOpening(PasswordRequest request, LockedSecret secret, Instant now) throws VaultException {
        Map<Fact, String> facts = facts(request);
        vault.fingerprint(secret).ifPresent(fingerprint -> facts.put(Fact.FINGERPRINT, fingerprint));
        long sequence = audit.append(new AuditEvent(AuditEvent.Type.OPENING, now, facts));
        String fingerprint = facts.get(Fact.FINGERPRINT);
        if (fingerprint != null && !clones) {
            guard.check(sequence, fingerprint, provider, request.instance());
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

    private Envelope handOver(PasswordRequest request, Sealed sealed, ResultFacts facts) {
        audit.append(new AuditEvent(
                AuditEvent.Type.SEALED,
                facts.issuedAt(),
                Map.of(
                        Fact.REQUEST, request.id(),
                        Fact.ALIAS, sealed.alias(),
                        Fact.DELIVERY, sealed.deliveryId())));
        OutboxItem item = OutboxItems.result(sealed, request.id(), facts.notAfter(), facts.issuedAt());
        return OutboxCodec.envelope(item, null);
    }
}
