package dev.passcourier.fetch;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.trace.TraceContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Makes the message that camel-http sends: the request line that the provider's route has set, with exactly the headers
 * and the body that the account's protocol authorizes it with. A sign-in's call comes ready in the body.
 */
final class HttpCallStep implements Processor {

    /** Name of the variable in which a provider's route says what it asks. */
    private static final String REQUEST_LINE = "request-line";

    /** Name of the variable with the time at which the call was sent. */
    private static final String SENT_AT = "call-sent-at";

    private final @Nullable CloudProtocol protocol;
    private final Turn turn;
    private final Clock clock;

    /** Waits until a call may be made. */
    @FunctionalInterface
    interface Turn {

        /** Whenever one likes. */
        Turn ANY_TIME = () -> true;

        /** Returns false if there is no turn for so long that the work had better wait in its queue. */
        boolean await() throws InterruptedException;
    }

    /** For calls that come ready: those that sign in and out. */
    HttpCallStep(Clock clock) {
        this(null, Turn.ANY_TIME, clock);
    }

    /** For the calls of one account's provider route, each of which waits for its turn before it is authorized. */
    HttpCallStep(@Nullable CloudProtocol protocol, Turn turn, Clock clock) {
        this.protocol = protocol;
        this.turn = turn;
        this.clock = new MonotonicClock(clock);
    }

    /**
     * Makes the message.
     *
     * @throws CannotAskException if there is no call to make, or the service stops while it waits for its turn;
     *     {@link HttpReplyStep} settles the attempt with it
     */
    @Override
    public void process(Exchange exchange) throws CannotAskException {
        awaitTurn();
        Message message = exchange.getMessage();
        HttpCall call = protocol == null
                ? message.getBody(HttpCall.class)
                : exchange.getVariable(Attempt.VARIABLE, Attempt.class)
                        .call(protocol, exchange.getVariable(REQUEST_LINE, String.class));
        message.removeHeaders("*");
        call.headers().forEach(message::setHeader);
        TraceContext.forClouds(exchange).forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_METHOD, call.line().method());
        message.setHeader(Exchange.HTTP_PATH, call.line().path());
        if (call.line().query() != null) {
            message.setHeader(Exchange.HTTP_QUERY, call.line().query());
        }
        message.setBody(call.body());
        exchange.setVariable(SENT_AT, clock.instant());
    }

    /** How long ago the exchange's call was sent; none if it was not. */
    Duration sinceSent(Exchange exchange) {
        return exchange.removeVariable(SENT_AT) instanceof Instant sentAt
                ? Duration.between(sentAt, clock.instant())
                : Duration.ZERO;
    }

    /** As itself the interruption would end the exchange, and as a call's failure it would count against the cloud. */
    private void awaitTurn() throws CannotAskException {
        try {
            if (!turn.await()) {
                throw new CannotAskException(new Answer.Retry(TransientFailure.STOPPING, "NO_TURN", null));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotAskException(HttpReplyStep.retry(HttpReplyStep.STOPPING, ""));
        }
    }
}
