package dev.passcourier.service;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.ArrivalStep;
import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.JmsIntakeSender;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Suggestion;
import dev.passcourier.control.OrderException;
import dev.passcourier.intake.BatchHandOver;
import dev.passcourier.intake.ClusterIntakeSender;
import dev.passcourier.intake.DropDirectory;
import dev.passcourier.intake.DropFilter;
import dev.passcourier.intake.DropGuard;
import dev.passcourier.intake.DropPollStrategy;
import dev.passcourier.intake.FileRequests;
import dev.passcourier.intake.ForeignRequests;
import dev.passcourier.intake.RunOrder;
import dev.passcourier.intake.RunScheduleStep;
import dev.passcourier.intake.Settling;
import dev.passcourier.intake.SubmittedBatches;
import dev.passcourier.intake.TakeBatchFileStep;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.report.ReportScope;
import dev.passcourier.request.RequestException;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.Registry;
import org.jspecify.annotations.Nullable;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.core.JmsTemplate;

/** The edges that requests come in by, as far as the settings open them. */
final class Sources implements AutoCloseable {

    /** Where batches by commands are kept in the data directory. */
    static final String SUBMITTED = "submitted";

    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

    private static final String CATCH_UP = "request-schedule-catch-up";

    private final CamelContext camel;
    private volatile Settings settings;
    private final AuditTrail audit;
    private final ConnectionFactory ownPool;
    private final IntakeSender sender;
    private final IntakeSender inTurn;
    private final Watch watch;
    private final Clock clock;
    private final String intakeQueue;
    private @Nullable DropDirectory drop;
    private @Nullable RunScheduleStep runs;
    private @Nullable Function<Settings, Function<String, RunScheduleStep.Lines>> inspected;
    private @Nullable FileRequests requests;
    private @Nullable SubmittedBatches submitted;
    private @Nullable JmsPoolConnectionFactory foreignPool;

    Sources(
            CamelContext camel,
            Settings settings,
            AuditTrail audit,
            Ledger ledger,
            ConnectionFactory ownPool,
            Watch watch,
            Clock clock) {
        this.camel = camel;
        this.settings = settings;
        this.audit = audit;
        this.ownPool = ownPool;
        this.sender = new JmsIntakeSender(ownPool);
        this.inTurn = new ClusterIntakeSender(ledger, sender);
        this.watch = watch;
        this.clock = clock;
        this.intakeQueue = BrokerLink.intakeQueue(settings);
    }

    void bind(Ledger ledger) throws ConfigurationException, JMSException, IOException {
        BatchHandOver handOver =
                new BatchHandOver(intakeQueue, audit, inTurn, ledger::refusedLines, ledger::isReported, clock);
        Registry registry = camel.getRegistry();
        FileRequests read = new FileRequests(settings, clock);
        requests = read;
        Settings.FileSource file = settings.sources().file();
        if (file != null) {
            DropGuard guard = new DropGuard(file.owners());
            Settling settling = new Settling(file.minAge(), file.maxPause());
            DropDirectory directory = DropDirectory.open(file.directory(), file.owners(), clock);
            drop = directory;
            DropFilter filter = new DropFilter(directory, guard, settling, audit, clock);
            watch.drop(directory, filter);
            TakeBatchFileStep files =
                    new TakeBatchFileStep(directory, guard, settling, handOver, read, ledger::batch, audit, clock);
            registry.bind("drop-filter", filter);
            registry.bind("take-batch-file", watch.whileOpenForFiles(files));
            registry.bind(
                    "drop-poll",
                    new DropPollStrategy(
                            directory, filter, settling, watch.whileOpenForFiles(exchange -> files.lookAgain())));
        }
        SubmittedBatches batches = new SubmittedBatches(
                settings.service().dataDirectory().resolve(SUBMITTED),
                handOver,
                read,
                ledger,
                watch.gate()::isOpen,
                clock);
        submitted = batches;
        registry.bind("submitted-go-on", (Processor) exchange -> batches.goOn());
        Function<Settings, Function<String, RunScheduleStep.Lines>> lines = after -> name -> new ReportScope(
                name, after.reports().get(name), after.accounts().keySet(), ledger, clock)::begin;
        inspected = lines;
        RunScheduleStep schedules = new RunScheduleStep(
                settings.schedules(),
                settings.reports(),
                lines.apply(settings),
                ledger::lastPlanned,
                run -> ledger.reports().run(run).isPresent(),
                handOver,
                clock);
        runs = schedules;
        registry.bind("run-schedule", watch.whileOpen(schedules));
        registry.bind("schedule-catch-up", watch.whileOpen(exchange -> schedules.catchUp()));
        bindForeignBroker(registry);
    }

    /** From now on after these settings; the routes of schedules that differ are replaced besides. */
    void follow(Settings others) {
        settings = others;
        Objects.requireNonNull(requests).follow(others);
        Objects.requireNonNull(runs)
                .follow(
                        others.schedules(),
                        others.reports(),
                        Objects.requireNonNull(inspected).apply(others));
    }

    /** The routes of one schedule, or of a report. */
    static RouteSwap.Part part(CamelContext camel, Settings settings, String name) {
        Settings.Schedule schedule = settings.schedules().get(name);
        Settings.Report report = settings.reports().get(name);
        TemplatedRouteBuilder route = schedule == null
                ? schedule(camel, name, report.cron(), report.timeZone())
                : schedule(camel, name, schedule.cron(), schedule.timeZone());
        return RouteSwap.Part.of("schedule " + name, List.of("request-schedule-source." + name), () -> {
            route.add();
            if (camel.getRoute(CATCH_UP) == null) {
                catchUp(camel).add();
            }
        });
    }

    /** What commands submit to, once it is bound. */
    SubmittedBatches submitted() {
        return Objects.requireNonNull(submitted);
    }

    /** The drop directory, once it is bound, if the settings name one. */
    @Nullable
    DropDirectory drop() {
        return drop;
    }

    /**
     * Runs a schedule because somebody asks for it.
     *
     * @throws OrderException saying why it cannot be run now
     */
    RunOrder.Begun runNow(RunOrder order, String user) throws OrderException {
        return runNow("schedule", settings.schedules().keySet(), order, user);
    }

    /**
     * Runs a report because somebody asks for it.
     *
     * @throws OrderException saying why it cannot be run now
     */
    RunOrder.Begun reportNow(RunOrder order, String user) throws OrderException {
        return runNow("report", settings.reports().keySet(), order, user);
    }

    private RunOrder.Begun runNow(String kind, Set<String> known, RunOrder order, String user) throws OrderException {
        if (!known.contains(order.schedule())) {
            throw new OrderException(
                    kind.toUpperCase(Locale.ROOT) + "_UNKNOWN",
                    "the settings have no " + kind + " " + order.schedule() + "; "
                            + Suggestion.forWord(order.schedule(), known));
        }
        if (!RunOrder.isId(order.id())) {
            throw new OrderException(
                    "RUN_ID",
                    "a run's id is 1 to " + RunOrder.LONGEST_ID + " letters, digits, dots, hyphens and underscores");
        }
        if (!watch.gate().isOpen()) {
            throw SubmittedBatches.closed();
        }
        try {
            return Objects.requireNonNull(runs).runNow(order, user);
        } catch (RequestException e) {
            throw new OrderException(
                    String.valueOf(e.getMessage()),
                    "the list of " + kind + " " + order.schedule() + " cannot be read: " + e.getMessage());
        } catch (IOException e) {
            throw new OrderException(
                    "SCHEDULE_LIST_UNREADABLE", "the list of " + kind + " " + order.schedule() + " cannot be read");
        }
    }

    private void bindForeignBroker(Registry registry) throws ConfigurationException, JMSException {
        Settings.JmsSource jms = settings.sources().jms();
        if (jms.url() == null) {
            return;
        }
        BrokerAccess access = BrokerAccess.external(jms.url(), jms.user(), jms.password());
        if (!settings.policy().signed().contains("jms")) {
            demandStamps(new BrokerProbe(access));
        }
        foreignPool = access.pool();
        registry.bind("requests-broker", watch.foreignComponent(foreignPool, "sources.jms"));
        // The other broker has no queue for quarantine: what we will not touch comes to ours before it leaves theirs.
        registry.bind("requests-arrival", new ArrivalStep(new JmsTemplate(ownPool), null, jms.queue(), audit, clock));
        registry.bind("foreign-requests", new ForeignRequests(intakeQueue, sender));
    }

    /** Unsigned requests are asked in their senders' names, which the broker there must know. */
    private static void demandStamps(BrokerProbe probe) throws ConfigurationException {
        boolean stamps;
        try {
            stamps = probe.stampsUsersThere();
        } catch (Exception e) {
            LOG.warn("SENDERS_NOT_TRIED {}: run doctor", e.getClass().getSimpleName());
            return;
        }
        if (!stamps) {
            throw new ConfigurationException("sources.jms.url: the broker there does not say who sent a message; set"
                    + " populate-validated-user to true, or take signed requests only: policy.signed");
        }
    }

    void addRoutes() throws Exception {
        for (TemplatedRouteBuilder route : routes(camel, settings)) {
            route.add();
        }
    }

    /** The routes of all edges that the settings open. */
    static List<TemplatedRouteBuilder> routes(CamelContext camel, Settings settings) {
        List<TemplatedRouteBuilder> routes = new ArrayList<>();
        Settings.FileSource file = settings.sources().file();
        if (file != null) {
            routes.add(TemplatedRouteBuilder.builder(camel, "request-file-source")
                    .routeId("request-file-source")
                    .parameter("directory", file.directory().toString())
                    .parameter("pollMillis", file.poll().toMillis()));
        }
        if (settings.sources().jms().url() != null) {
            routes.add(TemplatedRouteBuilder.builder(camel, "request-jms-source")
                    .routeId("request-jms-source")
                    .parameter("queue", settings.sources().jms().queue()));
        }
        settings.schedules()
                .forEach((name, schedule) -> routes.add(schedule(camel, name, schedule.cron(), schedule.timeZone())));
        settings.reports()
                .forEach((name, report) -> routes.add(schedule(camel, name, report.cron(), report.timeZone())));
        if (!settings.schedules().isEmpty() || !settings.reports().isEmpty()) {
            routes.add(catchUp(camel));
        }
        return routes;
    }

    private static TemplatedRouteBuilder catchUp(CamelContext camel) {
        return TemplatedRouteBuilder.builder(camel, CATCH_UP).routeId(CATCH_UP);
    }

    private static TemplatedRouteBuilder schedule(CamelContext camel, String name, String cron, ZoneId timeZone) {
        return TemplatedRouteBuilder.builder(camel, "request-schedule-source")
                .routeId("request-schedule-source." + name)
                .parameter("schedule", name)
                .parameter("cron", cron)
                .parameter("timeZone", timeZone.getId());
    }

    @Override
    public void close() {
        if (foreignPool != null) {
            foreignPool.stop();
        }
    }
}
