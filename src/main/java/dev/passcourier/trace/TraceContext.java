package dev.passcourier.trace;

import java.util.Map;
import org.apache.camel.Exchange;

/**
 * The trace of the message in hand, as what goes out because of it carries it on: the headers {@code traceparent} and
 * {@code tracestate} of W3C Trace Context, which are properties of the same names in JMS. None without tracing.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/">Trace Context</a>
 */
public final class TraceContext {

    private static final String MESSAGES = "passcourier-trace";
    private static final String CLOUDS = "passcourier-trace-clouds";

    private TraceContext() {}

    /** For messages to our queues, and for deliveries to queues and webhooks. */
    public static Map<String, String> of(Exchange exchange) {
        return headers(exchange, MESSAGES);
    }

    /** For calls to clouds, which get it only if the settings say so. */
    public static Map<String, String> forClouds(Exchange exchange) {
        return headers(exchange, CLOUDS);
    }

    static void set(Exchange exchange, Map<String, String> headers, boolean clouds) {
        exchange.setProperty(MESSAGES, Map.copyOf(headers));
        if (clouds) {
            exchange.setProperty(CLOUDS, Map.copyOf(headers));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> headers(Exchange exchange, String property) {
        return exchange.getProperty(property, Map.of(), Map.class);
    }
}
