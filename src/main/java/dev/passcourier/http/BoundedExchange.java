package dev.passcourier.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Ends an exchange that takes too long or answers too much, as of a remote end that drips one byte at a time, or never
 * stops; and one that is still under way when the service must stop.
 * Compressed answers are refused, as nobody asked for them and camel-http would unpack them without a limit.
 */
final class BoundedExchange implements ExecChainHandler {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int LARGEST = 1 << 20;

    private final Duration longest;
    private final int largest;
    private final CallsInHand calls;

    BoundedExchange(CallsInHand calls) {
        this(LONGEST, LARGEST, calls);
    }

    BoundedExchange(Duration longest, int largest, CallsInHand calls) {
        this.longest = longest;
        this.largest = largest;
        this.calls = calls;
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        CompletableFuture<Void> ended = new CompletableFuture<Void>().orTimeout(longest.toMillis(), MILLISECONDS);
        if (scope.execRuntime instanceof Cancellable running) {
            ended.exceptionally(failed -> {
                running.cancel();
                return null;
            });
        }
        Runnable over = calls.begin(() -> ended.completeExceptionally(new IOException("cut")));
        ended.whenComplete((read, failed) -> over.run());
        if (calls.isCut()) {
            // To cancel what has no connection yet would not keep it from getting one.
            throw new IOException("cut");
        }
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            bound(response, ended);
            return response;
        } catch (IOException | HttpException | RuntimeException e) {
            ended.completeExceptionally(e);
            throw e;
        }
    }

    private void bound(ClassicHttpResponse response, CompletableFuture<Void> ended) throws IOException {
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            ended.complete(null);
            return;
        }
        if (response.containsHeader(HttpHeaders.CONTENT_ENCODING) || entity.getContentLength() > largest) {
            throw new IOException("answer too large or compressed");
        }
        response.setEntity(new BoundedEntity(entity, largest, ended));
    }

    /** An answer's body that ends with an error when it is larger than allowed, and tells when it has been read. */
    private static final class BoundedEntity extends HttpEntityWrapper {

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
}
