package dev.passcourier.fetch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.NetworkName;
import dev.passcourier.config.Settings;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.HttpClients;
import dev.passcourier.http.PemTrust;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.Vault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/**
 * One account's cloud for a command while no service runs: the routes of its provider, and no broker. Its session is kept
 * from attempt to attempt; closing it signs out.
 */
public final class DirectCloud implements AutoCloseable {

    private final DefaultCamelContext camel;
    private final CloudAccount cloud;
    private final AccountGate gate;
    private final FailedOpenings failures;
    private final ProviderType type;
    private final KeyRing keys;
    private final Clock clock;

    private DirectCloud(
            DefaultCamelContext camel,
            CloudAccount cloud,
            AccountGate gate,
            FailedOpenings failures,
            ProviderType type,
            KeyRing keys,
            Clock clock) {
        this.camel = camel;
        this.cloud = cloud;
        this.gate = gate;
        this.failures = failures;
        this.type = type;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Loads the routes.
     *
     * @param routes the folder that holds the route files
     * @param keys   the account's key ring; empty for clouds that answer in clear
     * @throws Exception if a route file, a secret or a file that the settings name cannot be used
     */
    public static DirectCloud open(
            Path routes, String account, Settings.Account settings, ProviderType type, KeyRing keys, Clock clock)
            throws Exception {
        DefaultCamelContext camel = CloudAccount.camel(routes, type.id());
        try {
            CallsInHand calls = new CallsInHand();
            HttpClients client = new HttpClients(1, PemTrust.context(settings.trust()), calls);
            AccountSettings known = new AccountSettings(account, settings.settings(), clock);
            if (type.learnsEndpoint(known)) {
                known = learnt(camel, type, known, settings.insecure(), client, calls);
            }
            double rate = settings.rate() == null ? type.defaultRate() : settings.rate();
            AccountGate gate = new AccountGate(account, rate, clock);
            CloudAccount cloud = new CloudAccount(camel, type, known, client, calls, gate::awaitTurn);
            cloud.addRoutes();
            FailedOpenings failures = new FailedOpenings(clock);
            failures.account(account, keys);
            return new DirectCloud(camel, cloud, gate, failures, type, keys, clock);
        } catch (Exception | Error e) {
            camel.close();
            throw e;
        }
    }

    /** The settings with the address that the sign-in names. */
    private static AccountSettings learnt(
            DefaultCamelContext camel,
            ProviderType type,
            AccountSettings settings,
            boolean insecure,
            HttpClients client,
            CallsInHand calls)
            throws Exception {
        AccountSettings learning =
                new AccountSettings(settings.account() + "-catalogue", settings.settings(), settings.clock());
        CloudAccount cloud = new CloudAccount(camel, type, learning, client, calls);
        cloud.addRoutes();
        String found = cloud.api();
        demandSecure(type.endpoints(settings).get("sign-in"), URI.create(found), insecure);
        ObjectNode whole = settings.settings().deepCopy();
        return new AccountSettings(settings.account(), whole.put("endpoint", found), settings.clock());
    }

    /**
     * A token must not leave TLS because an answer says so, nor cross the network in clear because the sign-in did not.
     *
     * @param signIn   where the token is from, or null if that is not known
     * @param insecure allows {@code http:} beyond loopback, for a sign-in over {@code http:}
     */
    static void demandSecure(@Nullable URI signIn, URI found, boolean insecure) throws ConfigurationException {
        boolean lessSecure = signIn != null && "https".equals(signIn.getScheme());
        boolean allowed = insecure || NetworkName.isLoopback(found.getHost());
        if (!"https".equals(found.getScheme()) && (lessSecure || !allowed)) {
            throw new ConfigurationException("the catalogue names the compute API at " + found.getHost()
                    + " without https; name it with --endpoint");
        }
    }

    /**
     * What a command has the cloud do.
     *
     * @param ledger   knows whose ciphertexts were, and is asked for when there is one; null if nobody knows, or the same
     *                 ciphertext may serve several instances
     * @param lifetime of a sealed result
     */
    public DirectFetch fetch(AuditTrail audit, Vault vault, @Nullable Supplier<Ledger> ledger, Duration lifetime) {
        Opening opening = new Opening(type.id(), keys, ledger, vault, audit, lifetime, clock);
        return new DirectFetch(cloud, gate, opening, failures, audit, new SecureRandom(), clock);
    }

    @Override
    public void close() throws IOException {
        cloud.signOut();
        camel.close();
    }
}
