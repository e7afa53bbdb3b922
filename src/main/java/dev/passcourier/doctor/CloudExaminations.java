package dev.passcourier.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.fetch.CloudProbe;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.EndpointProbe;
import dev.passcourier.http.PemTrust;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.ProviderType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The clouds: reachable, with a certificate that we trust, of our time, and do they take our credentials? Those are
 * tried once; what several accounts share is not tried again after a refusal, as clouds lock keys after a few.
 */
final class CloudExaminations implements AutoCloseable {

    private final Path routes;
    private final Map<String, Settings.Account> accounts;
    private final Clock clock;
    private final Clocks clocks;
    private final CallsInHand calls = new CallsInHand();
    private final Map<Map.Entry<String, JsonNode>, CloudProbe.Seen> refused = new HashMap<>();
    private @Nullable CloudProbe probe;

    CloudExaminations(Path routes, Map<String, Settings.Account> accounts, Clock clock) {
        this.routes = routes;
        this.accounts = accounts;
        this.clock = clock;
        this.clocks = new Clocks(clock);
    }

    List<Examination> all() {
        Map<String, ProviderType> providers = ProviderCatalog.find();
        return accounts.entrySet().stream()
                .map(account -> new Examination(
                        "account." + account.getKey(),
                        subject -> cloud(
                                subject,
                                account.getKey(),
                                account.getValue(),
                                Optional.ofNullable(
                                                providers.get(account.getValue().provider()))
                                        .orElseThrow())))
                .toList();
    }

    /** The worst of its endpoints speaks for the account; only behind good ones it signs in. */
    private Diagnosis cloud(String subject, String name, Settings.Account account, ProviderType provider)
            throws Exception {
        var tls = PemTrust.context(account.trust());
        Diagnosis reached = provider.endpoints(new AccountSettings(name, account.settings(), clock)).values().stream()
                .distinct()
                .map(endpoint -> reached(subject, endpoint, tls))
                .max(Comparator.comparing(Diagnosis::level))
                .orElseThrow();
        if (reached.level() == Diagnosis.Level.FAIL) {
            return reached;
        }
        CloudProbe.Seen seen = signedIn(name, account, provider);
        return seen.works()
                ? new Diagnosis(subject, reached.level(), seen.says() + "; " + reached.says())
                : Diagnosis.fail(subject, seen.says() + "; " + reached.says());
    }

    private Diagnosis reached(String subject, URI endpoint, SSLContext tls) {
        return new Examination(subject, each -> clocks.judge(each, EndpointProbe.look(endpoint, tls))).examine();
    }

    /** One at a time, so that a second account with the same credentials knows of the first one's refusal. */
    private synchronized CloudProbe.Seen signedIn(String name, Settings.Account account, ProviderType provider)
            throws Exception {
        if (calls.isCut()) {
            return new CloudProbe.Seen(false, "not tried, as the time was up");
        }
        var credentials = Map.entry(account.provider(), provider.credentials(account.settings()));
        CloudProbe.Seen before = refused.get(credentials);
        if (before != null) {
            return new CloudProbe.Seen(
                    false, "not tried, as another account's same credentials were: " + before.says());
        }
        CloudProbe.Seen seen = probe().look(name, account, provider);
        if (!seen.works()) {
            refused.put(credentials, seen);
        }
        return seen;
    }

    private CloudProbe probe() throws ConfigurationException {
        if (probe == null) {
            probe = CloudProbe.open(routes, clock, calls);
        }
        return probe;
    }

    /** Cuts the call in hand and begins no other: who closes does not wait for a silent cloud. */
    @Override
    public void close() throws IOException {
        calls.cut();
        end();
    }

    private synchronized void end() throws IOException {
        if (probe != null) {
            probe.close();
        }
    }
}
