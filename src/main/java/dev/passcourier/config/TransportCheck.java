package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks that nothing travels in clear unless the operator wrote so, that no URL holds credentials, and that mail
 * addresses and hosts are such as can be reached exactly as they are written.
 */
final class TransportCheck {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?");
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)//[^/?#]*@|(password|passcodec?|secret|token)=");

    private static final String NAME_HINT = "for example mail.example.com";

    /** What is demanded of a text. */
    @FunctionalInterface
    private interface Demand {
        void check(String text) throws ConfigurationException;
    }

    private final Findings findings;

    private TransportCheck(Findings findings) {
        this.findings = findings;
    }

    static void of(JsonNode root, Findings findings) {
        TransportCheck check = new TransportCheck(findings);
        check.broker(root.path("broker"));
        check.url("sources.jms.url", root.path("sources").path("jms").path("url"));
        check.url("ledger.url", root.path("ledger").path("url"));
        Sections.each(root, "destinations", check::destination);
    }

    /** Tells whether the host is this machine, by its spelling alone. */
    static boolean isLoopback(@Nullable String host) {
        return host != null && LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    private void broker(JsonNode broker) {
        url("broker.url", broker.path("url"));
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
        demand("broker.acceptor.host", acceptor.path("host"), NetworkName::listener);
        if (broker.path("users").isEmpty()) {
            findings.add("broker.acceptor", "lets nobody in", "add an entry to broker.users");
        }
    }

    private void destination(String key, JsonNode destination) {
        String type = destination.path("type").asText();
        boolean isOpen = destination.path("seal").asText().equals("none");
        boolean isInsecure = destination.path("insecure").asBoolean();
        if (type.equals("email")) {
            demand(key + ".host", destination.path("host"), NetworkName::server);
            demand(key + ".from", destination.path("from"), NetworkName::mailAddress);
            demand(key + ".to", destination.path("to"), NetworkName::mailAddress);
        }
        if (type.equals("email") && destination.path("security").asText().equals("none") && !isInsecure) {
            findings.add(
                    key + ".security",
                    "sends mail in clear" + withPassword(isOpen),
                    "use smtps or starttls, or write insecure: true");
        }
        if (type.equals("webhook")) {
            demand(key + ".url", destination.path("url"), NetworkName::url);
            webhook(key + ".url", destination.path("url").asText(), isInsecure, isOpen);
        }
        if (isOpen && type.equals("jms")) {
            findings.add(
                    key + ".seal",
                    "would leave passwords in clear on the broker",
                    "name a recipient, as defined under 'recipients'");
        }
    }

    private void webhook(String key, String url, boolean isInsecure, boolean isOpen) {
        if (CREDENTIALS.matcher(url).find()) {
            findings.add(key, "holds credentials", "leave them out; webhooks are signed with 'secrets'");
        } else if (url.toLowerCase(Locale.ROOT).startsWith("http:") && !isInsecure) {
            findings.add(key, "sends in clear" + withPassword(isOpen), "use https:, or write insecure: true");
        }
    }

    private static String withPassword(boolean isOpen) {
        return isOpen ? ", and seal: none would show the password to everybody on the way" : "";
    }

    private void demand(String key, JsonNode text, Demand demand) {
        try {
            if (text.isTextual()) {
                demand.check(text.asText());
            }
        } catch (ConfigurationException e) {
            findings.add(key, e, NAME_HINT);
        }
    }

    /** Of a broker or a database: what follows the host is for the client library. */
    private void url(String key, JsonNode url) {
        noCredentials(key, url);
        demand(key, url, NetworkName::hostsOf);
    }

    private void noCredentials(String key, JsonNode url) {
        if (CREDENTIALS.matcher(url.asText()).find()) {
            findings.add(key, "holds credentials", "leave them out and set user and password beside it");
        }
    }
}
