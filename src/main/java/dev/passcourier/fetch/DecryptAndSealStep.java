package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.SealedBundles;
import dev.passcourier.provider.Answer;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.vault.ResultFacts;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.Sealed;
import dev.passcourier.vault.VaultException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    private final Opening opening;
    private final Settings.AfterDelivery afterDelivery;
    private final boolean showInstance;
    private final WrongKeyReply wrongKey;
    private final AuditTrail audit;
    private final SealedBundles bundles;
    private final RetryTable retryTable;
    private final Clock clock;

    /**
     * For one account.
     *
     * @param opening    of its passwords
     * @param settings   of the account
     * @param bundles    keeps results of batches that are to be in one file
     * @param retryTable says when it is first looked whether a password that the cloud is to forget was delivered
     */
    DecryptAndSealStep(
            Opening opening,
            Settings.Account settings,
            WrongKeyReply wrongKey,
            AuditTrail audit,
            SealedBundles bundles,
            RetryTable retryTable,
            Clock clock) {
        this.opening = opening;
        this.afterDelivery = settings.afterDelivery();
        this.showInstance = settings.showInstance();
        this.wrongKey = wrongKey;
        this.audit = audit;
        this.bundles = bundles;
        this.retryTable = retryTable;
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
            return seal(attempt.work(), attempt.sealFor(), found);
        } catch (VaultException e) {
            if (e.code() == VaultException.Code.WRONG_KEY) {
                return wrongKey.end(attempt.work(), opening.fingerprint(found.secret()), began);
            }
            attempt.settle(Opening.answer(e));
            return null;
        }
    }

    private List<OutboundMessage> seal(FetchWork work, List<SealTarget> sealFor, Answer.Found found)
            throws VaultException {
        PasswordRequest request = work.request();
        Opening.Result result = opening.seal(request, found, sealFor);
        ResultFacts facts = result.facts();
        // Only after it was opened is it known which key does. Nothing has left the process by then.
        List<AuditEvent> done = new ArrayList<>();
        done.add(new AuditEvent(
                AuditEvent.Type.OPENED,
                facts.issuedAt(),
                opening.facts(request, result.opened().key())));
        for (Sealed sealed : result.opened().sealed()) {
            done.add(new AuditEvent(
                    AuditEvent.Type.SEALED,
                    facts.issuedAt(),
                    Map.of(
                            Fact.REQUEST, request.id(),
                            Fact.ALIAS, sealed.alias(),
                            Fact.DELIVERY, sealed.deliveryId())));
        }
        audit.append(done);
        List<OutboundMessage> outbound = new ArrayList<>();
        for (Sealed sealed : result.opened().sealed()) {
            outbound.add(handOver(work, sealed, facts));
        }
        if (afterDelivery != Settings.AfterDelivery.KEEP) {
            boolean unsealed = sealFor.stream().anyMatch(target -> target.recipient() == null);
            if (unsealed && afterDelivery != Settings.AfterDelivery.CLEAR_ALSO_UNSEALED) {
                Clearing.leave(work, "UNSEALED", audit, facts.issuedAt());
            } else {
                outbound.add(Clearing.later(
                        new FetchWork(request, work.origin(), facts.issuedAt(), facts.notAfter(), 1, 0),
                        retryTable,
                        facts.issuedAt()));
            }
        }
        return outbound;
    }

    private OutboundMessage handOver(FetchWork work, Sealed sealed, ResultFacts facts) {
        PasswordRequest request = work.request();
        OutboxItem item = OutboxItem.result(
                sealed, request.id(), showInstance ? request.instance() : null, facts.notAfter(), facts.issuedAt());
        bundles.keep(work.origin(), item);
        return OutboxCodec.outboundMessage(item, null);
    }
}
