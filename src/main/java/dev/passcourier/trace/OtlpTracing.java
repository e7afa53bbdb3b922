package dev.passcourier.trace;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.http.PemTrust;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;

/**
 * By OpenTelemetry's protocol over HTTP. Spans are handed to a thread of their own, which sends them in batches; what it
 * cannot get rid of is dropped.
 */
final class OtlpTracing implements Tracing {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SEND_AFTER = Duration.ofSeconds(1);
    private static final long LAST_SECONDS = 2;
    private static final int LONGEST_VALUE = 256;
    private static final String SPAN = "passcourier-span";

    /**
     * The library says of each failure what the collector answered, in no words of ours: {@link ToldExporter} says that
     * there is one. Held here, or the logger would be collected with its level.
     */
    private static final java.util.logging.Logger LIBRARY = java.util.logging.Logger.getLogger("io.opentelemetry");

    private static final AttributeKey<String> QUEUE = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> ACCOUNT = AttributeKey.stringKey("passcourier.account");
    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("passcourier.destination");
    private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("passcourier.provider");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("passcourier.operation");
    private static final AttributeKey<String> STATUS_CLASS = AttributeKey.stringKey("passcourier.status_class");

    /** All that is told of what is recorded. No instance, nobody's name, no reason. */
    private static final Map<Fact, AttributeKey<String>> TOLD = Map.of(
            Fact.REQUEST, AttributeKey.stringKey("passcourier.request"),
            Fact.PROVIDER, PROVIDER,
            Fact.ATTEMPT, AttributeKey.stringKey("passcourier.attempt"),
            Fact.CODE, AttributeKey.stringKey("passcourier.code"),
            Fact.VERDICT, AttributeKey.stringKey("passcourier.verdict"));

    private static final TextMapGetter<Message> PROPERTIES = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Message message) {
            return W3CTraceContextPropagator.getInstance().fields();
        }

        @Override
        public @Nullable String get(@Nullable Message message, String key) {
            try {
                return message == null ? null : message.getStringProperty(key);
            } catch (JMSException e) {
                return null;
            }
        }
    };

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final boolean clouds;
    private final Clock clock;

    private OtlpTracing(SdkTracerProvider provider, boolean clouds, Clock clock) {
        this.provider = provider;
        this.tracer = provider.get("dev.passcourier");
        this.clouds = clouds;
        this.clock = clock;
    }

    static OtlpTracing to(Settings.Tracing settings, String version, Clock clock) throws ConfigurationException {
        LIBRARY.setLevel(java.util.logging.Level.OFF);
        SpanExporter exporter = new ToldExporter(exporter(settings), settings.endpoint());
        Attributes us = Attributes.of(
                AttributeKey.stringKey("service.name"),
                "passcourier",
                AttributeKey.stringKey("service.version"),
                version);
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(us)))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sampleRatio())))
                .setSpanLimits(SpanLimits.builder()
                        .setMaxAttributeValueLength(LONGEST_VALUE)
                        .build())
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setScheduleDelay(SEND_AFTER)
                        .setExporterTimeout(PATIENCE)
                        .setMeterProvider(MeterProvider.noop())
                        .build())
                .build();
        return new OtlpTracing(provider, settings.clouds(), clock);
    }

    private static SpanExporter exporter(Settings.Tracing settings) throws ConfigurationException {
        OtlpHttpSpanExporterBuilder builder = OtlpHttpSpanExporter.builder()
                .setEndpoint(settings.endpoint().toString())
                .setTimeout(PATIENCE)
                .setConnectTimeout(PATIENCE)
                .setProxy(ProxyOptions.create(HttpClient.Builder.NO_PROXY))
                .setMeterProvider(MeterProvider.noop())
                .setHeaders(() -> headers(settings.headers()));
        if (settings.trust() != null) {
            PemTrust.context(settings.trust());
            try {
                builder.setTrustedCertificates(Files.readAllBytes(settings.trust()));
            } catch (IOException e) {
                throw new ConfigurationException("service.tracing.trust: " + settings.trust() + " cannot be read");
            }
        }
        return builder.build();
    }

    /** Read for each batch; one whose file is gone meanwhile is left out, and the collector refuses us. */
    private static Map<String, String> headers(Map<String, SecretRef> references) {
        Map<String, String> headers = new HashMap<>();
        references.forEach((name, reference) -> {
            try {
                byte[] secret = reference.read();
                headers.put(name, new String(secret, StandardCharsets.US_ASCII));
                Arrays.fill(secret, (byte) 0);
            } catch (ConfigurationException e) {
                headers.remove(name);
            }
        });
        return headers;
    }

    @Override
    public void follow(CamelContext camel) {
        camel.addRoutePolicyFactory((context, route, node) -> new Hop());
    }

    /** Begins and ends the span of each message that a route takes. */
    private final class Hop extends RoutePolicySupport {

        @Override
        @SuppressWarnings("MustBeClosedChecker") // onExchangeDone closes it
        public void onExchangeBegin(Route route, Exchange exchange) {
            if (!(route.getEndpoint() instanceof JmsEndpoint endpoint)) {
                return;
            }
            Message message = exchange.getMessage().getBody(Message.class);
            Context sender = W3CTraceContextPropagator.getInstance().extract(Context.root(), message, PROPERTIES);
            Span span = begun(route.getRouteId(), endpoint.getDestinationName(), sender);
            Map<String, String> headers = new HashMap<>();
            W3CTraceContextPropagator.getInstance().inject(sender.with(span), headers, Map::put);
            TraceContext.set(exchange, headers, clouds);
            exchange.setProperty(SPAN, new Begun(span, span.makeCurrent()));
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            // Not at the end of a route that this one calls.
            if (route.getEndpoint() instanceof JmsEndpoint && exchange.removeProperty(SPAN) instanceof Begun begun) {
                if (exchange.isFailed()) {
                    begun.span().setStatus(StatusCode.ERROR);
                }
                begun.scope().close();
                begun.span().end();
            }
        }
    }

    /** A message is worked on by one thread from its begin to its end. */
    private record Begun(Span span, Scope scope) {}

    /** Of the queues of one account or destination, the first word is what happens there, and the rest its name. */
    private Span begun(String route, String queue, Context sender) {
        String kind = queue.substring(0, Math.max(0, queue.indexOf('.')));
        SpanBuilder span = tracer.spanBuilder(route)
                .setParent(sender)
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute(QUEUE, queue);
        String name = queue.substring(kind.length() + 1);
        if (kind.equals("fetch") || kind.equals("clear")) {
            span.setAttribute(ACCOUNT, name);
        } else if (kind.equals("outbox")) {
            span.setAttribute(DESTINATION, name);
        }
        return span.startSpan();
    }

    @Override
    public AuditTrail over(AuditTrail trail) {
        return new AuditTrail() {
            @Override
            public long append(AuditEvent event) throws AuditException {
                return append(List.of(event));
            }

            @Override
            public long append(List<AuditEvent> events) throws AuditException {
                Span span = Span.current();
                events.forEach(event -> event.facts().forEach((fact, value) -> {
                    AttributeKey<String> key = TOLD.get(fact);
                    if (key != null) {
                        span.setAttribute(key, value);
                    }
                }));
                return trail.append(events);
            }
        };
    }

    @Override
    public void called(String account, String cloud, String operation, int status, Duration took) {
        if (!Span.current().getSpanContext().isValid()) {
            return;
        }
        Instant now = clock.instant();
        Span span = tracer.spanBuilder(operation)
                .setSpanKind(SpanKind.CLIENT)
                .setStartTimestamp(now.minus(took))
                .setAttribute(ACCOUNT, account)
                .setAttribute(PROVIDER, cloud)
                .setAttribute(OPERATION, operation)
                .setAttribute(STATUS_CLASS, status == 0 ? "none" : status / 100 + "xx")
                .startSpan();
        if (status == 0 || status >= 400) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end(now);
    }

    @Override
    public void close() {
        provider.shutdown().join(LAST_SECONDS, SECONDS);
    }
}
