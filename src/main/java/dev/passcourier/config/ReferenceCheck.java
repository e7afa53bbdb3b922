package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** Checks that every name used in one part of the settings is defined in another, and that no name is taken twice. */
final class ReferenceCheck {

    private static final Pattern OUR_QUEUES = Pattern.compile("(?i)(fetch|clear|outbox|passcourier)\\..*|intake");

    /** No name has a colon. */
    private static final String GET = "get:";

    private final JsonNode root;
    private final Findings findings;

    private ReferenceCheck(JsonNode root, Findings findings) {
        this.root = root;
        this.findings = findings;
    }

    static void of(JsonNode root, Findings findings) {
        ReferenceCheck check = new ReferenceCheck(root, findings);
        Sections.each(
                root, "accounts", (key, account) -> check.name(key + ".keyRing", account.path("keyRing"), "keyRings"));
        Sections.each(root, "destinations", check::destination);
        Sections.each(
                root,
                "schedules",
                (key, schedule) -> check.names(key + ".report", schedule.path("report"), "destinations"));
        Sections.each(root, "reports", check::report);
        JsonNode file = root.path("sources").path("file");
        check.names("sources.file.bundle", file.path("bundle"), "recipients");
        check.names("sources.file.summary", file.path("summary"), "destinations");
        check.name("sources.file.defaults.account", file.path("defaults").path("account"), "accounts");
        check.names("sources.file.defaults.deliverTo", file.path("defaults").path("deliverTo"), "destinations");
        check.rings();
        check.rules();
        check.reserved();
        check.queue("sources.jms.queue", root.path("sources").path("jms").path("queue"));
    }

    private void destination(String key, JsonNode destination) {
        if (!destination.path("seal").asText().equals("none")) {
            name(key + ".seal", destination.path("seal"), "recipients");
        }
        if (destination.path("type").asText().equals("jms")) {
            queue(key + ".queue", destination.path("queue"));
            boolean isSource = destination
                    .path("queue")
                    .equals(root.path("sources").path("jms").path("queue"));
            if (isSource) {
                findings.add(key + ".queue", "is the queue of requests", "choose another queue for results");
            }
        }
    }

    private void report(String key, JsonNode report) {
        JsonNode scope = report.path("scope");
        granted(key + ".scope.accounts", scope.path("accounts"), "accounts");
        scope.path("instances")
                .properties()
                .forEach(entry ->
                        name(key + ".scope.instances." + entry.getKey(), TextNode.valueOf(entry.getKey()), "accounts"));
        names(key + ".destinations", report.path("destinations"), "destinations");
        if (scope.isObject()
                && !scope.has("inventory")
                && !scope.path("ledger").asBoolean()
                && scope.path("instances").isEmpty()) {
            findings.add(key + ".scope", "names no machines", "add inventory, instances, or ledger: true");
        }
        if (root.path("schedules").has(key.substring(key.indexOf('.') + 1))) {
            findings.add(key, "takes the name of a schedule, and runs are known by them", "choose another name");
        }
    }

    /** A key serves one cloud and project: what a guest of another one posts must never reach it. */
    private void rings() {
        Sections.each(root, "keyRings", (key, ring) -> names(key + ".accounts", ring.path("accounts"), "accounts"));
        Map<String, String> providers = new HashMap<>();
        Sections.each(root, "accounts", (key, account) -> {
            String ring = account.path("keyRing").asText();
            if (!ring.isEmpty()) {
                String provider = account.path("provider").asText();
                String first = providers.get(ring);
                if (first != null && !first.equals(provider)) {
                    String text = "serves an account of " + first + " already";
                    findings.add(key + ".keyRing", text, "give each cloud its own ring");
                } else if (!serves(ring, key.substring("accounts.".length()), first == null)) {
                    findings.add(
                            key + ".keyRing",
                            "does not serve this account",
                            "give each project its own ring, or name its accounts under keyRings." + ring
                                    + ".accounts");
                }
                providers.putIfAbsent(ring, provider);
            }
        });
    }

    private boolean serves(String ring, String account, boolean isFirst) {
        JsonNode named = root.path("keyRings").path(ring).path("accounts");
        return named.isEmpty()
                ? isFirst
                : StreamSupport.stream(named.spliterator(), false)
                        .anyMatch(name -> name.asText().equals(account));
    }

    private void rules() {
        Set<String> taken = new HashSet<>();
        Sections.eachItem(root.path("policy").path("rules"), "policy.rules", (key, rule) -> {
            granted(key + ".signers", rule.path("signers"), "policy.signers");
            granted(key + ".accounts", rule.path("accounts"), "accounts");
            destinations(key + ".destinations", rule.path("destinations"));
            if (rule.path("name").isTextual() && !taken.add(rule.path("name").asText())) {
                findings.add(key + ".name", "names another rule already", "choose another name");
            }
        });
    }

    /** Aliases, and whom the command get may hand a password to. */
    private void destinations(String key, JsonNode list) {
        Sections.eachItem(list, key, (item, name) -> {
            String text = name.asText();
            if (text.startsWith(GET) && !text.equals(GET + "asker")) {
                name(item, TextNode.valueOf(text.substring(GET.length())), "recipients");
            } else if (!text.equals("*") && !text.startsWith(GET) && !text.equals("cloud:clear")) {
                name(item, name, "destinations");
            }
        });
    }

    private void reserved() {
        if (root.path("recipients").has("none")) {
            findings.add("recipients.none", "takes a name that means no seal", "choose another name");
        }
        if (root.path("recipients").has("asker")) {
            findings.add("recipients.asker", "takes a name that means whoever asks", "choose another name");
        }
        if (root.path("broker").path("users").has("passcourier")) {
            findings.add("broker.users.passcourier", "takes the name of the service itself", "choose another name");
        }
    }

    private void granted(String key, JsonNode list, String section) {
        Sections.eachItem(list, key, (item, name) -> {
            if (!name.asText().equals("*")) {
                name(item, name, section);
            }
        });
    }

    private void names(String key, JsonNode list, String section) {
        Sections.eachItem(list, key, (item, name) -> name(item, name, section));
    }

    private void name(String key, JsonNode name, String section) {
        if (name.isTextual() && !Sections.names(root, section).contains(name.asText())) {
            findings.add(
                    key,
                    "is not defined under '" + section + "'",
                    Suggestion.forWord(name.asText(), Sections.names(root, section)));
        }
    }

    private void queue(String key, JsonNode queue) {
        if (OUR_QUEUES.matcher(queue.asText()).matches()) {
            findings.add(key, "is a queue of the service's own", "choose a name that starts otherwise");
        }
    }
}
