package dev.passcourier.fetch;

import dev.passcourier.provider.HttpReply;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Reads camel-http's answer into an {@link HttpReply}, in memory only; the client bounds its size and time. The exchange
 * has no headers afterwards.
 */
final class HttpReplyStep implements Processor {

    @Override
    public void process(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        Map<String, String> headers = headers(message);
        message.removeHeaders("*");
        try (InputStream body =
                message.getBody() instanceof InputStream stream ? stream : InputStream.nullInputStream()) {
            message.setBody(new HttpReply(status, headers, body.readAllBytes()));
        }
    }

    private static Map<String, String> headers(Message message) {
        Map<String, String> headers = new HashMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (!name.startsWith("Camel")) {
                headers.put(name.toLowerCase(Locale.ROOT), String.valueOf(value));
            }
        });
        return headers;
    }
}
