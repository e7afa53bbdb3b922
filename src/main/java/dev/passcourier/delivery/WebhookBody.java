package dev.passcourier.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of a webhook: ids, and the content as its last member. A result in clear is opened while it is written and
 * never lies in the JSON tree.
 */
final class WebhookBody {

    private final byte[] head;
    private final @Nullable AtRestResult clear;

    private WebhookBody(byte[] head, @Nullable AtRestResult clear) {
        this.head = head;
        this.clear = clear;
    }

    static WebhookBody of(OutboxItem item, AtRestOpener opener) throws OutboxException {
        ObjectNode json = DeliveryJson.MAPPER.createObjectNode();
        json.put("type", item.kind().name().toLowerCase(Locale.ROOT));
        json.put("deliveryId", item.deliveryId());
        json.put("requestId", item.requestId());
        json.put("attempt", item.attempt());
        if (item.kind() != OutboxItem.Kind.RESULT) {
            json.set(item.kind().name().toLowerCase(Locale.ROOT), content(item));
            return new WebhookBody(DeliveryJson.bytes(json), null);
        }
        if (item.isAtRest()) {
            json.put("mediaType", OutboxItems.JSON);
            return new WebhookBody(open(DeliveryJson.bytes(json)), new AtRestResult(opener, item));
        }
        SealedForm form = SealedForm.of(item);
        json.put("mediaType", item.mediaType());
        if (form.isBase64()) {
            json.put("encoding", "base64");
        }
        json.put("sealed", form.text(item));
        return new WebhookBody(DeliveryJson.bytes(json), null);
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
        return DeliveryJson.MAPPER.valueToTree(
                item.kind() == OutboxItem.Kind.NOTICE
                        ? DeliveryJson.notice(item.body())
                        : DeliveryJson.report(item.body()));
    }

    /** The object without its closing brace, and with the name of one more member. */
    private static byte[] open(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        return (text.substring(0, text.length() - 1) + ",\"result\":").getBytes(StandardCharsets.UTF_8);
    }
}
