package dev.passcourier.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.OutboxJson;
import dev.passcourier.outbox.SealedForm;
import dev.passcourier.trace.TraceContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import org.apache.camel.Message;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.jspecify.annotations.Nullable;

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
        Body body = Body.of(item, opener);
        long timestamp = now.getEpochSecond();
        WebhookSigner.Signature signature = signer.start(item.deliveryId(), timestamp);
        body.writeTo(signature);
        out.setHeader("Content-Type", OutboxItem.JSON);
        out.setHeader("webhook-id", item.deliveryId());
        out.setHeader("webhook-timestamp", Long.toString(timestamp));
        out.setHeader("webhook-signature", signature.header());
        TraceContext.of(out.getExchange()).forEach(out::setHeader);
        out.setBody(new Entity(body, signature.length()));
    }

    /**
     * The JSON of a webhook: ids, and the content as its last member. A result in clear is opened while it is written and
     * never lies in the JSON tree.
     */
    private static final class Body {

        private final byte[] head;
        private final @Nullable AtRestResult clear;

        private Body(byte[] head, @Nullable AtRestResult clear) {
            this.head = head;
            this.clear = clear;
        }

        static Body of(OutboxItem item, AtRestOpener opener) throws OutboxException {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("type", item.kind().name().toLowerCase(Locale.ROOT));
            json.put("deliveryId", item.deliveryId());
            json.put("requestId", item.requestId());
            if (item.instance() != null) {
                json.put("instance", item.instance());
            }
            json.put("attempt", item.attempt());
            if (item.isPossibleDuplicate()) {
                json.put("possibleDuplicate", true);
            }
            if (item.mediaType().equals(OutboxItem.JSON)) {
                json.set(item.kind().name().toLowerCase(Locale.ROOT), content(item));
                return new Body(OutboxJson.bytes(json), null);
            }
            if (item.isAtRest()) {
                json.put("mediaType", OutboxItem.JSON);
                return new Body(open(OutboxJson.bytes(json)), new AtRestResult(opener, item));
            }
            SealedForm form = SealedForm.of(item);
            json.put("mediaType", item.mediaType());
            if (form.isBase64()) {
                json.put("encoding", "base64");
            }
            json.put("sealed", form.text(item));
            return new Body(OutboxJson.bytes(json), null);
        }

        /** Writes the body; every time the same bytes. */
        void writeTo(OutputStream out) throws IOException {
            out.write(head);
            if (clear != null) {
                clear.writeTo(out);
                out.write('}');
            }
        }

        private static JsonNode content(OutboxItem item) throws OutboxException {
            return OutboxJson.tree(
                    item.kind() == OutboxItem.Kind.NOTICE
                            ? OutboxJson.notice(item.body())
                            : OutboxJson.report(item.body()));
        }

        /** The object without its closing brace, and with the name of one more member. */
        private static byte[] open(byte[] json) {
            String text = new String(json, StandardCharsets.UTF_8);
            return (text.substring(0, text.length() - 1) + ",\"result\":").getBytes(StandardCharsets.UTF_8);
        }
    }

    /** A webhook's body on its way to the socket. */
    private static final class Entity extends AbstractHttpEntity {

        private final Body body;
        private final long length;

        Entity(Body body, long length) {
            super(ContentType.APPLICATION_JSON.getMimeType(), null);
            this.body = body;
            this.length = length;
        }

        @Override
        public long getContentLength() {
            return length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            body.writeTo(out);
        }

        @Override
        public InputStream getContent() {
            throw new UnsupportedOperationException("written only");
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }

        @Override
        public boolean isStreaming() {
            return false;
        }

        @Override
        public void close() {
            // holds nothing open
        }
    }
}
