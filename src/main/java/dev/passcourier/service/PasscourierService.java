package dev.passcourier.service;

import static java.util.concurrent.CompletableFuture.delayedExecutor;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.passcourier.audit.AuditArchive;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.backup.BackupService;
import dev.passcourier.backup.Restores;
import dev.passcourier.broker.ArrivalStep;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.JmsIntakeSender;
import dev.passcourier.broker.OutboundMessageStep;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.ControlServer;
import dev.passcourier.control.OrderException;
import dev.passcourier.control.Orders;
import dev.passcourier.delivery.SinkFactory;
import dev.passcourier.extension.ExtensionFiles;
import dev.passcourier.extension.LocalRoutes;
import dev.passcourier.fetch.CloudObserver;
import dev.passcourier.fetch.CloudObserver.Operation;
import dev.passcourier.fetch.FetchStage;
import dev.passcourier.health.KeyExpiry;
import dev.passcourier.host.HostCheck;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.intake.CheckRequestStep;
import dev.passcourier.intake.ClusterIntakeSender;
import dev.passcourier.intake.DoneFiles;
import dev.passcourier.intake.DropDirectory;
import dev.passcourier.intake.DroppedFiles;
import dev.passcourier.intake.LocalRequests;
import dev.passcourier.intake.RunOrder;
import dev.passcourier.intake.SubmittedBatches;
import dev.passcourier.intake.SubmittedBatches.Part;
import dev.passcourier.intake.SubmittedBatches.Question;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.NodeRegistry;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.Notices;
import dev.passcourier.outbox.RestoredWork;
import dev.passcourier.outbox.SealedBundles;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.redrive.LostRequests;
import dev.passcourier.redrive.QueuedWork;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.reload.ReloadOrder;
import dev.passcourier.report.BatchReporter;
import dev.passcourier.report.CredentialReportWriter;
import dev.passcourier.report.CredentialReporter;
import dev.passcourier.report.QuarantineNotices;
import dev.passcourier.report.ReportEvidence;
import dev.passcourier.report.ReportHandOver;
import dev.passcourier.report.ReportService;
import dev.passcourier.report.SubmittedResults;
import dev.passcourier.retention.RetentionOrder;
import dev.passcourier.retention.RetentionService;
import dev.passcourier.retry.RetryRule;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.rotation.RotationOrder;
import dev.passcourier.rotation.RotationService;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import dev.passcourier.trace.Tracing;
import dev.passcourier.vault.CryptoProvider;
import dev.passcourier.vault.DeliveryIds;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.Registry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.core.JmsTemplate;

/**
 * The whole service in this process. Everything is checked and opened before the first route starts; whatever cannot be
 * opened stops the start. Closing stops the intake, finishes what is in hand, and rolls back the rest.
 */
public final class PasscourierService implements AutoCloseable {

    /** How long a stop waits for calls and mails in hand; what is left of the 30 seconds brings their work back. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** How long a start waits for a command that holds the data directory. */
    private static final Duration LONGEST_COMMAND = Duration.ofMinutes(3);

    /** Files that are named in one line of the log. */
    private static final int NAMED = 20;

    private static final Logger LOG = LoggerFactory.getLogger(PasscourierService.class);

    private final Path home;
    private final Settings settings;
    private final @Nullable Path file;
    private final AtomicReference<InForce> inForce;
    private final Clock clock;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final CallsInHand calls = new CallsInHand();
    private final AtomicReference<@Nullable Views> views = new AtomicReference<>();
    private Main main;
    private DataDirectory data;
    private BrokerLink broker;
    private GoneDestinations gone;
    private RestoredWork restored;
    private Watch watch;
    private FileAuditTrail trail;
    private Tracing tracing;
    private AuditTrail audit;
    private Ledger ledger;
    private ServiceKeys keys;
    private FetchStage fetch;
    private Destinations destinations;
    private BatchReporter reporter;
    private KeyExpiry expiry;
    private volatile @Nullable Reload reloading;
    private SealedBundles bundles = SealedBundles.none();
    private Sources sources;
    private LocalRoutes local;
    private ExtensionFiles extensions;
    private RetentionService retention;

    private PasscourierService(Path home, @Nullable Path file, InForce begun, Clock clock) {
        this.home = home;
        this.settings = begun.settings();
        this.file = file;
        this.inForce = new AtomicReference<>(begun);
        begun.rings().values().forEach(PasscourierService::logUnused);
        this.clock = clock;
    }

    /**
     * Starts the service.
     *
     * @param home     the folder that holds {@code config} and {@code routes}
     * @param settings checked settings
     * @throws Exception if anything it needs cannot be opened; nothing is left running then
     */
    public static PasscourierService start(Path home, Settings settings, Clock clock) throws Exception {
        return start(home, null, InForce.of(settings, "", KeyAndLedgerFactory.keyRings(settings), clock), clock);
    }

    /** One line for a ring, however many files lie beside its keys. */
    private static void logUnused(KeyRing ring) {
        if (!ring.unused().isEmpty()) {
            LOG.info(
                    "KEY_UNUSED ring={}: {}",
                    ring.name(),
                    ring.unused().stream()
                            .map(finding -> finding.file() + " (" + finding.advice() + ")")
                            .collect(Collectors.joining(", ")));
        }
    }

    /**
     * The same with a settings file that nothing is wrong with, from which settings can be reloaded.
     *
     * @param checked what {@link StartCheck} says of it
     */
    public static PasscourierService start(Path home, StartCheck.Result checked, Clock clock) throws Exception {
        Settings settings = Objects.requireNonNull(checked.settings());
        return start(home, checked.file(), InForce.of(settings, checked.digest(), checked.rings(), clock), clock);
    }

    private static PasscourierService start(Path home, @Nullable Path file, InForce begun, Clock clock)
            throws Exception {
        PasscourierService service = new PasscourierService(home, file, begun, clock);
        try {
            HostCheck.ofProcess(begun.settings().service().allowAgents(), CamelSetup.settings(home));
            service.open();
            service.startCamel();
            return service;
        } catch (Exception | Error e) {
            service.close();
            throw e;
        }
    }

    /** Reads the settings again, as {@code SIGHUP} asks for; the log says what came of it. Does nothing before it listens. */
    public void reloadBySignal() {
        Reload reload = reloading;
        if (reload != null) {
            reload.bySignal();
        }
    }

    /** What has been asked and how it ended. */
    public Ledger ledger() {
        return ledger;
    }

    /** The public key that recipients verify results with. */
    public Path publicSigningKey() {
        return keys.publicSigningKey();
    }

    /** Port of the embedded broker's TCP acceptor, or -1 without one. */
    public int brokerPort() {
        return broker.port();
    }

    /** Port of the status page, or -1 without one. */
    public int statusPort() {
        return watch.port();
    }

    /** Whether it lives: false if only a new process helps. */
    public boolean lives() {
        return watch.lives();
    }

    /** What the routes run in. */
    CamelContext camel() {
        return main.getCamelContext();
    }

    private void open() throws Exception {
        data = keep(DataDirectory.openForService(settings.service().dataDirectory(), LONGEST_COMMAND, clock));
        LOG.info("RSA and P-256 are computed by {}", CryptoProvider.inUse());
        keys = KeyAndLedgerFactory.serviceKeys(settings.service());
        trail = keep(FileAuditTrail.open(
                data.part("audit"),
                clock,
                KeyAndLedgerFactory.checkpoints(keys, settings.service().auditHead())));
        ledger = keep(KeyAndLedgerFactory.ledger(settings, trail, data));
        ledger.awaitApplied(trail.position(), Duration.ofMinutes(30));
        broker = keep(BrokerLink.open(settings, data));
        watch = keep(new Watch(settings, clock));
        tracing = keep(Tracing.of(settings.service().tracing(), ThisNode.version(), clock));
        audit = tracing.over(watch.trail(trail));
        watch.over(ledger, broker);
        gone = data.goneDestinations();
        restored = Restores.of(settings.service().dataDirectory()).begin(keys, trail, this::waiting, clock);
        settleLostRequests();
        broker.listen();
    }

    /** What goes by which id is known only as far as the queues can be seen; the record knows the rest. */
    private Set<String> waiting(Instant since) throws Exception {
        Set<String> ids = new HashSet<>(SubmittedBatches.left(data.part(Sources.SUBMITTED)));
        Settings.FileSource file = settings.sources().file();
        if (file != null) {
            DroppedFiles dropped = DroppedFiles.after(
                    DropDirectory.open(file.directory(), file.owners(), clock),
                    since,
                    settings.accounts().keySet());
            ids.addAll(dropped.batches());
            if (!dropped.done().isEmpty()) {
                LOG.warn(
                        "RESTORED_DROPPED {} files in {} were worked on after the backup was made, and what became of"
                                + " them is not known here: {}; what is dropped again of them is asked again, and marked",
                        dropped.done().size(),
                        file.directory(),
                        dropped.done().stream().limit(NAMED).collect(Collectors.joining(", ")));
            }
        }
        ledger.open(open -> true).forEach(open -> {
            ids.add(open.row().id());
            if (open.row().batch() != null) {
                ids.add(open.row().batch());
            }
        });
        ledger.unreportedBatches().forEach(batch -> ids.add(batch.id()));
        try {
            ids.addAll(broker.queuedWork(settings).ids());
        } catch (IllegalStateException hidden) {
            LOG.warn(
                    "RESTORED_NOT_SEEN_WHOLE {}: requests that the intake has not seen, and failed work, are not"
                            + " marked as possible duplicates",
                    hidden.getMessage());
        }
        return ids;
    }

    /**
     * Before we take from the queues or send to them. Nothing is settled while others take from them or have requests in
     * the ledger: nobody knows what they have in hand. The records go past the checks that listen to the trail: what a
     * broker lost is no destination's fault.
     */
    private void settleLostRequests() {
        if (!ledger.isAnyOpen() || ledger.followsOthers()) {
            return;
        }
        try {
            QueuedWork queued = broker.queuedWork(settings);
            new LostRequests(settings, broker.pool(), trail, notices(), clock)
                    .settle(
                            ledger.open(open -> broker.isVisible(open, settings) && queued.isLost(open)),
                            queued,
                            data.part("audit"));
        } catch (IllegalStateException hidden) {
            LOG.info("LOST_NOT_LOOKED_FOR {}", hidden.getMessage());
        } catch (Exception e) {
            LOG.warn(
                    "LOST_NOT_SETTLED {}: requests that are open and in no queue wait for the next start; see"
                            + "  passcourier ledger check",
                    e.getClass().getSimpleName());
        }
    }

    /** The settings in force. */
    private Settings now() {
        return inForce.get().settings();
    }

    private Views views() {
        return Objects.requireNonNull(views.get());
    }

    /** Of a request whose account is not known, the instance is what its sender wrote. */
    private Notices notices() {
        return new Notices(
                DeliveryIds::of,
                name -> {
                    Settings.Account account = now().accounts().get(name);
                    return account == null || account.showInstance();
                },
                alias -> now().destinations().containsKey(alias));
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    private void startCamel() throws Exception {
        extensions = ExtensionFiles.now(home);
        local = keep(LocalRoutes.start(
                home,
                settings,
                RouteCheck::cause,
                new LocalRequests(
                        BrokerLink.intakeQueue(settings),
                        new ClusterIntakeSender(ledger, new JmsIntakeSender(broker.pool())),
                        watch.gate()::isOpen)));
        main = CamelSetup.main(home, settings, CamelSetup.routes(home));
        main.addMainListener(new Assembly());
        keep(main::stop);
        main.start();
        keep(fetch::stop);
        listen();
        retention.start();
        watch.open();
        keep(watch);
        sources.submitted().goOn();
        local.open();
    }

    /** What commands may have done by the running service: of the service's own user, or of the members of a group. */
    private void listen() throws IOException, ConfigurationException {
        SubmittedBatches submitted = sources.submitted();
        Reload reload = new Reload(home, file, inForce::get, putInForce(), ledger.status(), extensions, clock);
        reloading = reload;
        RotationService rotation = new RotationService(
                keys, trail, this::undelivered, settings.service().resultLifetime(), clock);
        Orders all = asking(new Orders(), submitted)
                .add(RedriveOrder.NAME, RedriveOrder.class, (order, peer) -> views().redrive()
                        .carryOut(order))
                .addWaiting(ReloadOrder.NAME, ReloadOrder.class, (order, peer) -> reload.carryOut(order, peer.user()))
                .add(RunOrder.NAME, RunOrder.class, (order, peer) -> sources.runNow(order, peer.user()))
                .add(RunOrder.REPORT, RunOrder.class, (order, peer) -> sources.reportNow(order, peer.user()))
                .add(ReportService.ListOrder.NAME, ReportService.ListOrder.class, (order, peer) -> views().runs()
                        .list(order))
                .add(
                        ReportService.DocumentOrder.NAME,
                        ReportService.DocumentOrder.class,
                        (order, peer) -> views().runs().document(order))
                .addWaiting(
                        RetentionOrder.NAME,
                        RetentionOrder.class,
                        (order, peer) -> retention.carryOut(order, peer.user()))
                .add(RotationOrder.NAME, RotationOrder.class, (order, peer) -> rotation.carryOut(order, peer.user()));
        BackupService backups =
                new BackupService(settings, trail, keys, broker::whileStill, ledger::copyTo, this::recipient, clock);
        all.addWaiting(
                BackupService.Order.NAME, BackupService.Order.class, (order, peer) -> backups.make(order, peer.user()));
        Path directory = settings.service().dataDirectory();
        String group = settings.service().controlGroup();
        if (group != null) {
            Orders members = asking(new Orders(), submitted).besides(all);
            try {
                keep(ControlServer.listenForGroup(directory, group, members, clock));
            } catch (IOException e) {
                throw new ConfigurationException("service.controlGroup: " + e.getMessage());
            }
        }
        keep(ControlServer.listen(directory, all, clock));
    }

    /** Also what has failed: it can be returned for as long as it is valid. */
    private long undelivered(Instant sealedUntil) {
        ledger.awaitApplied(trail.position());
        return ledger.status().undelivered(sealedUntil);
    }

    private PutInForce putInForce() {
        return new PutInForce(
                camel(),
                new RouteSwap(camel(), PATIENCE, clock),
                inForce::get,
                this::follow,
                fetch,
                destinations,
                broker,
                watch,
                gone,
                audit,
                clock);
    }

    /** Has all that look at the settings as a whole look at these from now on. */
    private void follow(InForce next) {
        InForce before = inForce.getAndSet(next);
        before.recipients().keySet().forEach(name -> watch.forget("recipient", name));
        expiry.watchInstead(next.recipients());
        watch.recipients(next.recipients().keySet(), expiry);
        bundles.keepInstead(bundled(next.settings()));
        sources.follow(next.settings());
        retention.follow(next.settings().retention());
        views.set(views(next));
    }

    private Views views(InForce in) {
        return new Views(
                new CheckRequestStep(in.settings(), audit, ledger, notices(), in.signatures(), restored, clock),
                credentialReporter(in),
                reportHandOver(in.settings()),
                broker.redrive(in.settings(), audit, gone, clock),
                StatusReader.service(ledger.status(), in.settings(), watch::problems, clock),
                new ReportService(ledger.reports(), in.settings().reports(), clock));
    }

    private @Nullable RecipientKey recipient(String name) throws KeyLoadException {
        Settings.Recipient recipient = now().recipients().get(name);
        return recipient == null ? null : RecipientKey.load(recipient, clock);
    }

    private StatusAnswer status(StatusOrder order) throws OrderException {
        try {
            return views().status().answer(order);
        } catch (LedgerException e) {
            throw new OrderException(
                    ControlException.Reason.NOT_NOW,
                    String.valueOf(e.getMessage()),
                    "the service runs, but its ledger does not answer (" + e.getMessage()
                            + "), which knows where everything is: look again once it does"
                            + watch.problems().entrySet().stream()
                                    .map(down -> "; " + down.getKey() + " is down: " + down.getValue())
                                    .collect(Collectors.joining()));
        }
    }

    /** Whoever asks is asked about at the policy, or looks at what is on record. */
    private Orders asking(Orders orders, SubmittedBatches submitted) {
        SubmittedResults results = new SubmittedResults(ledger);
        orders.add(StatusOrder.NAME, StatusOrder.class, (order, peer) -> status(order))
                .add(SubmittedBatches.SUBMIT, Part.class, (part, peer) -> submitted.take(part, peer.user()))
                .add(SubmittedBatches.PROGRESS, Question.class, (question, peer) -> submitted.progress(question))
                .add(
                        SubmittedResults.NAME,
                        SubmittedResults.Question.class,
                        (question, peer) -> results.page(question));
        return new DirectOrders(this::now, fetch, clock).addTo(orders);
    }

    private CloudObserver observer(String account, Set<Operation> operations) {
        CloudObserver meters = watch.observer(account, operations);
        return new CloudObserver() {
            @Override
            public void called(Operation operation, int status, Duration took) {
                meters.called(operation, status, took);
                Settings.Account called = now().accounts().get(account);
                if (called != null) {
                    tracing.called(account, called.provider(), operation.name().toLowerCase(Locale.ROOT), status, took);
                }
            }

            @Override
            public void postponed(RetryRule rule) {
                meters.postponed(rule);
            }
        };
    }

    private void bind(CamelContext camel) throws Exception {
        tracing.follow(camel);
        InForce in = inForce.get();
        expiry = keep(KeyExpiry.watch(in.recipients(), clock));
        watch.recipients(in.recipients().keySet(), expiry);
        Vault vault = new Vault(keys, clock);
        RetryTable retryTable =
                new RetryTable(new SecureRandom(), settings.service().retryPace());
        bindHops(camel.getRegistry(), notices());
        bundles = bundles();
        NodeRegistry nodes =
                ledger.nodes(ThisNode.of(home, settings), watch.gate()::isOpen).orElse(null);
        fetch = new FetchStage(
                camel,
                audit,
                ledger,
                vault,
                notices(),
                bundles,
                () -> inForce.get().targets(),
                settings.service().resultLifetime(),
                settings.service().keepFailedWork(),
                watch.gate(),
                calls,
                nodes,
                retryTable,
                this::observer,
                clock);
        if (nodes != null) {
            keep(nodes).start();
        }
        Map<String, ProviderType> providers = ProviderCatalog.find();
        for (var account : settings.accounts().entrySet()) {
            Settings.Account value = account.getValue();
            String name = account.getKey();
            watch.account(
                    name,
                    fetch.add(name, value, providers.get(value.provider()), PutInForce.ring(value, in.rings())),
                    () -> fetch.refusedSignIn(name));
        }
        destinations = new Destinations(
                calls,
                own -> new SinkFactory(
                        audit,
                        clock,
                        retryTable,
                        vault::openAtRest,
                        gone,
                        restored,
                        watch.gate(),
                        settings.service().keepFailedWork(),
                        own,
                        (uri, message) -> local.send(uri, message)));
        for (var destination : settings.destinations().entrySet()) {
            destinations.put(
                    destination.getKey(), destinations.make(camel, destination.getKey(), destination.getValue()));
        }
        destinations.bind(camel);
        sources = keep(new Sources(camel, settings, audit, ledger, broker.pool(), watch, clock));
        sources.bind(ledger);
        DropDirectory drop = sources.drop();
        retention = keep(new RetentionService(
                settings.retention(),
                audit,
                trail,
                data.part(AuditArchive.NAME),
                ledger,
                drop == null ? null : new DoneFiles(drop, ledger::areReported),
                clock));
        reporter = reporter();
        views.set(views(in));
        Registry registry = camel.getRegistry();
        registry.bind("check-request", (Processor) exchange -> views().check().process(exchange));
        registry.bind("report-hand-over", watch.whileOpen(exchange -> views().reports()
                .process(exchange)));
        registry.bind("report-credentials", watch.whileOpen(exchange -> views().credentials()
                .process(exchange)));
        watch.begin(camel, gone);
    }

    /** Results that files of the drop directory get bundled, kept in its own part that every node on it shares. */
    private SealedBundles bundles() {
        Settings.FileSource file = settings.sources().file();
        if (file == null || file.bundle().isEmpty()) {
            return SealedBundles.none();
        }
        return new SealedBundles(DropDirectory.bundles(file.directory()), bundled(settings));
    }

    /** Who gets what goes to a destination in a file too. */
    private static Map<String, String> bundled(Settings settings) {
        Settings.FileSource file = settings.sources().file();
        Map<String, String> recipients = new HashMap<>();
        settings.destinations().forEach((alias, destination) -> {
            if (file != null && destination.seal() != null && file.bundle().contains(destination.seal())) {
                recipients.put(alias, destination.seal());
            }
        });
        return recipients;
    }

    private CredentialReporter credentialReporter(InForce in) {
        return new CredentialReporter(
                in.settings(),
                ledger,
                audit,
                in.recipients(),
                ThisNode.version(),
                new CredentialReportWriter(ReportEvidence.signer(keys)),
                new Vault(keys, clock),
                new ClusterIntakeSender(ledger, new JmsIntakeSender(broker.pool())),
                clock);
    }

    private BatchReporter reporter() {
        DropDirectory drop = sources.drop();
        return new BatchReporter(
                ledger,
                audit,
                clock,
                drop == null ? null : drop::done,
                schedule -> now().schedules().containsKey(schedule)
                        ? now().schedules().get(schedule).timeZone()
                        : ZoneOffset.UTC,
                !summary().isEmpty(),
                bundles);
    }

    private List<String> summary() {
        Settings.FileSource file = settings.sources().file();
        return file == null ? List.of() : file.summary();
    }

    private ReportHandOver reportHandOver(Settings after) {
        IntakeSender sender = new ClusterIntakeSender(ledger, new JmsIntakeSender(broker.pool()));
        return new ReportHandOver(reporter, after.schedules(), summary(), sender, clock);
    }

    private void bindHops(Registry registry, Notices notices) {
        registry.bind("broker", watch.component(broker.pool()));
        registry.bind("outbound", new OutboundMessageStep());
        registry.bind(
                "arrival",
                new ArrivalStep(
                        new JmsTemplate(broker.pool()),
                        broker.ownUser(),
                        BrokerLink.intakeQueue(settings),
                        audit,
                        new QuarantineNotices(
                                ledger, notices, alias -> now().destinations().containsKey(alias), clock),
                        clock));
    }

    /**
     * Closes what was opened, the newest first. Calls in hand are cut when their time is over, and their work goes back
     * to its queue. Problems are logged and do not keep the rest open.
     */
    @Override
    public void close() {
        delayedExecutor(PATIENCE.toSeconds(), SECONDS).execute(calls::cut);
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.warn("STOP_INCOMPLETE {}", e.getClass().getName());
            }
        }
    }

    /** Binds before Camel reads the route files, and instantiates their templates after. */
    private final class Assembly extends MainListenerSupport {

        @Override
        public void beforeConfigure(BaseMainSupport configuring) {
            checked(() -> bind(configuring.getCamelContext()));
        }

        @Override
        public void afterConfigure(BaseMainSupport configured) {
            checked(() -> {
                fetch.addRoutes();
                destinations.addRoutes();
                sources.addRoutes();
                HostCheck.ofCamel(configured.getCamelContext(), main.configure());
            });
        }

        private void checked(Act act) {
            try {
                act.run();
            } catch (Exception e) {
                throw new StartException(e);
            }
        }
    }

    private interface Act {
        void run() throws Exception;
    }

    /** Carries a checked exception through Camel's listeners. */
    private static final class StartException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StartException(Exception cause) {
            super(cause);
        }
    }
}
