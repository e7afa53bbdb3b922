package dev.passcourier.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.security.auth.module.UnixSystem;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.NetworkName;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.fetch.DirectAnswer;
import dev.passcourier.fetch.DirectCloud;
import dev.passcourier.fetch.DirectFetch;
import dev.passcourier.fetch.DirectOrder;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Environment;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.request.Permission;
import dev.passcourier.retry.RetryRule;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.Vault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One account whose cloud a command has do something: by this process while no service runs on the data directory, which
 * is held for the length of one attempt, and else by the running service.
 */
public final class DirectAccount implements AutoCloseable {

    /** The rule on record where there are no settings: whoever asks uses credentials of their own. */
    public static final String OWN_CREDENTIALS = "own-credentials";

    /** Longer than any attempt takes, of this command or of another. */
    private static final Duration LONGEST_TURN = Duration.ofMinutes(3);

    /** How long the ledger may take to apply what a service that ended badly has left. */
    private static final Duration CATCHING_UP = Duration.ofMinutes(30);

    private static final Duration LOOK = Duration.ofMillis(50);

    /** A wait that would end this close to the end of the patience is cut to end at it, so that the last ask happens. */
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

    private final Path home;
    private final Path dataDirectory;
    private final String account;
    private final Reader reader;
    private final boolean own;
    private final Clock clock;
    private @Nullable Opened opened;

    private DirectAccount(Path home, Path dataDirectory, String account, Reader reader, boolean own, Clock clock) {
        this.home = home;
        this.dataDirectory = dataDirectory;
        this.account = account;
        this.reader = reader;
        this.own = own;
        this.clock = clock;
    }

    /** Reads what only a process needs that asks the cloud itself: the settings with the secrets that they refer to. */
    @FunctionalInterface
    public interface Reader {

        /**
         * Reads it.
         *
         * @throws Exception saying what cannot be used
         */
        Known read() throws Exception;
    }

    /**
     * An account that this process can ask itself.
     *
     * @param keys open its passwords
     */
    public record Known(Settings settings, ProviderType type, KeyRing keys) {

        /**
         * An account of the settings.
         *
         * @throws KeyLoadException naming every file of its key ring that cannot be used
         */
        public static Known of(Settings settings, String account, ProviderType type) throws KeyLoadException {
            String ring = settings.accounts().get(account).keyRing();
            return new Known(
                    settings,
                    type,
                    ring == null
                            ? KeyRing.empty()
                            : KeyAndLedgerFactory.keyRing(
                                    ring, settings.keyRings().get(ring)));
        }
    }

    /** Kept from attempt to attempt. */
    private record Opened(Known known, DirectFetch.Grant grant, DirectCloud cloud) {}

    /**
     * An account of the settings; the policy says who may do what with it.
     *
     * @param home          the folder that holds {@code routes}
     * @param dataDirectory of the service
     * @param reader        is asked only if no service runs there
     */
    public static DirectAccount of(Path home, Path dataDirectory, String account, Reader reader, Clock clock) {
        return new DirectAccount(home, dataDirectory, account, reader, false, clock);
    }

    /**
     * The account that the environment describes, named as its provider. Whoever asks uses credentials of their own, so
     * there is no policy; audit trail and signing key are kept in a data directory of their own.
     *
     * @param keys     opens its passwords
     * @param data     the data directory, made if it is not there
     * @param insecure allows {@code http:} endpoints beyond loopback
     * @throws ConfigurationException saying what the environment lacks
     */
    public static DirectAccount own(
            Path home,
            ProviderType type,
            Environment environment,
            KeyRing keys,
            Path data,
            boolean insecure,
            Clock clock)
            throws ConfigurationException {
        ObjectNode found = type.settings(environment);
        Path trust = Optional.ofNullable(found.remove("trust"))
                .map(file -> Path.of(file.asText()))
                .orElse(null);
        Settings.Account account = new Settings.Account(
                type.id(), null, null, 1, true, true, Settings.AfterDelivery.KEEP, trust, insecure, found);
        AccountSettings described = new AccountSettings(type.id(), found, clock);
        for (Map.Entry<String, URI> endpoint : type.endpoints(described).entrySet()) {
            demandSecure(endpoint.getKey(), endpoint.getValue(), insecure);
        }
        Known own = new Known(settings(account, data), type, keys);
        return new DirectAccount(home, data, type.id(), () -> own, true, clock);
    }

    private static void demandSecure(String use, URI url, boolean insecure) throws ConfigurationException {
        if (!insecure && !"https".equals(url.getScheme()) && !NetworkName.isLoopback(url.getHost())) {
            throw new ConfigurationException("credentials would cross the network in clear to the " + use
                    + " endpoint: use https:, or give --insecure");
        }
    }

    private static Settings settings(Settings.Account account, Path data) {
        Path signing = data.resolve("keys/signing.jwk");
        Path atRest = data.resolve("keys/at-rest.key");
        return new Settings(
                new Settings.Service(
                        data,
                        Duration.ofMinutes(20),
                        Duration.ofDays(7),
                        Duration.ofDays(30),
                        1,
                        signing,
                        atRest,
                        null,
                        0,
                        null,
                        null,
                        null,
                        List.of()),
                new Settings.Broker(null, null, null, null, Map.of()),
                new Settings.Sources(new Settings.JmsSource("none", 1, null, null, null), null),
                Map.of(),
                Map.of(account.provider(), account),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                new Settings.Policy(List.of(), Map.of(), List.of()),
                new Settings.LedgerStore(null, null, null),
                Settings.Retention.FOREVER,
                null);
    }

    static DirectFetch.Grant grant(Settings settings) {
        Set<String> receivers = new HashSet<>(Set.of(DirectOrder.ASKER, DirectOrder.CLEAR));
        settings.recipients().keySet().forEach(name -> receivers.add(DirectOrder.RECIPIENT + name));
        return Permission.ofCommand(settings, receivers)::rule;
    }

    /** Whom an order's result is sealed for. */
    static RecipientKey recipient(Settings settings, DirectOrder order, Clock clock)
            throws KeyLoadException, ConfigurationException {
        if (order.sealFor() != null) {
            return RecipientKey.of(order.sealFor(), clock);
        }
        String name = order.to().substring(DirectOrder.RECIPIENT.length());
        Settings.Recipient recipient = settings.recipients().get(name);
        if (recipient == null) {
            throw new ConfigurationException("recipients." + name + ": is not defined");
        }
        return RecipientKey.load(recipient, clock);
    }

    /** Told of every wait before the next attempt. */
    @FunctionalInterface
    public interface Waiting {

        /** Returns when the time has come. */
        void until(Instant next, DirectAnswer why, int attempts) throws InterruptedException;
    }

    /**
     * Gets a password, asking again by the retry table for as long as there is patience.
     *
     * @param patience zero to ask once
     * @return the last answer; it says to ask again only if the patience has ended, not the retry table
     * @throws Exception if settings, keys, the audit trail or the running service cannot be used
     */
    public DirectAnswer get(DirectOrder first, Duration patience, Waiting waiting) throws Exception {
        return repeated(first, patience, waiting, order -> attempt(DirectOrder.GET, order));
    }

    /** Has the cloud forget a password, in the same way. */
    public DirectAnswer clear(DirectOrder first, Duration patience, Waiting waiting) throws Exception {
        return repeated(first, patience, waiting, order -> attempt(DirectOrder.CLEAR_ORDER, order));
    }

    private interface Attempts {
        DirectAnswer make(DirectOrder order) throws Exception;
    }

    private DirectAnswer repeated(DirectOrder first, Duration patience, Waiting waiting, Attempts attempts)
            throws Exception {
        SecureRandom jitter = new SecureRandom();
        Instant end = clock.instant().plus(patience);
        int failures = 0;
        DirectOrder order = first;
        while (true) {
            DirectAnswer answer = attempts.make(order);
            RetryRule again = answer.again();
            if (answer.isDone() || again == null) {
                return answer;
            }
            failures += again == RetryRule.NOT_YET ? 0 : 1;
            Duration asked = answer.afterMillis() == 0 ? null : Duration.ofMillis(answer.afterMillis());
            double pace =
                    opened == null ? 1 : opened.known().settings().service().retryPace();
            Optional<Duration> wait = new RetryTable(jitter, pace)
                    .after(again, again == RetryRule.NOT_YET ? order.attempt() : failures, asked);
            Instant now = clock.instant();
            Duration left = Duration.between(now, end);
            if (wait.isEmpty()) {
                return answer.givenUp();
            }
            if (left.compareTo(SHORTEST_WAIT) < 0) {
                return answer;
            }
            waiting.until(now.plus(wait.get().compareTo(left) < 0 ? wait.get() : left), answer, order.attempt());
            order = order.next();
        }
    }

    private DirectAnswer attempt(String name, DirectOrder order) throws Exception {
        Instant end = clock.instant().plus(LONGEST_TURN);
        while (true) {
            Optional<DirectAnswer> answer = own ? Optional.empty() : ordered(name, order);
            if (answer.isPresent()) {
                return answer.get();
            }
            Opened ready = opened();
            try (DataDirectory data = DataDirectory.tryOpen(dataDirectory)) {
                if (data != null) {
                    return alone(name, order, ready, data);
                }
            }
            if (clock.instant().isAfter(end)) {
                throw new ConfigurationException(
                        "service.dataDirectory " + dataDirectory + " is in use by another process");
            }
            Thread.sleep(LOOK.toMillis());
        }
    }

    /** By the running service; empty if none runs. */
    private Optional<DirectAnswer> ordered(String name, DirectOrder order) throws ControlException {
        try {
            return Optional.of(
                    ControlClient.of(dataDirectory, clock).order(name, order, DirectAnswer.class, LONGEST_TURN));
        } catch (ControlException e) {
            if (e.reason() == ControlException.Reason.NO_SERVICE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private DirectAnswer alone(String name, DirectOrder order, Opened ready, DataDirectory data) throws Exception {
        Settings settings = ready.known().settings();
        ServiceKeys service = KeyAndLedgerFactory.serviceKeys(settings.service());
        try (FileAuditTrail trail = FileAuditTrail.open(
                        data.part("audit"),
                        clock,
                        KeyAndLedgerFactory.checkpoints(
                                service, settings.service().auditHead()));
                Ledgers ledgers = new Ledgers(settings, trail, data)) {
            boolean guarded = !own && !settings.accounts().get(account).clones();
            if (guarded && name.equals(DirectOrder.GET)) {
                ledgers.open().awaitApplied(trail.position(), CATCHING_UP); // before the cloud gives a password away
            }
            DirectFetch fetch = ready.cloud()
                    .fetch(
                            trail,
                            new Vault(service, clock),
                            guarded ? ledgers::open : null,
                            settings.service().resultLifetime());
            DirectFetch.Caller caller = new DirectFetch.Caller(new UnixSystem().getUsername(), () -> false);
            return name.equals(DirectOrder.GET)
                    ? fetch.get(order, caller, ready.grant(), () -> recipient(settings, order, clock))
                    : fetch.clear(order, caller, ready.grant());
        }
    }

    private Opened opened() throws Exception {
        if (opened == null) {
            Known known = reader.read();
            Settings settings = known.settings();
            DirectFetch.Grant grant = own ? (request, requester) -> OWN_CREDENTIALS : grant(settings);
            DirectCloud cloud = DirectCloud.open(
                    home.resolve("routes"),
                    account,
                    settings.accounts().get(account),
                    known.type(),
                    known.keys(),
                    clock);
            opened = new Opened(known, grant, cloud);
        }
        return opened;
    }

    /** Ends the session at clouds that count them. */
    @Override
    public void close() throws IOException {
        if (opened != null) {
            opened.cloud().close();
        }
    }

    /** The service's ledger, opened only where somebody asks whose ciphertext it was. */
    private static final class Ledgers implements AutoCloseable {

        private final Settings settings;
        private final FileAuditTrail trail;
        private final DataDirectory data;
        private @Nullable Ledger ledger;

        Ledgers(Settings settings, FileAuditTrail trail, DataDirectory data) {
            this.settings = settings;
            this.trail = trail;
            this.data = data;
        }

        Ledger open() {
            if (ledger == null) {
                try {
                    ledger = KeyAndLedgerFactory.ledger(settings, trail, data);
                } catch (SQLException | IOException | ConfigurationException e) {
                    throw new IllegalStateException("the ledger cannot be opened: " + e.getMessage());
                }
            }
            return ledger;
        }

        @Override
        public void close() {
            if (ledger != null) {
                ledger.close();
            }
        }
    }
}
