package dev.passcourier.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.jspecify.annotations.Nullable;

/** An answer's body that ends with an error when it is larger than allowed, and tells when it has been read. */
final class BoundedEntity extends HttpEntityWrapper {

    private final int largest;
    private final CompletableFuture<Void> ended;
    private @Nullable InputStream content;

    BoundedEntity(HttpEntity entity, int largest, CompletableFuture<Void> ended) {
        super(entity);
        this.largest = largest;
        this.ended = ended;
    }

    @Override
    public InputStream getContent() throws IOException {
        if (content == null) {
            content = new Bounded(super.getContent());
        }
        return content;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try (InputStream in = getContent()) {
            in.transferTo(out);
        }
    }

    @Override
    public void close() throws IOException {
        super.close();
        ended.complete(null);
    }

    private final class Bounded extends FilterInputStream {

        private long count;

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            counted(value < 0 ? -1 : 1);
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return counted(super.read(buffer, offset, length));
        }

        private int counted(int read) throws IOException {
            if (read < 0) {
                ended.complete(null);
            } else {
                count += read;
                if (count > largest) {
                    IOException tooLarge = new IOException("answer too large");
                    ended.completeExceptionally(tooLarge);
                    throw tooLarge;
                }
            }
            return read;
        }

        @Override
        public long skip(long n) {
            return 0;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        /** Closing reads the rest, so the watch goes on until it is done. */
        @Override
        public void close() throws IOException {
            super.close();
            ended.complete(null);
        }
    }
}
