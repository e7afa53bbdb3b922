package dev.passcourier.fetch;

import dev.passcourier.provider.HttpReply;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Reads camel-http's answer into an {@link HttpReply}: bounded in size and time, in memory only. What cannot be read
 * becomes {@link Unreachable}. The exchange has no headers afterwards.
 */
public final class HttpReplyStep implements Processor {

    private static final Duration LONGEST_BODY = Duration.ofSeconds(30);

    private final Clock clock;

    /** Time limits are measured with {@code clock}. */
    public HttpReplyStep(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        Map<String, String> headers = headers(message);
        message.removeHeaders("*");
        try (InputStream body =
                message.getBody() instanceof InputStream stream ? stream : InputStream.nullInputStream()) {
            message.setBody(new HttpReply(status, headers, read(body)));
        } catch (BodyTooLarge e) {
            message.setBody(new Unreachable("TOO_LARGE"));
        } catch (IOException e) {
            message.setBody(HttpFailureStep.unreachable(e));
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

    private byte[] read(InputStream body) throws IOException {
        Instant latest = clock.instant().plus(LONGEST_BODY);
        byte[] buffer = new byte[8192];
        int length = 0;
        for (int n = body.read(buffer, 0, buffer.length);
                n >= 0;
                n = body.read(buffer, length, buffer.length - length)) {
            length += n;
            if (length > HttpReply.MAX_BODY) {
                Arrays.fill(buffer, (byte) 0);
                throw new BodyTooLarge();
            }
            if (clock.instant().isAfter(latest)) {
                throw new java.net.SocketTimeoutException();
            }
            if (length == buffer.length) {
                buffer = grow(buffer);
            }
        }
        byte[] exact = Arrays.copyOf(buffer, length);
        Arrays.fill(buffer, (byte) 0);
        return exact;
    }

    private static byte[] grow(byte[] buffer) {
        byte[] larger = Arrays.copyOf(buffer, buffer.length * 2);
        Arrays.fill(buffer, (byte) 0);
        return larger;
    }

    private static final class BodyTooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
