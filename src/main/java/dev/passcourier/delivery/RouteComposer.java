package dev.passcourier.delivery;

import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.SealedForm;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What a route of the operator's own gets: as body the sealed bytes, or the JSON of a notice or report, and ids and media
 * types as headers. What is under the service's own seal is never given to it.
 */
final class RouteComposer implements Composer {

    @Override
    public void compose(OutboxItem item, Instant now, Message out) throws OutboxException {
        if (item.isAtRest()) {
            // The start refuses such a destination; this is for an item of settings before.
            throw new OutboxException(OutboxException.Code.OUTBOX_BODY);
        }
        out.setHeader("deliveryId", item.deliveryId());
        out.setHeader("requestId", item.requestId());
        if (item.instance() != null) {
            out.setHeader("instance", item.instance());
        }
        out.setHeader("kind", item.kind().name());
        out.setHeader("contentType", item.mediaType());
        out.setHeader("attempt", item.attempt());
        if (item.isPossibleDuplicate()) {
            out.setHeader("possibleDuplicate", true);
        }
        if (item.notAfter() != null) {
            out.setHeader("expires", item.notAfter().toString());
        }
        out.setHeader(
                Exchange.FILE_NAME, item.isSealed() ? SealedForm.of(item).fileName(item) : item.fileName(".json"));
        out.setBody(item.body());
    }
}
