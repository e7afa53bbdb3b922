package dev.passcourier.health;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.config.Settings;
import dev.passcourier.request.Origin.Source;
import dev.passcourier.request.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, for {@code GET /metrics}. Every label's values are names of the settings or words of ours: what comes in
 * a message, an answer or a file is no label, and an account that the settings do not have counts as {@value #UNKNOWN}. What
 * the settings name is there from the start, with 0. Counting is for many threads at once and looks nothing up but a name.
 * No scrape waits longer than a second: of what does not answer it has the numbers of before, and says how old they are.
 */
public final class Metrics implements AutoCloseable {

    /** What stands for a name that no settings have. No account's or destination's name has parentheses. */
    static final String UNKNOWN = "(unknown)";

    private static final String ACCOUNT = "account";
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration[] CALL_BUCKETS = millis(50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000);
    private static final Duration[] APPEND_BUCKETS = millis(1, 2, 5, 10, 25, 50, 100, 250, 1000, 5000);
    private static final Set<String> MISNAMED = Set.of("process.cpu.time", "system.cpu.count");
    private static final String[] STATUS = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final Map<String, Destination> destinations = new ConcurrentHashMap<>();
    private final List<Rows> tables = new ArrayList<>();
    private final Timer appends;
    private final Clock clock;
    private double age;
    private Set<Source> sources = EnumSet.noneOf(Source.class);

    /** Of the process, and of nobody yet. */
    public Metrics(Clock clock) {
        this.clock = clock;
        // Names that Prometheus' own check objects to.
        registry.config().meterFilter(MeterFilter.deny(id -> MISNAMED.contains(id.getName())));
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        String version = Metrics.class.getPackage().getImplementationVersion();
        Gauge.builder("passcourier.build.info", () -> 1)
                .description("Always 1; its labels say which release runs on which Java runtime.")
                .tag("version", version == null ? "unreleased" : version)
                .tag("java", Runtime.version().toString())
                .register(registry);
        appends = Timer.builder("passcourier.audit.append")
                .description("How long appends to the audit trail took until they were synced to the disk.")
                .serviceLevelObjectives(APPEND_BUCKETS)
                .register(registry);
        Gauge.builder("passcourier.scrape.age.seconds", () -> age)
                .description(
                        "How old the oldest gauges of this scrape are; more than a few seconds if something hangs.")
                .register(registry);
        accounts.put(UNKNOWN, new Account(UNKNOWN));
    }

    private static Duration[] millis(long... bounds) {
        Duration[] found = new Duration[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            found[i] = Duration.ofMillis(bounds[i]);
        }
        return found;
    }

    /**
     * Has exactly the accounts and destinations of these settings: new ones begin with 0, those that are gone are not shown
     * any more, all others go on counting.
     */
    public synchronized void follow(Settings settings) {
        sources = EnumSet.of(Source.JMS, Source.CLI);
        if (settings.sources().file() != null) {
            sources.add(Source.FILE);
        }
        if (!settings.schedules().isEmpty()) {
            sources.add(Source.SCHEDULE);
        }
        if (!settings.reports().isEmpty()) {
            sources.add(Source.REPORT);
        }
        forget(accounts, settings.accounts().keySet());
        forget(destinations, settings.destinations().keySet());
        settings.accounts().keySet().forEach(name -> accounts.computeIfAbsent(name, Account::new));
        settings.destinations().keySet().forEach(name -> destinations.computeIfAbsent(name, Destination::new));
        accounts.values().forEach(account -> account.begin(sources));
    }

    private void forget(Map<String, ? extends Meters> kept, Set<String> names) {
        for (String gone : Set.copyOf(kept.keySet())) {
            if (!names.contains(gone) && !gone.equals(UNKNOWN)) {
                Objects.requireNonNull(kept.remove(gone)).remove();
            }
        }
    }

    /**
     * A request has ended.
     *
     * @param account as its sender wrote it, or null if that could not be read
     * @param source  where it came from, or null if nobody knows
     */
    public void ended(@Nullable String account, @Nullable Source source, Verdict verdict) {
        account(account).ended(source, verdict);
    }

    /** The meters of an account that the settings have, or are going to have. */
    public synchronized Account accountOfSettings(String name) {
        Account account = accounts.computeIfAbsent(name, Account::new);
        account.begin(sources);
        return account;
    }

    /** The meters of one account, as the settings name it. */
    public Account account(@Nullable String name) {
        return Objects.requireNonNull(accounts.getOrDefault(name == null ? UNKNOWN : name, accounts.get(UNKNOWN)));
    }

    /** An append to the audit trail took so long. */
    void appended(Duration took) {
        appends.record(took);
    }

    /** Counts what is on record of deliveries and of what commands were done at once. */
    void heard(AuditEvent event) {
        switch (event.type()) {
            case DELIVERED, DELIVERY_POSTPONED, DELIVERY_FAILED -> {
                Destination destination = destinations.get(event.facts().getOrDefault(Fact.ALIAS, ""));
                if (destination != null) {
                    destination.count(event.type());
                }
            }
            case GOT, NOT_GOT, CLEARED, NOT_CLEARED ->
                account(event.facts().get(Fact.ACCOUNT)).done(event.type());
            default -> {
                // Counted elsewhere, or of interest to people only.
            }
        }
    }

    /** A gauge without labels, asked at every scrape. Null, or an exception, shows nothing. */
    public void gauge(String name, String help, Supplier<@Nullable Number> value) {
        gauges(name, help, List.of(), () -> {
            Number now = value.get();
            return now == null ? Map.of() : Map.of(List.of(), now);
        });
    }

    /**
     * A gauge with labels, asked at every scrape: what it does not answer any more is not shown any more.
     *
     * @param name   with dots
     * @param labels names of the labels
     * @param rows   numbers by values of the labels
     */
    public synchronized void gauges(
            String name, String help, List<String> labels, Supplier<Map<List<String>, ? extends Number>> rows) {
        tables.add(new Rows(
                MultiGauge.builder(name).description(help).register(registry),
                labels,
                new HashMap<>(),
                new BoundedReader<>(rows, clock)));
    }

    /** A gauge whose labels' values come and go. */
    private record Rows(
            MultiGauge gauge,
            List<String> labels,
            Map<List<String>, Number> shown,
            BoundedReader<? extends Map<List<String>, ? extends Number>> reader) {

        /** Shows what was read, and answers when; what could not be read is as new as what could. */
        Instant refresh(Instant now) {
            var read = reader.latest();
            Set<List<String>> before = Set.copyOf(shown.keySet());
            shown.clear();
            if (read != null) {
                shown.putAll(read.value());
            }
            if (!before.equals(shown.keySet())) {
                gauge.register(shown.keySet().stream().map(this::row).toList(), true);
            }
            return read == null ? now : read.at();
        }

        /** Reads the number that was found last, so that a row is made once and not at every scrape. */
        private MultiGauge.Row<?> row(List<String> values) {
            List<Tag> tags = new ArrayList<>();
            for (int i = 0; i < labels.size(); i++) {
                tags.add(Tag.of(labels.get(i), values.get(i)));
            }
            return MultiGauge.Row.of(Tags.of(tags), shown, all -> Objects.requireNonNull(all.get(values))
                    .doubleValue());
        }
    }

    /** How a scrape is written. */
    private enum Format {
        OPENMETRICS("application/openmetrics-text; version=1.0.0; charset=utf-8"),
        /** For scrapers from before OpenMetrics, which say what they take. */
        TEXT("text/plain; version=0.0.4; charset=utf-8");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }

        String mediaType() {
            return mediaType;
        }

        /** What an Accept header asks for; OpenMetrics if they leave it open. */
        static Format accepted(String accept) {
            String all = accept.toLowerCase(Locale.ROOT);
            return all.contains("text/plain") && !all.contains("application/openmetrics-text") ? TEXT : OPENMETRICS;
        }
    }

    /**
     * Everything as it is now, or as it was when it could last be read.
     *
     * @param accept what the Accept header of who asks says
     */
    public synchronized StatusServer.Reply reply(String accept) {
        Format format = Format.accepted(accept);
        Instant now = clock.instant();
        BoundedReader.await(
                CompletableFuture.allOf(
                        tables.stream().map(table -> table.reader().begin()).toArray(CompletableFuture<?>[]::new)),
                PATIENCE);
        Instant oldest = now;
        for (Rows table : tables) {
            Instant read = table.refresh(now);
            oldest = read.isBefore(oldest) ? read : oldest;
        }
        age = Duration.between(oldest, now).toMillis() / 1e3;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            registry.scrape(out, format.mediaType());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new StatusServer.Reply(200, format.mediaType(), out.toByteArray());
    }

    @Override
    public synchronized void close() {
        collections.close();
        registry.close();
    }

    /** Meters that come and go together. */
    private class Meters {

        private final List<Meter> all = new ArrayList<>();

        final synchronized <T extends Meter> T kept(T meter) {
            all.add(meter);
            return meter;
        }

        final synchronized void remove() {
            all.forEach(registry::remove);
            all.clear();
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** What is counted of one account. */
    public final class Account extends Meters {

        private final String name;
        private final Map<Source, Map<Verdict, Counter>> ends = new ConcurrentHashMap<>();
        private final Map<Verdict, Counter> endsOfUnknownSource;
        private final Map<AuditEvent.Type, Counter> commands = new EnumMap<>(AuditEvent.Type.class);

        private Account(String name) {
            this.name = name;
            endsOfUnknownSource = name.equals(UNKNOWN) ? ends(UNKNOWN, EnumSet.allOf(Verdict.class)) : Map.of();
            for (AuditEvent.Type type : List.of(
                    AuditEvent.Type.GOT,
                    AuditEvent.Type.NOT_GOT,
                    AuditEvent.Type.CLEARED,
                    AuditEvent.Type.NOT_CLEARED)) {
                commands.put(
                        type,
                        kept(Counter.builder("passcourier.commands")
                                .description("Passwords that get handed over at once, or that clouds were told to"
                                        + " forget, and what came of it.")
                                .tag(ACCOUNT, name)
                                .tag("outcome", word(type))
                                .register(registry)));
            }
        }

        private void begin(Collection<Source> from) {
            from.forEach(source -> ends.computeIfAbsent(source, this::ends));
        }

        /** Only a report looks at passwords, and it hands none over. */
        private Map<Verdict, Counter> ends(Source source) {
            return ends(
                    word(source),
                    EnumSet.complementOf(EnumSet.of(source == Source.REPORT ? Verdict.DELIVERED : Verdict.INSPECTED)));
        }

        private Map<Verdict, Counter> ends(String source, Collection<Verdict> verdicts) {
            Map<Verdict, Counter> counters = new EnumMap<>(Verdict.class);
            for (Verdict verdict : verdicts) {
                counters.put(
                        verdict,
                        kept(Counter.builder("passcourier.requests")
                                .description("Requests that ended.")
                                .tag(ACCOUNT, name)
                                .tag("source", source)
                                .tag("verdict", verdict.name())
                                .register(registry)));
            }
            return counters;
        }

        private void ended(@Nullable Source source, Verdict verdict) {
            Map<Verdict, Counter> counters =
                    source == null ? endsOfUnknownSource : ends.computeIfAbsent(source, this::ends);
            Counter counter = counters.get(verdict);
            if (counter != null) {
                counter.increment();
            }
        }

        private void done(AuditEvent.Type type) {
            Objects.requireNonNull(commands.get(type)).increment();
        }

        /** Counts attempts after which the cloud is asked again for one reason, from the start with 0. */
        public Runnable retries(String reason) {
            return kept(Counter.builder("passcourier.retries")
                    .description("Attempts after which the cloud is asked again later.")
                    .tag(ACCOUNT, name)
                    .tag("reason", reason)
                    .register(registry))::increment;
        }

        /** The meters of one kind of call to the account's cloud, from the start with 0. */
        public Calls calls(String operation) {
            Timer took = kept(Timer.builder("passcourier.cloud.call")
                    .description("How long calls to clouds took, from the request's first byte to the reply's last.")
                    .serviceLevelObjectives(CALL_BUCKETS)
                    .tag(ACCOUNT, name)
                    .tag("operation", operation)
                    .register(registry));
            Counter[] byStatus = new Counter[STATUS.length];
            for (int i = 0; i < STATUS.length; i++) {
                byStatus[i] = kept(Counter.builder("passcourier.cloud.calls")
                        .description("Calls to clouds by class of HTTP status; none if no reply came.")
                        .tag(ACCOUNT, name)
                        .tag("operation", operation)
                        .tag("status", STATUS[i])
                        .register(registry));
            }
            return (status, duration) -> {
                took.record(duration);
                byStatus[status < 100 || status > 599 ? 0 : status / 100].increment();
            };
        }
    }

    /** Counts calls of one kind. */
    @FunctionalInterface
    public interface Calls {

        /**
         * One is over.
         *
         * @param status the reply's HTTP status, or 0 if none came
         */
        void called(int status, Duration took);
    }

    /** What is counted of one destination. */
    private final class Destination extends Meters {

        private final Counter delivered;
        private final Counter postponed;
        private final Counter failed;

        private Destination(String alias) {
            delivered = counter(alias, "delivered");
            postponed = counter(alias, "postponed");
            failed = counter(alias, "failed");
        }

        private Counter counter(String alias, String outcome) {
            return kept(Counter.builder("passcourier.deliveries")
                    .description("Attempts to deliver results, notices and reports; postponed ones are tried again.")
                    .tag("destination", alias)
                    .tag("outcome", outcome)
                    .register(registry));
        }

        private void count(AuditEvent.Type type) {
            Counter counter =
                    switch (type) {
                        case DELIVERED -> delivered;
                        case DELIVERY_POSTPONED -> postponed;
                        default -> failed;
                    };
            counter.increment();
        }
    }
}
