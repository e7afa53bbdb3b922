package dev.passcourier.delivery;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import java.io.IOException;
import java.time.Instant;
import org.apache.camel.Message;

/** Writes webhooks after Standard Webhooks: {@code webhook-id} is the delivery's id, so that receivers know repeats. */
final class WebhookComposer implements Composer {

    private final WebhookSigner signer;
    private final AtRestOpener opener;

    WebhookComposer(WebhookSigner signer, AtRestOpener opener) {
        this.signer = signer;
        this.opener = opener;
    }

    @Override
    public void compose(OutboxItem item, Instant now, Message out)
            throws OutboxException, ConfigurationException, IOException {
        WebhookBody body = WebhookBody.of(item, opener);
        long timestamp = now.getEpochSecond();
        WebhookSigner.Signature signature = signer.start(item.deliveryId(), timestamp);
        body.writeTo(signature);
        out.setHeader("Content-Type", OutboxItem.JSON);
        out.setHeader("webhook-id", item.deliveryId());
        out.setHeader("webhook-timestamp", Long.toString(timestamp));
        out.setHeader("webhook-signature", signature.header());
        out.setBody(body.entity(signature.length()));
    }
}
