package dev.passcourier.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/** A webhook's body on its way to the socket. */
final class WebhookEntity extends AbstractHttpEntity {

    private final WebhookBody body;
    private final long length;

    WebhookEntity(WebhookBody body, long length) {
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
