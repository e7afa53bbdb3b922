package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.provider.Answer;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.vault.SealTarget;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a message of a fetch queue as an {@link Attempt} and records that the cloud is going to be asked. After too many
 * passwords that no key opened it is not: the attempt is settled at once then.
 */
final class TakeWorkStep implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(TakeWorkStep.class);

    private final AuditTrail audit;
    private final FailedOpenings failures;
    private final Supplier<Map<String, SealTarget>> targets;
    private final Clock clock;

    /**
     * Records to {@code audit}.
     *
     * @param targets from a destination's alias to the key that seals for it; taken once for each attempt
     */
    TakeWorkStep(AuditTrail audit, FailedOpenings failures, Supplier<Map<String, SealTarget>> targets, Clock clock) {
        this.audit = audit;
        this.failures = failures;
        this.targets = targets;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        InboundMessage arrival = exchange.getMessage().getBody(InboundMessage.class);
        if (!arrival.internal()) {
            throw new SecurityException("NOT_OUR_MESSAGE");
        }
        FetchWork work = WorkCodec.fromBytes(arrival.body());
        Attempt attempt = new Attempt(work);
        List<SealTarget> sealFor = sealFor(work);
        attempt.sealFor(sealFor);
        if (sealFor.size() < work.request().deliverTo().size()) {
            attempt.settleUnasked(new Answer.Ended(Verdict.FAILED, RefusalCode.DESTINATION_UNKNOWN.name()));
        } else if (failures.tooMany(work)) {
            LOG.warn(
                    "{} request {} is refused",
                    FailedOpenings.CODE,
                    work.request().id());
            attempt.settleUnasked(new Answer.Ended(Verdict.REFUSED, FailedOpenings.CODE));
        } else if (work.inspects() && !clock.instant().isBefore(work.deadline())) {
            attempt.settleUnasked(new Answer.Ended(Verdict.EXPIRED, "REPORT_OVER"));
        } else {
            recordAsking(work);
        }
        attempt.variables().forEach(exchange::setVariable);
        exchange.getMessage().setBody(null);
    }

    /** Of the destinations that there are: since the request was accepted, one may have been taken out of the settings. */
    private List<SealTarget> sealFor(FetchWork work) {
        Map<String, SealTarget> known = targets.get();
        return work.request().deliverTo().stream()
                .map(known::get)
                .filter(Objects::nonNull)
                .toList();
    }

    private void recordAsking(FetchWork work) {
        PasswordRequest request = work.request();
        audit.append(new AuditEvent(
                AuditEvent.Type.FETCHING,
                clock.instant(),
                Map.of(
                        Fact.REQUEST, request.id(),
                        Fact.ACCOUNT, request.account(),
                        Fact.INSTANCE, request.instance(),
                        Fact.ATTEMPT, String.valueOf(work.attempt()))));
    }
}
