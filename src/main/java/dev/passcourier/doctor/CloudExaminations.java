package dev.passcourier.doctor;

import dev.passcourier.config.Settings;
import dev.passcourier.http.EndpointProbe;
import dev.passcourier.http.PemTrust;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.ProviderType;
import java.net.URI;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The clouds' endpoints: reachable, with a certificate that we trust, and of our time? Nobody signs in. */
final class CloudExaminations {

    private final Settings settings;
    private final Clock clock;
    private final Clocks clocks;

    CloudExaminations(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.clocks = new Clocks(clock);
    }

    List<Examination> all() {
        Map<String, ProviderType> providers = ProviderCatalog.find();
        return settings.accounts().entrySet().stream()
                .map(account -> new Examination(
                        "account." + account.getKey(),
                        subject -> cloud(
                                subject,
                                account.getValue(),
                                endpoints(providers, account.getKey(), account.getValue()))))
                .toList();
    }

    private List<URI> endpoints(Map<String, ProviderType> providers, String name, Settings.Account account)
            throws Exception {
        ProviderType provider =
                Optional.ofNullable(providers.get(account.provider())).orElseThrow();
        return provider.endpoints(new AccountSettings(name, account.settings(), clock)).values().stream()
                .distinct()
                .toList();
    }

    /** The worst of its endpoints speaks for the account. */
    private Diagnosis cloud(String subject, Settings.Account account, List<URI> endpoints) throws Exception {
        var tls = PemTrust.context(account.trust());
        return endpoints.stream()
                .map(endpoint -> new Examination(subject, each -> clocks.judge(each, EndpointProbe.look(endpoint, tls)))
                        .examine())
                .max(Comparator.comparing(Diagnosis::level))
                .orElseThrow();
    }
}
