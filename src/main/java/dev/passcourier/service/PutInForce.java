package dev.passcourier.service;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.fetch.AccountFetch;
import dev.passcourier.fetch.FetchStage;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.reload.Change;
import dev.passcourier.reload.Change.Action;
import dev.passcourier.reload.SettingsChanges;
import dev.passcourier.service.RouteSwap.Part;
import dev.passcourier.vault.KeyRing;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts other settings in force in a service that runs, whole or not at all: all that can fail without a change is done
 * first; then the routes of what differs are replaced, and at last the settings that all others look at.
 */
final class PutInForce implements Reload.Putting {

    private static final Logger LOG = LoggerFactory.getLogger(PutInForce.class);

    private final CamelContext camel;
    private final RouteSwap routes;
    private final Supplier<InForce> inForce;
    private final Consumer<InForce> follow;
    private final FetchStage fetch;
    private final Destinations destinations;
    private final BrokerLink broker;
    private final Watch watch;
    private final GoneDestinations gone;
    private final AuditTrail audit;
    private final Clock clock;

    /**
     * In a service that runs.
     *
     * @param inForce the settings in force
     * @param follow  has all that look at the settings as a whole look at others, and cannot fail
     */
    PutInForce(
            CamelContext camel,
            RouteSwap routes,
            Supplier<InForce> inForce,
            Consumer<InForce> follow,
            FetchStage fetch,
            Destinations destinations,
            BrokerLink broker,
            Watch watch,
            GoneDestinations gone,
            AuditTrail audit,
            Clock clock) {
        this.camel = camel;
        this.routes = routes;
        this.inForce = inForce;
        this.follow = follow;
        this.fetch = fetch;
        this.destinations = destinations;
        this.broker = broker;
        this.watch = watch;
        this.gone = gone;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public void inForce(InForce next, SettingsChanges changes, String who) throws Exception {
        InForce before = inForce.get();
        List<Part> old = new ArrayList<>();
        List<Part> made = new ArrayList<>();
        broker.makeReady(next.settings());

        Map<String, AccountFetch> accounts = new LinkedHashMap<>();
        for (String name : accounts(changes, before.settings(), next.settings())) {
            fetch.account(name).ifPresent(account -> old.add(part(account)));
            if (next.settings().accounts().containsKey(name)) {
                accounts.put(name, account(name, next));
            }
        }
        accounts.values().forEach(account -> made.add(part(account)));

        Set<String> aliases = changes.names("destination", Action.values());
        Map<String, Part> sinks = new LinkedHashMap<>();
        for (String alias : aliases) {
            destinations.part(alias).ifPresent(old::add);
            Settings.Destination destination = next.settings().destinations().get(alias);
            if (destination != null) {
                sinks.put(alias, destinations.make(camel, alias, destination));
            }
        }
        made.addAll(sinks.values());

        Set<String> schedules = new TreeSet<>(changes.names("schedule", Action.values()));
        schedules.addAll(changes.names("report", Action.values()));
        for (String name : schedules) {
            if (has(before.settings(), name)) {
                old.add(Sources.part(camel, before.settings(), name));
            }
            if (has(next.settings(), name)) {
                made.add(Sources.part(camel, next.settings(), name));
            }
        }

        routes.swap(
                old,
                made,
                () -> record(before.digest(), next.digest(), changes, who, null),
                () -> {
                    changes.names("account", Action.REMOVED).forEach(name -> {
                        fetch.remove(name);
                        watch.forget("account", name);
                    });
                    accounts.values().forEach(account -> {
                        fetch.put(account);
                        watch.account(account.name(), account.gate(), () -> fetch.refusedSignIn(account.name()));
                    });
                    aliases.forEach(alias -> {
                        destinations.remove(alias);
                        watch.forget("destination", alias);
                    });
                    sinks.forEach((alias, sink) -> {
                        destinations.put(alias, sink);
                        watch.destination(alias, gone);
                    });
                    watch.follow(next.settings());
                    follow.accept(next);
                    LOG.info("RELOADED by {}: {}", who, changes.changes());
                },
                failure -> record(next.digest(), before.digest(), changes, who, "TAKEN_BACK"));
    }

    private static boolean has(Settings settings, String schedule) {
        return settings.schedules().containsKey(schedule) || settings.reports().containsKey(schedule);
    }

    /** Those that differ themselves, and those whose keys do. */
    private static Set<String> accounts(SettingsChanges changes, Settings before, Settings after) {
        Set<String> names = new TreeSet<>(changes.names("account", Action.values()));
        Set<String> rings = changes.names("key ring", Action.values());
        for (Settings settings : List.of(before, after)) {
            settings.accounts().forEach((name, account) -> {
                if (account.keyRing() != null && rings.contains(account.keyRing())) {
                    names.add(name);
                }
            });
        }
        return names;
    }

    private AccountFetch account(String name, InForce next) throws ConfigurationException {
        Settings.Account account = next.settings().accounts().get(name);
        ProviderType type = ProviderCatalog.find().get(account.provider());
        return fetch.make(name, account, type, ring(account, next.rings()));
    }

    /** The keys that open an account's passwords. */
    static KeyRing ring(Settings.Account account, Map<String, KeyRing> rings) {
        return account.keyRing() == null ? KeyRing.empty() : rings.get(account.keyRing());
    }

    private static Part part(AccountFetch account) {
        return new Part(
                "account " + account.name(),
                account.consumers(),
                account.behind(),
                account.calls(),
                account::addRoutes,
                account::signOut,
                new RouteSwap.Beside() {
                    @Override
                    public boolean hold(Duration atMost) throws InterruptedException {
                        return account.holdCommands(atMost);
                    }

                    @Override
                    public void release() {
                        account.letCommands();
                    }
                });
    }

    /** Before anything that was in force goes. */
    private void record(String before, String after, SettingsChanges changes, String who, @Nullable String code) {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        facts.put(Fact.USER, who);
        facts.put(Fact.BEFORE, before);
        facts.put(Fact.AFTER, after);
        facts.put(
                Fact.CHANGES,
                String.join(
                        ", ", changes.changes().stream().map(Change::onRecord).toList()));
        if (code != null) {
            facts.put(Fact.CODE, code);
        }
        audit.append(new AuditEvent(AuditEvent.Type.RELOADED, clock.instant(), facts));
    }
}
