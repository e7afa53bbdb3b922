package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.Arrival;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.WorkCodec;
import java.time.Clock;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Opens a message of a fetch queue as a {@link Conversation} and records that the cloud is going to be asked. */
public final class OpenWorkStep implements Processor {

    private final AuditTrail audit;
    private final Clock clock;

    /** Records to {@code audit}. */
    public OpenWorkStep(AuditTrail audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Arrival arrival = exchange.getMessage().getBody(Arrival.class);
        if (!arrival.internal()) {
            throw new SecurityException("NOT_OUR_MESSAGE");
        }
        FetchWork work = WorkCodec.fromBytes(arrival.body());
        PasswordRequest request = work.request();
        audit.append(new AuditEvent(
                AuditEvent.Type.FETCHING,
                clock.instant(),
                Map.of(
                        Fact.REQUEST, request.id(),
                        Fact.ACCOUNT, request.account(),
                        Fact.INSTANCE, request.instance(),
                        Fact.ATTEMPT, String.valueOf(work.attempt()))));
        exchange.setVariable(Conversation.VARIABLE, new Conversation(work));
        exchange.getMessage().setBody(null);
    }
}
