package dev.passcourier.fetch;

import dev.passcourier.provider.HttpCall;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Turns an {@link HttpCall} into the message camel-http sends: a new one, with exactly the call's headers. */
public final class HttpCallStep implements Processor {

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        HttpCall call = message.getBody(HttpCall.class);
        message.removeHeaders("*");
        call.headers().forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_METHOD, call.method());
        message.setHeader(Exchange.HTTP_PATH, call.path());
        if (call.query() != null) {
            message.setHeader(Exchange.HTTP_QUERY, call.query());
        }
        message.setBody(call.body());
    }
}
