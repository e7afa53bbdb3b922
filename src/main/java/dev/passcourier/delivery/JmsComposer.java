package dev.passcourier.delivery;

import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.SealedForm;
import dev.passcourier.trace.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.camel.Message;
import org.apache.camel.component.jms.JmsConstants;

/**
 * Writes text messages: what is sealed as compact JWE, or in base64 if it is of another format; everything else as JSON.
 * Properties hold ids and media types only.
 */
final class JmsComposer implements Composer {

    @Override
    public void compose(OutboxItem item, Instant now, Message out) throws OutboxException {
        out.setHeader(JmsConstants.JMS_HEADER_CORRELATION_ID, item.requestId());
        out.setHeader("deliveryId", item.deliveryId());
        out.setHeader("requestId", item.requestId());
        if (item.instance() != null) {
            out.setHeader("instance", item.instance());
        }
        out.setHeader("kind", item.kind().name());
        out.setHeader("contentType", item.mediaType());
        out.setHeader("attempt", item.attempt());
        TraceContext.of(out.getExchange()).forEach(out::setHeader);
        if (item.isPossibleDuplicate()) {
            out.setHeader("possibleDuplicate", true);
        }
        Instant notAfter = item.notAfter();
        if (notAfter != null) {
            out.setHeader(JmsConstants.JMS_HEADER_EXPIRATION, notAfter.toEpochMilli());
        }
        if (item.isSealed() && SealedForm.of(item).isBase64()) {
            out.setHeader("encoding", "base64");
        }
        out.setBody(text(item));
    }

    private static String text(OutboxItem item) throws OutboxException {
        if (item.isAtRest()) {
            // Cleartext on a broker is never right; the start refuses such a destination.
            throw new OutboxException(OutboxException.Code.OUTBOX_BODY);
        }
        return item.isSealed() ? SealedForm.of(item).text(item) : new String(item.body(), StandardCharsets.UTF_8);
    }
}
