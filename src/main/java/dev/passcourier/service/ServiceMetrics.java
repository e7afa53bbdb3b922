package dev.passcourier.service;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.fetch.AccountGate;
import dev.passcourier.health.BrokerCheck;
import dev.passcourier.health.Checks;
import dev.passcourier.health.Figures;
import dev.passcourier.health.KeyExpiry;
import dev.passcourier.health.Metrics;
import dev.passcourier.health.ServiceGate;
import dev.passcourier.http.PemTrust;
import dev.passcourier.ledger.Ledger;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The gauges of a service: how it is when somebody looks. What has no account or queue any more is not shown. */
final class ServiceMetrics {

    private static final Duration FRESH = Duration.ofMinutes(10);

    private final Metrics metrics;
    private volatile Settings settings;
    private final Clock clock;
    private final Map<String, AccountGate> gates = new ConcurrentHashMap<>();
    private Map<List<String>, Instant> certificates = Map.of();
    private Instant nextLook = Instant.MIN;

    ServiceMetrics(Metrics metrics, Settings settings, Clock clock) {
        this.metrics = metrics;
        this.settings = settings;
        this.clock = clock;
        disks();
        accounts();
        metrics.gauges(
                "passcourier.certificate.expires.seconds",
                "Seconds until the first certificate of a file ends, by whose file it is; below 0 once it has.",
                List.of("kind", "name"),
                () -> left(certificates()));
    }

    /** Has exactly what these settings name from now on. */
    synchronized void follow(Settings others) {
        settings = others;
        gates.keySet().retainAll(others.accounts().keySet());
        nextLook = Instant.MIN;
    }

    private void disks() {
        metrics.gauges(
                "passcourier.disk.free.bytes",
                "What is free where the data directory and the drop directory are.",
                List.of("directory"),
                () -> bytes(path -> path.toFile().getUsableSpace()));
        metrics.gauges(
                "passcourier.disk.size.bytes",
                "How large the file systems of these directories are.",
                List.of("directory"),
                () -> bytes(path -> path.toFile().getTotalSpace()));
        metrics.gauge(
                "passcourier.disk.least.bytes",
                "What must be free there: with less, nothing is taken.",
                () -> settings.service().minFreeSpace());
    }

    private Map<List<String>, Double> bytes(ToDoubleFunction<Path> of) {
        Map<List<String>, Double> found = new HashMap<>();
        found.put(List.of("data"), of.applyAsDouble(settings.service().dataDirectory()));
        Settings.FileSource drop = settings.sources().file();
        if (drop != null) {
            found.put(List.of("drop"), of.applyAsDouble(drop.directory()));
        }
        return found;
    }

    private void accounts() {
        ofAccounts(
                "passcourier.account.breaker.open",
                "1 while the account rests after ten failures in a row.",
                gate -> gate.isBroken() ? 1 : 0);
        ofAccounts(
                "passcourier.account.paused.seconds",
                "How much longer the account's cloud wants to be left alone.",
                gate -> gate.pausedUntil()
                        .map(until -> Math.max(
                                0, Duration.between(clock.instant(), until).toMillis() / 1e3))
                        .orElse(0.0));
        ofAccounts(
                "passcourier.account.rate.limit",
                "Calls a second that the account may be asked, by all nodes together.",
                AccountGate::perSecond);
    }

    private void ofAccounts(String name, String help, ToDoubleFunction<AccountGate> value) {
        metrics.gauges(name, help, List.of("account"), () -> {
            Map<List<String>, Double> found = new HashMap<>();
            gates.forEach((account, gate) -> found.put(List.of(account), value.applyAsDouble(gate)));
            return found;
        });
    }

    /** Shows an account's rate and breaker, in the place of what was shown of it before. */
    void account(String name, AccountGate gate) {
        gates.put(name, gate);
    }

    void trail(FileAuditTrail trail) {
        metrics.gauge("passcourier.audit.records", "Number of the last record of the audit trail.", trail::position);
        metrics.gauge(
                "passcourier.audit.unsigned.seconds",
                "How long the oldest record has waited for a checkpoint that signs it; after five minutes one is made.",
                () -> trail.unsignedSince()
                        .map(since -> Duration.between(since, clock.instant()).toMillis() / 1e3)
                        .orElse(0.0));
    }

    void ledger(Ledger ledger) {
        ledger.onEnd(ended -> metrics.ended(ended.account(), ended.source(), ended.verdict()));
        metrics.gauge(
                "passcourier.ledger.lag.records",
                "Records of the audit trail that the ledger has not applied yet.",
                ledger::behind);
    }

    void checks(Checks checks, ServiceGate gate) {
        metrics.gauge(
                "passcourier.taking.work",
                "1 while work is taken, 0 while it is left alone.",
                () -> gate.isOpen() ? 1 : 0);
        metrics.gauges(
                "passcourier.check.up",
                "1 while a check of the health page is up, and what is left alone while it is down.",
                List.of("check", "stops"),
                () -> {
                    Map<List<String>, Integer> found = new HashMap<>();
                    checks.states()
                            .forEach(state -> found.put(
                                    List.of(state.name(), state.stops().name().toLowerCase(Locale.ROOT)),
                                    state.isUp() ? 1 : 0));
                    return found;
                });
    }

    void broker(BrokerCheck broker) {
        metrics.gauges(
                "passcourier.queue.messages",
                "Messages in a queue, those in hand and those with a delay included.",
                List.of("queue"),
                () -> {
                    Map<List<String>, Long> found = new HashMap<>();
                    broker.depths().forEach((queue, messages) -> found.put(List.of(queue), messages));
                    return found;
                });
    }

    void waiting(Figures figures) {
        metrics.gauge(
                "passcourier.ledger.count.age.seconds",
                "How long ago the ledger last counted what waits; not there while nobody knows what waits.",
                () -> figures.countedAt().map(this::age).orElse(null));
        metrics.gauges(
                "passcourier.queue.oldest.seconds",
                "Age of the oldest request of an account, or delivery to a destination, that has not ended, by its queue;"
                        + " 0 if there is none, not there while nobody knows.",
                List.of("queue"),
                () -> {
                    Map<List<String>, Double> found = new HashMap<>();
                    Settings now = settings;
                    figures.oldest(now.accounts().keySet(), now.destinations().keySet())
                            .forEach((queue, since) -> found.put(
                                    List.of(queue), since.map(this::age).orElse(0.0)));
                    return found;
                });
    }

    private double age(Instant since) {
        return Math.max(0, Duration.between(since, clock.instant()).toMillis() / 1e3);
    }

    void recipients(KeyExpiry expiry) {
        metrics.gauges(
                "passcourier.recipient.expires.seconds",
                "Seconds until a recipient's key ends; below 0 once it has, +Inf if it never does.",
                List.of("recipient"),
                () -> {
                    Map<List<String>, Double> found = new HashMap<>();
                    expiry.ends()
                            .forEach((name, end) ->
                                    found.put(List.of(name), end.map(this::left).orElse(Double.POSITIVE_INFINITY)));
                    return found;
                });
    }

    private Map<List<String>, Double> left(Map<List<String>, Instant> ends) {
        Map<List<String>, Double> found = new HashMap<>();
        ends.forEach((labels, end) -> found.put(labels, left(end)));
        return found;
    }

    private double left(Instant end) {
        return Duration.between(clock.instant(), end).toSeconds();
    }

    /** Whoever replaces a file sees it after ten minutes. */
    private synchronized Map<List<String>, Instant> certificates() {
        Instant now = clock.instant();
        if (!now.isBefore(nextLook)) {
            nextLook = now.plus(FRESH);
            Map<List<String>, Instant> found =
                    new TreeMap<>((one, other) -> one.toString().compareTo(other.toString()));
            settings.accounts().forEach((name, account) -> look(found, "account_trust", name, account.trust()));
            settings.destinations().forEach((name, destination) -> {
                if (destination.channel() instanceof Settings.EmailChannel mail) {
                    look(found, "destination_trust", name, mail.trust());
                } else if (destination.channel() instanceof Settings.WebhookChannel hook) {
                    look(found, "destination_trust", name, hook.trust());
                }
            });
            Settings.Acceptor acceptor = settings.broker().acceptor();
            look(found, "server", "broker", acceptor == null ? null : acceptor.certificate());
            Settings.Status status = settings.service().status();
            look(found, "server", "status", status == null ? null : status.certificate());
            look(found, "client_trust", "status", status == null ? null : status.clientCertificates());
            certificates = found;
        }
        return certificates;
    }

    /** A file that cannot be read is a matter of the start, and of whoever uses it. */
    private static void look(Map<List<String>, Instant> found, String kind, String name, @Nullable Path file) {
        if (file != null) {
            try {
                found.put(List.of(kind, name), PemTrust.firstEnd(file));
            } catch (ConfigurationException e) {
                // Not shown.
            }
        }
    }
}
