package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Clock;
import java.util.Map;

/** Asks each account's provider whether it can use the settings, and where it would send calls. */
final class AccountCheck {

    private final Map<String, ? extends AccountType> providers;
    private final Findings findings;
    private final Clock clock;

    private AccountCheck(Map<String, ? extends AccountType> providers, Findings findings, Clock clock) {
        this.providers = providers;
        this.findings = findings;
        this.clock = clock;
    }

    static void of(JsonNode root, Map<String, ? extends AccountType> providers, Findings findings, Clock clock) {
        AccountCheck check = new AccountCheck(providers, findings, clock);
        root.path("accounts").properties().forEach(account -> check.account(account.getKey(), account.getValue()));
    }

    private void account(String name, JsonNode account) {
        String key = Keys.of("accounts", name);
        AccountType provider = providers.get(account.path("provider").asText());
        if (provider == null || findings.concern(key + ".settings") || findings.concern(key + ".insecure")) {
            return;
        }
        JsonNode settings = account.path("settings");
        if (!provider.clears() && !account.path("afterDelivery").asText().equals("keep")) {
            findings.add(
                    key + ".afterDelivery",
                    "cannot be done: " + account.path("provider").asText() + " has no call that clears a password",
                    "leave it out");
        }
        urls(key + ".settings", settings);
        if (findings.concern(key + ".settings")) {
            return;
        }
        try {
            provider.endpoints(name, settings, clock)
                    .forEach((use, url) -> endpoint(
                            key + ".settings",
                            use,
                            url,
                            account.path("insecure").asBoolean()));
            provider.demandUsable(name, settings, clock);
        } catch (ConfigurationException e) {
            findings.add(key + ".settings", e, "see config/REFERENCE.md for what the provider takes");
        } catch (RuntimeException e) {
            findings.add(key + ".settings", "cannot be used", "see config/REFERENCE.md for what the provider takes");
        }
    }

    /** Java's own parser would only say that a URL has no host. */
    private void urls(String section, JsonNode settings) {
        settings.properties().forEach(setting -> {
            String text = setting.getValue().asText();
            if (text.startsWith("https:") || text.startsWith("http:")) {
                try {
                    NetworkName.url(text);
                } catch (ConfigurationException e) {
                    findings.add(Keys.of(section, setting.getKey()), e, "write a URL with a host");
                }
            }
        });
    }

    private void endpoint(String key, String use, URI url, boolean isInsecure) {
        if (url.getHost() == null || url.getRawUserInfo() != null) {
            findings.add(key, "gives no usable " + use + " endpoint", "write a URL with a host and no credentials");
        } else if ("http".equalsIgnoreCase(url.getScheme())) {
            if (!isInsecure && !NetworkName.isLoopback(url.getHost())) {
                findings.add(
                        key,
                        "sends credentials in clear to the " + use + " endpoint",
                        "use https:, or write insecure: true beside 'settings'");
            }
        } else if (!"https".equalsIgnoreCase(url.getScheme())) {
            findings.add(
                    key, "gives an " + use + " endpoint that is not https:", "write a URL that starts with https://");
        }
    }
}
