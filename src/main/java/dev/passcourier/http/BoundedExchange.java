package dev.passcourier.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
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

/**
 * Ends an exchange that takes too long or answers too much: a remote end that drips one byte at a time, or never stops.
 * Compressed answers are refused, as nobody asked for them and camel-http would unpack them without a limit.
 */
final class BoundedExchange implements ExecChainHandler {

    static final BoundedExchange STANDARD = new BoundedExchange(Duration.ofSeconds(60), 1 << 20);

    private final Duration longest;
    private final int largest;

    BoundedExchange(Duration longest, int largest) {
        this.longest = longest;
        this.largest = largest;
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
}
