package dev.passcourier.service;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.BrokerComponent;
import dev.passcourier.broker.GatedContainers;
import dev.passcourier.broker.PemIdentity;
import dev.passcourier.broker.QueueDepths;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.fetch.AccountGate;
import dev.passcourier.fetch.CloudObserver;
import dev.passcourier.fetch.CloudObserver.Operation;
import dev.passcourier.health.BrokerCheck;
import dev.passcourier.health.CamelHealthCheck;
import dev.passcourier.health.CheckState;
import dev.passcourier.health.Checks;
import dev.passcourier.health.DiskCheck;
import dev.passcourier.health.Figures;
import dev.passcourier.health.HealthCheck;
import dev.passcourier.health.HealthPages;
import dev.passcourier.health.HealthProblem;
import dev.passcourier.health.KeyExpiry;
import dev.passcourier.health.LedgerCheck;
import dev.passcourier.health.Liveness;
import dev.passcourier.health.Metrics;
import dev.passcourier.health.MonitoredTrail;
import dev.passcourier.health.Probe;
import dev.passcourier.health.ServiceGate;
import dev.passcourier.health.StatusPage;
import dev.passcourier.health.StatusServer;
import dev.passcourier.health.Stops;
import dev.passcourier.http.PemTrust;
import dev.passcourier.intake.DropDirectory;
import dev.passcourier.intake.DropFilter;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerStatus;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.provider.Answer;
import dev.passcourier.retry.RetryRule;
import dev.passcourier.status.StatusOrder;
import dev.passcourier.status.StatusService;
import jakarta.jms.ConnectionFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.ConsumerType;
import org.apache.camel.component.jms.JmsComponent;
import org.jspecify.annotations.Nullable;

/** The service's checks, and the gate they shut. */
final class Watch implements AutoCloseable {

    private final Settings settings;
    private final Clock clock;
    private final Checks checks;
    private final Probe probe;
    private final ServiceGate gate;
    private final DiskCheck disk;
    private final MonitoredTrail.Destinations destinations = new MonitoredTrail.Destinations();
    private final Metrics metrics;
    private final ServiceMetrics gauges;
    private @Nullable LedgerStatus whatWaits;
    private volatile @Nullable StatusService waiting;
    private @Nullable QueueDepths depths;
    private @Nullable Liveness liveness;
    private @Nullable Figures figures;
    private @Nullable StatusServer status;

    Watch(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.checks = new Checks(clock);
        this.probe = new Probe(checks);
        this.gate = new ServiceGate(checks, probe);
        this.disk = new DiskCheck(
                settings.service().dataDirectory(), settings.service().minFreeSpace());
        checks.add("disk", Stops.EVERYTHING, disk);
        metrics = new Metrics(clock);
        metrics.follow(settings);
        gauges = new ServiceMetrics(metrics, settings, clock);
        gauges.checks(checks, gate);
    }

    /** The trail as the hops shall write it. */
    AuditTrail trail(FileAuditTrail trail) {
        gauges.trail(trail);
        return new MonitoredTrail(trail, checks, destinations, metrics, clock);
    }

    /** Takes the status page's port, and answers who asks from now on. */
    void over(Ledger ledger, BrokerLink broker) throws ConfigurationException {
        depths = broker.depths(settings);
        BrokerCheck.Restart restart = new BrokerCheck.Restart() {
            @Override
            public boolean isDue() {
                return broker.hasStopped();
            }

            @Override
            public void run() throws Exception {
                broker.restart();
            }
        };
        BrokerCheck brokerCheck = new BrokerCheck(depths, restart, disk, clock);
        gauges.ledger(ledger);
        gauges.broker(brokerCheck);
        checks.add(LedgerCheck.NAME, Stops.EVERYTHING, new LedgerCheck(ledger, clock));
        checks.add("broker", Stops.EVERYTHING, brokerCheck);
        destinations.begin(ledger.status().failing());
        liveness = Liveness.of(ledger::broken, probe, clock);
        Settings.Status page = settings.service().status();
        if (page != null) {
            whatWaits = ledger.status();
            waiting = StatusReader.service(whatWaits, settings, this::problems, clock);
            StatusOrder all = new StatusOrder(null);
            figures =
                    new Figures(ledger, () -> Objects.requireNonNull(waiting).answer(all), brokerCheck, checks, clock);
            gauges.waiting(figures);
            status = StatusServer.open(page, tls(page));
            status.page("/", new StatusPage(checks, gate, figures, ThisNode.version(), clock)::reply);
            status.page("/metrics", metrics::reply);
            new HealthPages(checks, gate, liveness).addTo(status);
            status.start();
        }
    }

    private static @Nullable SSLContext tls(Settings.Status page) throws ConfigurationException {
        return page.certificate() == null || page.privateKey() == null
                ? null
                : PemTrust.context(
                        PemIdentity.keyManagers("service.status", page.certificate(), page.privateKey()),
                        page.clientCertificates());
    }

    /** Watches the drop directory, and shows what stays in it. */
    void drop(DropDirectory directory, DropFilter filter) {
        DiskCheck disk = new DiskCheck(directory.path(), settings.service().minFreeSpace());
        checks.add("drop-directory", Stops.FILES, () -> directory
                .check()
                .map(fault -> new HealthProblem(fault.code(), fault.says()))
                .or(disk::check));
        if (figures != null) {
            figures.filesLeft(filter::left);
        }
    }

    /** Shows the recipients whose keys expire soon. */
    void recipients(Set<String> names, KeyExpiry expiry) {
        gauges.recipients(expiry);
        names.forEach(name -> checks.add("recipient." + name, Stops.NOTHING, check(name, expiry)));
    }

    private static HealthCheck check(String recipient, KeyExpiry expiry) {
        return () -> expiry.expiring().containsKey(recipient)
                ? Optional.of(new HealthProblem(KeyExpiry.CODE))
                : Optional.empty();
    }

    /** Shows an account; {@code signIn} answers how its latest sign-in was refused. */
    void account(String name, AccountGate account, Supplier<Optional<Answer.Ended>> signIn) {
        gauges.account(name, account);
        checks.add("account." + name, Stops.NOTHING, () -> signIn.get()
                .map(Watch::refused)
                .or(() -> problem(account)));
    }

    private static HealthProblem refused(Answer.Ended refused) {
        return new HealthProblem("SIGN_IN_REFUSED_" + refused.code(), refused.until());
    }

    private static Optional<HealthProblem> problem(AccountGate account) {
        return account.isBroken()
                ? Optional.of(new HealthProblem("BREAKER_OPEN"))
                : account.pausedUntil().map(until -> new HealthProblem("PAUSED", until));
    }

    /** Counts what comes of asking an account's cloud. */
    CloudObserver observer(String account, Set<Operation> operations) {
        Metrics.Account meters = metrics.accountOfSettings(account);
        Map<Operation, Metrics.Calls> calls = new EnumMap<>(Operation.class);
        operations.forEach(operation -> calls.put(operation, meters.calls(word(operation, ""))));
        Map<RetryRule, Runnable> retries = new EnumMap<>(RetryRule.class);
        EnumSet.complementOf(EnumSet.of(RetryRule.DELIVERY))
                .forEach(rule -> retries.put(rule, meters.retries(word(rule, "cloud_"))));
        return new CloudObserver() {
            @Override
            public void called(Operation operation, int status, Duration took) {
                Objects.requireNonNull(calls.get(operation)).called(status, took);
            }

            @Override
            public void postponed(RetryRule rule) {
                Objects.requireNonNull(retries.get(rule)).run();
            }
        };
    }

    private static String word(Enum<?> value, String without) {
        return value.name().toLowerCase(Locale.ROOT).replaceFirst(without, "");
    }

    /** A component whose consumers pass the gate. */
    JmsComponent component(ConnectionFactory pool) {
        return component(pool, new GatedContainers(gate));
    }

    /** The same on another broker than ours, which no check looks at: its consumers say when it is away. */
    JmsComponent foreignComponent(ConnectionFactory pool, String name) {
        return component(pool, new GatedContainers(gate, name));
    }

    private static JmsComponent component(ConnectionFactory pool, GatedContainers containers) {
        JmsComponent component = BrokerComponent.on(pool);
        component.setConsumerType(ConsumerType.Custom);
        component.setMessageListenerContainerFactory(containers);
        return component;
    }

    /** Shows a destination. */
    void destination(String alias, GoneDestinations gone) {
        checks.add("destination." + alias, Stops.NOTHING, check(alias, gone));
    }

    /** Shows one no more: {@code account}, {@code destination} or {@code recipient}, and its name. */
    void forget(String kind, String name) {
        checks.remove(kind + "." + name);
    }

    /** Counts and shows what these settings have from now on. */
    void follow(Settings others) {
        metrics.follow(others);
        gauges.follow(others);
        if (whatWaits != null) {
            waiting = StatusReader.service(whatWaits, others, this::problems, clock);
        }
        if (depths != null) {
            depths.of(BrokerLink.queues(others));
        }
    }

    private HealthCheck check(String alias, GoneDestinations gone) {
        HealthCheck latest = destinations.of(alias);
        return () ->
                gone.aliases().contains(alias) ? Optional.of(new HealthProblem("DESTINATION_GONE")) : latest.check();
    }

    /** What is wrong, in words, by the names of the checks that found it. */
    Map<String, String> problems() {
        Map<String, String> found = new TreeMap<>();
        for (CheckState state : checks.states()) {
            HealthProblem problem = state.problem();
            if (problem != null) {
                found.put(
                        state.name(),
                        problem.until() == null ? problem.toString() : problem + " until " + problem.until());
            }
        }
        return found;
    }

    ServiceGate gate() {
        return gate;
    }

    /** A step that takes nothing while the gate is shut. */
    Processor whileOpen(Processor step) {
        return whileOpen(gate::isOpen, step);
    }

    /** A step that takes no file while the gate is shut for files. */
    Processor whileOpenForFiles(Processor step) {
        return whileOpen(gate::isOpenForFiles, step);
    }

    /** What the step would have taken stays where it is. */
    private static Processor whileOpen(BooleanSupplier open, Processor step) {
        return exchange -> {
            if (open.getAsBoolean()) {
                step.process(exchange);
            }
        };
    }

    /** Before the routes start: runs all checks. */
    void begin(CamelContext camel, GoneDestinations gone) {
        settings.destinations().keySet().forEach(alias -> destination(alias, gone));
        CamelHealthCheck.register(camel, checks);
        probe.start();
    }

    /** After the routes have started: lets them take work. */
    void open() {
        gate.open();
    }

    /** Whether the process lives: a restart would not help. */
    boolean lives() {
        return liveness == null || liveness.lives();
    }

    /** Port of the status page, or -1 without one. */
    int port() {
        return status == null ? -1 : status.port();
    }

    @Override
    public void close() {
        gate.shut();
        if (status != null) {
            status.close();
        }
        probe.close();
        if (depths != null) {
            depths.close();
        }
        metrics.close();
    }
}
