package dev.passcourier.fetch;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.Gate;
import dev.passcourier.broker.GatedContainers;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.HttpClients;
import dev.passcourier.http.PemTrust;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.NodeRegistry;
import dev.passcourier.outbox.Notices;
import dev.passcourier.outbox.SealedBundles;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.Vault;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.RouteStartupOrder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the fetch stage: one queue, one gate and one way to the cloud per account, and what all of them share. */
public final class FetchStage {

    private static final Logger LOG = LoggerFactory.getLogger(FetchStage.class);

    private final CamelContext camel;
    private final AuditTrail audit;
    private final Ledger ledger;
    private final Vault vault;
    private final Notices notices;
    private final SealedBundles bundles;
    private final Duration resultLifetime;
    private final Duration keepFailedWork;
    private final Gate service;
    private final Clock clock;
    private final FailedOpenings failedOpenings;
    private final RetryTable retryTable;
    private final InspectionRecord inspections;
    private final CallsInHand calls;
    private final CloudObserver.Factory observers;
    private final @Nullable NodeRegistry nodes;
    private final Map<String, AccountFetch> accounts = new ConcurrentHashMap<>();

    /**
     * Binds what all accounts share.
     *
     * @param bundles        keeps results of batches that are to be in one file
     * @param targets        from a destination's alias to the key that seals for it; taken once for each attempt
     * @param resultLifetime of a sealed result
     * @param keepFailedWork how long work that failed is kept to be returned
     * @param service        the gate that all consumers pass, besides their account's
     * @param calls          where calls are noted while they are under way
     * @param observers      are told what comes of asking each cloud
     * @param nodes          with whom the accounts are shared, or null if with nobody
     */
    public FetchStage(
            CamelContext camel,
            AuditTrail audit,
            Ledger ledger,
            Vault vault,
            Notices notices,
            SealedBundles bundles,
            Supplier<Map<String, SealTarget>> targets,
            Duration resultLifetime,
            Duration keepFailedWork,
            Gate service,
            CallsInHand calls,
            @Nullable NodeRegistry nodes,
            RetryTable retryTable,
            CloudObserver.Factory observers,
            Clock clock) {
        this.camel = camel;
        this.audit = audit;
        this.ledger = ledger;
        this.vault = vault;
        this.notices = notices;
        this.bundles = bundles;
        this.resultLifetime = resultLifetime;
        this.keepFailedWork = keepFailedWork;
        this.service = service;
        this.calls = calls;
        this.observers = observers;
        this.nodes = nodes;
        this.retryTable = retryTable;
        this.inspections = new InspectionRecord(ledger);
        this.clock = clock;
        this.failedOpenings = new FailedOpenings(clock);
        CloudAccount.bindShared(camel.getRegistry());
        camel.getRegistry().bind("fetch-take", new TakeWorkStep(audit, failedOpenings, targets, clock));
    }

    /**
     * Makes one account's gate, steps and way to its cloud.
     *
     * @param keys the account's key ring; empty for clouds that answer in clear
     * @return the account's gate
     * @throws ConfigurationException if a secret or file that its settings name cannot be used
     */
    public AccountGate add(String name, Settings.Account account, ProviderType type, KeyRing keys)
            throws ConfigurationException {
        AccountFetch made = make(name, account, type, keys);
        put(made);
        return made.gate();
    }

    /**
     * The same for an account that is put in the place of another later, or added later, by {@link #put} and
     * {@link AccountFetch#addRoutes}.
     */
    public AccountFetch make(String name, Settings.Account account, ProviderType type, KeyRing keys)
            throws ConfigurationException {
        double rate = account.rate() == null ? type.defaultRate() : account.rate();
        AccountGate gate = gate(name, rate, account.concurrency());
        CallsInHand own = calls.some();
        CloudAccount cloud = new CloudAccount(
                camel,
                type,
                new AccountSettings(name, account.settings(), clock),
                new HttpClients(account.concurrency(), PemTrust.context(account.trust()), own),
                own,
                gate::awaitTurn);
        CloudObserver observer = observers.of(name, cloud.operations());
        cloud.observe(observer);
        RequestEnd end = new RequestEnd(audit, notices, keepFailedWork, inspections, clock);
        Opening opening = new Opening(
                type.id(), keys, account.clones() ? null : () -> ledger, vault, audit, resultLifetime, clock);
        WrongKeyReply wrongKey = new WrongKeyReply(failedOpenings, end, clock, retryTable.jitter());
        return new AccountFetch(
                camel,
                name,
                account,
                keys,
                cloud,
                gate,
                opening,
                own,
                new AccountFetch.Steps(
                        new GatedContainers(gate.then(service)),
                        new InspectStep(opening, failedOpenings, inspections, audit, clock),
                        new DecryptAndSealStep(opening, account, wrongKey, audit, bundles, retryTable, clock),
                        new SettleStep(new RetryScheduler(audit, end, clock, retryTable, observer), end, gate),
                        new GatedContainers(service),
                        new Clearing(ledger, gate, audit, retryTable, keepFailedWork, clock)));
    }

    private AccountGate gate(String account, double rate, int concurrency) {
        if (nodes == null) {
            return new AccountGate(account, rate, clock);
        }
        return AccountGate.shared(account, rate, concurrency, nodes.turns(), clock);
    }

    /** From now on it is the account of its name. */
    public void put(AccountFetch account) {
        failedOpenings.account(account.name(), account.keys());
        if (nodes != null) {
            account.gate().tell(nodes.join(account.name(), account.gate()));
        }
        accounts.put(account.name(), account);
    }

    /** There is no account of this name from now on. */
    public void remove(String name) {
        accounts.remove(name);
        if (nodes != null) {
            nodes.leave(name);
        }
    }

    /** The account of this name, or empty. */
    public Optional<AccountFetch> account(String name) {
        return Optional.ofNullable(accounts.get(name));
    }

    /** What a command has an account's cloud do. */
    @FunctionalInterface
    public interface Use<T> {

        /** Does it. */
        T make(DirectFetch cloud) throws Exception;
    }

    /**
     * Does what a command wants of an account's cloud, or answers empty if there is no such account. The routes must have
     * been added; a reload waits for its end.
     */
    public <T> Optional<T> direct(String name, Use<T> use) throws Exception {
        for (AccountFetch account = accounts.get(name); account != null; account = accounts.get(name)) {
            account.commands().lockInterruptibly();
            try {
                // While it waited, another may have come to its place.
                if (account == accounts.get(name)) {
                    return Optional.of(use.make(new DirectFetch(
                            account.cloud(),
                            account.gate(),
                            account.opening(),
                            failedOpenings,
                            audit,
                            retryTable.jitter(),
                            clock)));
                }
            } finally {
                account.commands().unlock();
            }
        }
        return Optional.empty();
    }

    /** How an account's cloud refused its latest sign-in, and until when it is not tried again; empty if it did not. */
    public Optional<Answer.Ended> refusedSignIn(String name) {
        return account(name).flatMap(account -> account.cloud().refusedSignIn());
    }

    /** Adds the routes of all accounts; their templates must have been loaded. */
    public void addRoutes() throws Exception {
        for (AccountFetch account : accounts.values()) {
            account.addRoutes();
        }
    }

    /** The route that has one account's cloud forget what was delivered. */
    public static TemplatedRouteBuilder clearRoute(
            CamelContext camel, String account, GatedContainers containers, Processor take, Processor settle) {
        return TemplatedRouteBuilder.builder(camel, "clear")
                .routeId("clear." + account)
                .parameter("account", account)
                .bean("containers", containers)
                .bean("take", take)
                .bean("settle", settle);
    }

    /** The route that takes one account's requests. */
    public static TemplatedRouteBuilder route(
            CamelContext camel,
            String account,
            int concurrency,
            GatedContainers containers,
            Processor inspect,
            Processor decryptAndSeal,
            Processor settle) {
        return TemplatedRouteBuilder.builder(camel, "fetch")
                .routeId("fetch." + account)
                .parameter("account", account)
                .parameter("concurrency", concurrency)
                .bean("containers", containers)
                .bean("inspect", inspect)
                .bean("decrypt-and-seal", decryptAndSeal)
                .bean("settle", settle);
    }

    /**
     * Takes no more requests, finishes those in hand, and ends the sessions that clouds count. In this order: whoever
     * still asked would get no session any more and have to ask again after the next start.
     */
    public void stop() {
        List<RouteStartupOrder> consumers = camel.getCamelContextExtension().getRouteStartupOrder().stream()
                .filter(order -> isConsumer(order.getRoute().getRouteId()))
                .toList();
        try {
            camel.getShutdownStrategy().suspend(camel, consumers);
        } catch (Exception e) {
            LOG.warn("STOP_INCOMPLETE {}", e.getClass().getName());
        }
        accounts.values().forEach(AccountFetch::signOut);
    }

    private static boolean isConsumer(String routeId) {
        return routeId.startsWith("fetch.") || routeId.startsWith("clear.");
    }
}
