package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks that nothing travels in clear unless the operator wrote so, and that no URL holds credentials. */
final class TransportCheck {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?");
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)//[^/?#]*@|(password|passcodec?|secret|token)=");

    private final Findings findings;

    private TransportCheck(Findings findings) {
        this.findings = findings;
    }

    static void of(JsonNode root, Findings findings) {
        TransportCheck check = new TransportCheck(findings);
        check.broker(root.path("broker"));
        check.noCredentials("sources.jms.url", root.path("sources").path("jms").path("url"));
        check.noCredentials("ledger.url", root.path("ledger").path("url"));
        Sections.each(root, "destinations", check::destination);
    }

    /** Tells whether the host is this machine, by its spelling alone. */
    static boolean isLoopback(@Nullable String host) {
        return host != null && LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    private void broker(JsonNode broker) {
        noCredentials("broker.url", broker.path("url"));
        JsonNode acceptor = broker.path("acceptor");
        if (!acceptor.isObject()) {
            return;
        }
        if (broker.has("url")) {
            findings.add("broker.acceptor", "belongs to the embedded broker", "leave out either url or acceptor");
        }
        if (!isLoopback(acceptor.path("host").asText()) && !acceptor.has("certificate")) {
            findings.add(
                    "broker.acceptor.host",
                    "would take connections from other machines in clear",
                    "set certificate and privateKey, or listen on 127.0.0.1");
        }
        if (broker.path("users").isEmpty()) {
            findings.add("broker.acceptor", "lets nobody in", "add an entry to broker.users");
        }
    }

    private void destination(String key, JsonNode destination) {
        String type = destination.path("type").asText();
        boolean isOpen = destination.path("seal").asText().equals("none");
        boolean isInsecure = destination.path("insecure").asBoolean();
        if (type.equals("email") && destination.path("security").asText().equals("none") && !isInsecure) {
            findings.add(
                    key + ".security",
                    "sends mail in clear" + withPassword(isOpen),
                    "use smtps or starttls, or write insecure: true");
        }
        if (type.equals("webhook") && destination.path("url").isTextual()) {
            webhook(key + ".url", destination.path("url").asText(), isInsecure, isOpen);
        }
        if (isOpen && type.equals("jms")) {
            findings.add(
                    key + ".seal",
                    "would leave passwords in clear on the broker",
                    "name a recipient, as defined under 'recipients'");
        }
    }

    private void webhook(String key, String text, boolean isInsecure, boolean isOpen) {
        URI url = url(text);
        if (url == null || url.getHost() == null || !isHttp(url)) {
            findings.add(key, "is no https: URL", "for example https://hooks.example.com/passwords");
        } else if (url.getRawUserInfo() != null || CREDENTIALS.matcher(text).find()) {
            findings.add(key, "holds credentials", "leave them out; webhooks are signed with 'secrets'");
        } else if (url.getScheme().equalsIgnoreCase("http") && !isInsecure) {
            findings.add(key, "sends in clear" + withPassword(isOpen), "use https:, or write insecure: true");
        }
    }

    private static String withPassword(boolean isOpen) {
        return isOpen ? ", and seal: none would show the password to everybody on the way" : "";
    }

    private static boolean isHttp(URI url) {
        return "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
    }

    private static @Nullable URI url(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private void noCredentials(String key, JsonNode url) {
        if (CREDENTIALS.matcher(url.asText()).find()) {
            findings.add(key, "holds credentials", "leave them out and set user and password beside it");
        }
    }
}
