package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Finds what of the policy no request can ever match, and which sources, accounts and destinations no rule lets anybody
 * reach. None of it stops a start; all of it is {@code NOT_ALLOWED} for somebody later.
 */
final class PolicyCheck {

    private static final String JMS = "jms";
    private static final String FILE = "file";
    private static final String SCHEDULE = "schedule";
    private static final String CLI = "cli";
    private static final String REPORT = "report";
    private static final String LOCAL = "local";
    private static final List<String> SOURCES = List.of(JMS, FILE, SCHEDULE, CLI, REPORT, LOCAL);

    /** Who asks has a name there. */
    private static final List<String> WITH_USER = List.of(JMS, CLI, LOCAL);

    /** Where those sources stand that are not under {@code sources}. */
    private static final Map<String, String> SECTIONS = Map.of(SCHEDULE, "schedules", REPORT, "reports");

    /** An id of an instance, with stars; see {@code config/request.schema.json}. */
    private static final Pattern INSTANCE = Pattern.compile("(\\*|[A-Za-z0-9])[A-Za-z0-9._:*-]*");

    private static final int LONGEST_ID = 128;
    private static final String WITH_USERS = "only requests from a queue, a command or a local route have a user";

    private final JsonNode root;
    private final JsonNode rules;
    private final Findings findings;

    private PolicyCheck(JsonNode root, Findings findings) {
        this.root = root;
        this.rules = root.path("policy").path("rules");
        this.findings = findings;
    }

    static void of(JsonNode root, Findings findings) {
        if (findings.concern("policy")) {
            return;
        }
        PolicyCheck check = new PolicyCheck(root, findings);
        Sections.eachItem(check.rules, "policy.rules", check::rule);
        SOURCES.stream()
                .filter(source -> !source.equals(CLI) && !source.equals(LOCAL) && check.isOpen(source))
                .forEach(check::source);
        check.reached("accounts");
        check.reached("destinations");
        check.signed();
    }

    private void rule(String key, JsonNode rule) {
        if (named(rule, "sources").contains("*") && !named(rule, "sources").contains(CLI)) {
            warn(
                    key + ".sources",
                    "* also matches cli, the commands of whoever may use the service's control socket",
                    "name the sources that are meant: jms, file, schedule, report, local; or add cli beside * if commands are"
                            + " too");
        }
        List<String> closed = named(rule, "sources").stream()
                .filter(source -> !source.equals("*") && !isOpen(source))
                .toList();
        if (!closed.isEmpty() && closed.size() == named(rule, "sources").size()) {
            warn(
                    key + ".sources",
                    "no request can match: these settings open no source " + String.join(", ", closed),
                    closed.contains(JMS)
                            ? "open one with broker.acceptor, or remove the rule"
                            : "open it, or remove the rule");
        } else if (!named(rule, "users").isEmpty()) {
            users(key, rule);
        }
        Sections.eachItem(rule.path("instances"), key + ".instances", (item, pattern) -> {
            if (!canBeAnId(pattern.asText())) {
                warn(
                        item,
                        "matches no instance",
                        "ids have letters, digits and . _ : - only, at most 128, and * stands for any of them");
            }
        });
    }

    private void users(String key, JsonNode rule) {
        List<String> userless = List.of(FILE, SCHEDULE, REPORT).stream()
                .filter(source -> takes(rule, source))
                .toList();
        if (WITH_USER.stream().noneMatch(source -> takes(rule, source))) {
            warn(
                    key + ".users",
                    "no request can match: " + WITH_USERS + ", and the rule is for " + String.join(" and ", userless),
                    "remove users, or add jms, cli or local to the rule's sources");
        } else if (userless.stream().anyMatch(this::isOpen)) {
            warn(
                    key + ".users",
                    "no request from " + userless.stream().filter(this::isOpen).collect(Collectors.joining(" or "))
                            + " can match: " + WITH_USERS,
                    "give them a rule without users, and this one none of their sources");
        }
        if (!takes(rule, CLI)
                && !takes(rule, LOCAL)
                && !has(root.path("broker"), "url")
                && !has(root.path("sources").path("jms"), "url")) {
            Sections.eachItem(rule.path("users"), key + ".users", this::user);
        }
    }

    /** The embedded broker knows its users by name; those of another one, or of the operating system, are not ours. */
    private void user(String item, JsonNode user) {
        Set<String> known = Sections.names(root, "broker.users");
        if (!user.asText().equals("*") && !known.contains(user.asText())) {
            warn(
                    item,
                    "no request can come from it: it is not defined under 'broker.users'",
                    Suggestion.forWord(user.asText(), known));
        }
    }

    private void source(String source) {
        if (items(rules).stream().anyMatch(rule -> canMatch(rule, source))) {
            return;
        }
        List<String> named = items(rules).stream()
                .filter(rule -> takes(rule, source))
                .map(rule -> "'" + rule.path("name").asText() + "'")
                .toList();
        warn(
                SECTIONS.getOrDefault(source, "sources." + source),
                "every request from here ends as NOT_ALLOWED: no rule of the policy can match one"
                        + (named.isEmpty() ? "" : ", not even " + String.join(", ", named)),
                source.equals(JMS)
                        ? "add a rule with sources: [jms]"
                        : "add a rule with sources: [" + source + "] and without users");
    }

    private void reached(String section) {
        Sections.each(root, section, (key, entry) -> {
            String name = key.substring(section.length() + 1);
            boolean granted = items(rules).stream()
                    .filter(rule -> SOURCES.stream().anyMatch(source -> isOpen(source) && canMatch(rule, source)))
                    .anyMatch(rule -> includes(rule, section, name));
            if (!granted && !(section.equals("destinations") && isReportedTo(name))) {
                warn(
                        key,
                        section.equals("accounts")
                                ? "no rule of the policy that can match lets anybody ask this account"
                                : "no rule of the policy that can match lets a result go here",
                        "add it to the " + section + " of a rule, or remove it");
            }
        });
    }

    private boolean isReportedTo(String destination) {
        return named(root.path("sources").path(FILE), "summary").contains(destination)
                || items(root.path("schedules")).stream()
                        .anyMatch(schedule -> named(schedule, "report").contains(destination));
    }

    /** Nobody can sign without a key that we know. */
    private void signed() {
        if (Sections.names(root, "policy.signers").isEmpty()
                && !items(root.path("policy").path("signed")).isEmpty()) {
            warn(
                    "policy.signed",
                    "every request from there ends as SIGNATURE_MISSING or SIGNER_UNKNOWN: no signer is defined",
                    "name one under policy.signers");
        }
    }

    private boolean isOpen(String source) {
        return switch (source) {
            case FILE -> root.path("sources").path(FILE).isObject();
            case SCHEDULE, REPORT -> !root.path(SECTIONS.get(source)).isEmpty();
            case CLI -> true;
            case LOCAL -> root.path(LOCAL).isObject();
            default ->
                has(root.path("broker"), "url")
                        || has(root.path("sources").path("jms"), "url")
                        || root.path("broker").path("acceptor").isObject();
        };
    }

    private boolean canMatch(JsonNode rule, String source) {
        return takes(rule, source)
                && (WITH_USER.contains(source) || named(rule, "users").isEmpty())
                && named(rule, "instances").stream().anyMatch(PolicyCheck::canBeAnId);
    }

    private static boolean canBeAnId(String pattern) {
        return INSTANCE.matcher(pattern).matches() && pattern.replace("*", "").length() <= LONGEST_ID;
    }

    private static boolean takes(JsonNode rule, String source) {
        return includes(rule, "sources", source);
    }

    private static boolean includes(JsonNode rule, String list, String name) {
        return named(rule, list).contains("*") || named(rule, list).contains(name);
    }

    private static boolean has(JsonNode section, String name) {
        return section.path(name).isTextual();
    }

    private static List<String> named(JsonNode section, String list) {
        return items(section.path(list)).stream().map(JsonNode::asText).toList();
    }

    private static List<JsonNode> items(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).collect(Collectors.toCollection(ArrayList::new));
    }

    private void warn(String key, String message, String hint) {
        findings.add(Finding.Level.WARNING, key, message, hint);
    }
}
