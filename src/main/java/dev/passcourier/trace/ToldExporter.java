package dev.passcourier.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the log say when the collector takes spans no more, and when it does again. */
final class ToldExporter implements SpanExporter {

    private static final Logger LOG = LoggerFactory.getLogger(ToldExporter.class);

    private final SpanExporter exporter;
    private final URI endpoint;
    private final AtomicBoolean failing = new AtomicBoolean();

    ToldExporter(SpanExporter exporter, URI endpoint) {
        this.exporter = exporter;
        this.endpoint = endpoint;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> tell(result.isSuccess()));
    }

    private void tell(boolean taken) {
        if (failing.compareAndSet(taken, !taken)) {
            if (taken) {
                LOG.info("TRACES_TAKEN_AGAIN by {}", endpoint.getAuthority());
            } else {
                LOG.warn("TRACES_NOT_TAKEN by {}: they are dropped; requests go on", endpoint.getAuthority());
            }
        }
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
