package dev.passcourier.fetch;

import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.RequestLine;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Makes the message that camel-http sends: the request line that the provider's route has set, with exactly the headers
 * and the body that the account's protocol authorizes it with. A sign-in's call comes ready in the body.
 */
final class AuthorizeStep implements Processor {

    /** Name of the variable in which a provider's route says what it asks. */
    private static final String REQUEST_LINE = "request-line";

    private final @Nullable CloudProtocol protocol;

    private AuthorizeStep(@Nullable CloudProtocol protocol) {
        this.protocol = protocol;
    }

    /** For the calls of one account's provider route. */
    static AuthorizeStep with(CloudProtocol protocol) {
        return new AuthorizeStep(protocol);
    }

    /** For the calls of sign-ins. */
    static AuthorizeStep ready() {
        return new AuthorizeStep(null);
    }

    /**
     * Makes the message.
     *
     * @throws CannotAskException if there is no call to make; {@link HttpFailureStep} settles the attempt with it
     */
    @Override
    public void process(Exchange exchange) throws CannotAskException {
        Message message = exchange.getMessage();
        HttpCall call = protocol == null ? message.getBody(HttpCall.class) : authorized(protocol, exchange);
        message.removeHeaders("*");
        call.headers().forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_METHOD, call.line().method());
        message.setHeader(Exchange.HTTP_PATH, call.line().path());
        if (call.line().query() != null) {
            message.setHeader(Exchange.HTTP_QUERY, call.line().query());
        }
        message.setBody(call.body());
    }

    private static HttpCall authorized(CloudProtocol protocol, Exchange exchange) throws CannotAskException {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        attempt.demandOpen();
        RequestLine line = RequestLine.parse(exchange.getVariable(REQUEST_LINE, String.class));
        HttpCall call = protocol.authorize(attempt.work().request(), line, attempt.session());
        attempt.sending(call);
        return call;
    }
}
