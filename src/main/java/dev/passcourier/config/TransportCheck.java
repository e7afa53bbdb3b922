package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.config.Finding.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that nothing travels in clear unless the operator wrote so, that no URL holds credentials, and that mail
 * addresses and hosts are such as can be reached exactly as they are written.
 */
final class TransportCheck {

    private static final Pattern CREDENTIALS = Pattern.compile("(?i)//[^/?#]*@|(password|passcodec?|secret|token)=");

    /** Where mail servers greet in clear. */
    private static final Set<Integer> CLEAR_GREETING = Set.of(25, 587, 2525);

    private static final Pattern PORT = Pattern.compile(":([0-9]{2,5})(?=[/?,);]|$)");
    private static final Map<String, String> OTHER_PROTOCOLS =
            Map.of("5672", "AMQP", "5671", "AMQP", "61613", "STOMP", "1883", "MQTT", "8883", "MQTT", "8161", "HTTP");

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
        check.status(root.path("service").path("status"));
        check.tracing(root.path("service").path("tracing"));
        check.url("sources.jms.url", root.path("sources").path("jms").path("url"), NetworkName::brokerHosts);
        check.brokerPort("broker.url", root.path("broker").path("url"));
        check.brokerPort("sources.jms.url", root.path("sources").path("jms").path("url"));
        check.url("ledger.url", root.path("ledger").path("url"), NetworkName::hostsOf);
        Sections.each(root, "destinations", check::destination);
    }

    private void broker(JsonNode broker) {
        url("broker.url", broker.path("url"), NetworkName::brokerHosts);
        JsonNode acceptor = broker.path("acceptor");
        if (!acceptor.isObject()) {
            return;
        }
        if (broker.has("url")) {
            findings.add("broker.acceptor", "belongs to the embedded broker", "leave out either url or acceptor");
        }
        if (!NetworkName.isLoopback(acceptor.path("host").asText()) && !acceptor.has("certificate")) {
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

    private void status(JsonNode status) {
        if (!status.isObject()) {
            return;
        }
        boolean isRemote = !NetworkName.isLoopback(status.path("host").asText());
        if (isRemote && !status.has("certificate")) {
            findings.add(
                    "service.status.host",
                    "would answer other machines in clear",
                    "set certificate and privateKey, or listen on 127.0.0.1");
        }
        if (isRemote && !status.has("token") && !status.has("clientCertificates")) {
            findings.add(
                    "service.status",
                    "would show everybody on the network what waits and what is down",
                    "set token or clientCertificates, or listen on 127.0.0.1");
        }
        demand("service.status.host", status.path("host"), NetworkName::listener);
    }

    private void tracing(JsonNode tracing) {
        String key = "service.tracing.endpoint";
        String url = tracing.path("endpoint").asText();
        demand(key, tracing.path("endpoint"), NetworkName::url);
        urlPort(key, url);
        if (CREDENTIALS.matcher(url).find()) {
            findings.add(key, "holds credentials", "leave them out and name a header under 'headers'");
        } else if (url.toLowerCase(Locale.ROOT).startsWith("http:")
                && !isLoopback(url)
                && !tracing.path("insecure").asBoolean()) {
            findings.add(key, "sends traces in clear", "use https:, or write insecure: true");
        }
    }

    /** Also of what is no URL: that is a finding by itself. */
    private static boolean isLoopback(String url) {
        try {
            String host = new URI(url).getHost();
            return host == null || NetworkName.isLoopback(host);
        } catch (URISyntaxException e) {
            return true;
        }
    }

    private void destination(String key, JsonNode destination) {
        String type = destination.path("type").asText();
        boolean isOpen = destination.path("seal").asText().equals("none");
        boolean isInsecure = destination.path("insecure").asBoolean();
        if (type.equals("email")) {
            boolean isTls = !destination.path("security").asText().equals("none");
            demand(key + ".host", destination.path("host"), host -> NetworkName.server(host, isTls));
            demand(key + ".from", destination.path("from"), NetworkName::mailAddress);
            demand(key + ".to", destination.path("to"), NetworkName::mailAddress);
        }
        if (type.equals("email") && destination.path("security").asText().equals("none") && !isInsecure) {
            findings.add(
                    key + ".security",
                    "sends mail in clear" + withPassword(isOpen),
                    "use smtps or starttls, or write insecure: true");
        }
        if (type.equals("email")) {
            mailPort(key + ".port", destination);
        }
        if (type.equals("webhook")) {
            urlPort(key + ".url", destination.path("url").asText());
            demand(key + ".url", destination.path("url"), NetworkName::url);
            webhook(key + ".url", destination.path("url").asText(), isInsecure, isOpen);
        }
        if (isOpen && type.equals("jms")) {
            findings.add(
                    key + ".seal",
                    "would leave passwords in clear on the broker",
                    "name a recipient, as defined under 'recipients'");
        }
        if (isOpen && type.equals("route")) {
            findings.add(
                    key + ".seal",
                    "would hand passwords in clear to a route in routes/local, which gets only what is sealed",
                    "name a recipient, as defined under 'recipients'");
        }
    }

    /** A server that greets in another way is asked again for days. */
    private void mailPort(String key, JsonNode destination) {
        String security = destination.path("security").asText();
        int port = destination.path("port").asInt();
        if (security.equals("smtps") && CLEAR_GREETING.contains(port)) {
            findings.add(
                    Level.WARNING,
                    key,
                    "servers at " + port + " greet in clear and then take STARTTLS, and security is smtps",
                    "write security: starttls, or port: 465");
        } else if (!security.equals("smtps") && port == 465) {
            findings.add(
                    Level.WARNING,
                    key,
                    "servers at 465 begin with TLS, and security is " + security,
                    "write security: smtps, or port: 587");
        }
    }

    private void urlPort(String key, String url) {
        String lower = url.toLowerCase(Locale.ROOT);
        if (lower.matches("https://[^/?#]*:(80|8080)([/?#].*)?")) {
            findings.add(
                    Level.WARNING,
                    key,
                    "begins with https:, and its port is mostly one of http:",
                    "correct one of them");
        } else if (lower.matches("http://[^/?#]*:(443|8443)([/?#].*)?")) {
            findings.add(
                    Level.WARNING,
                    key,
                    "begins with http:, and its port is mostly one of https:",
                    "correct one of them");
        }
    }

    private void brokerPort(String key, JsonNode url) {
        Matcher port = PORT.matcher(url.asText());
        while (port.find()) {
            String protocol = OTHER_PROTOCOLS.get(port.group(1));
            if (protocol != null) {
                findings.add(
                        Level.WARNING,
                        key,
                        "port " + port.group(1) + " is mostly one of " + protocol
                                + ", and we speak Artemis' core protocol",
                        "name the port of an acceptor with core, mostly 61616 or 61617");
            }
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
    private void url(String key, JsonNode url, Demand hosts) {
        if (CREDENTIALS.matcher(url.asText()).find()) {
            findings.add(key, "holds credentials", "leave them out and set user and password beside it");
        }
        demand(key, url, hosts);
    }
}
