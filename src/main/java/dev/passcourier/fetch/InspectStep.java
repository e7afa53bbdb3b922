package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.provider.Answer;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.Vault;
import dev.passcourier.vault.VaultException;
import java.time.Clock;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Looks at the password that a report asks about, in one call of the vault, and keeps what may be told of it. The attempt
 * goes on with an answer that has no password any more, so that no later step could seal one; other attempts pass. Wipes what
 * the calls left in memory.
 */
final class InspectStep implements Processor {

    private final Opening opening;
    private final FailedOpenings failures;
    private final InspectionRecord inspections;
    private final AuditTrail audit;
    private final Clock clock;

    /** For one account. */
    InspectStep(Opening opening, FailedOpenings failures, InspectionRecord inspections, AuditTrail audit, Clock clock) {
        this.opening = opening;
        this.failures = failures;
        this.inspections = inspections;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws VaultException {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        if (!attempt.work().inspects()) {
            return;
        }
        try {
            if (attempt.answer() instanceof Answer.Found found) {
                attempt.settle(inspect(attempt.work(), found));
            }
        } finally {
            attempt.wipe();
        }
    }

    private Answer inspect(FetchWork work, Answer.Found found) throws VaultException {
        Optional<String> ciphertext = opening.maybeFingerprint(found.secret());
        try {
            Vault.Inspected inspected = opening.inspect(work.request(), found);
            audit.append(new AuditEvent(
                    AuditEvent.Type.INSPECTED, clock.instant(), opening.facts(work.request(), inspected.key())));
            inspections.inspected(work, inspected, ciphertext, clock.instant());
            return new Answer.Ended(Verdict.INSPECTED, Verdict.INSPECTED.name());
        } catch (VaultException e) {
            if (e.code() == VaultException.Code.WRONG_KEY) {
                failures.count(work, ciphertext.orElseThrow());
                return new Answer.Ended(Verdict.WRONG_KEY, e.code().name());
            }
            return Opening.answer(e);
        }
    }
}
