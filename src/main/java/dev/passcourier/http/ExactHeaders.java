package dev.passcourier.http;

import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Lets out every header that the composing step has set, byte for byte, signed ones like {@code Date} among them: bean
 * for camel-http's {@code headerFilterStrategy} option. Camel's own stay in; the client itself frames the message.
 * Answers' headers come in, unless they pose as Camel's.
 */
public final class ExactHeaders implements HeaderFilterStrategy {

    private static final Set<String> OF_THE_CLIENT =
            Set.of("host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer");

    /**
     * Whether it stays in.
     *
     * @throws IllegalArgumentException if the value is not ASCII: the client would send question marks in its place
     */
    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        if (isCamels(name) || OF_THE_CLIENT.contains(name.toLowerCase(Locale.ROOT)) || hasControls(value)) {
            return true;
        }
        if (value.toString().chars().anyMatch(c -> c > '~')) {
            throw new IllegalArgumentException("HEADER_NOT_ASCII");
        }
        return false;
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return isCamels(name);
    }

    private static boolean isCamels(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("camel") || lower.startsWith("org.apache.camel");
    }

    private static boolean hasControls(Object value) {
        return value.toString().chars().anyMatch(c -> c < ' ' || c == 0x7f);
    }
}
