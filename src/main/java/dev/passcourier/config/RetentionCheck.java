package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Demands that nothing is forgotten while work on it can still come back. */
final class RetentionCheck {

    /** Notices and reports are tried for so long. */
    private static final Duration NOTICES = Duration.ofDays(3);

    private RetentionCheck() {}

    static void of(JsonNode root, Findings findings) {
        JsonNode retention = root.path("retention");
        Duration lifetime = service(root, "resultLifetime");
        Duration failed = service(root, "keepFailedWork");
        Duration least = Settings.LONGEST_DEADLINE.plus(NOTICES).plus(lifetime).plus(failed);
        for (String key : List.of("ledger", "done", "reports")) {
            demand(
                    findings,
                    retention,
                    key,
                    least,
                    "is shorter than work can come back within: the longest deadline of 30d, 3d of notices,"
                            + " service.resultLifetime and service.keepFailedWork");
        }
        audit(root, retention, findings);
        Sections.each(root, "reports", (name, report) -> duration(
                        report.path("thresholds").path("unchanged"))
                .ifPresent(unchanged -> demand(
                        findings,
                        retention,
                        "reports",
                        unchanged,
                        "is shorter than " + name
                                + ".thresholds.unchanged, so that no password would be seen to be as old")));
    }

    /** A record stays while the ledger lists its request, and a ledger of several nodes has several trails. */
    private static void audit(JsonNode root, JsonNode retention, Findings findings) {
        if (retention.has("archive") && !retention.has("audit")) {
            findings.add("retention.archive", "is not used, as retention.audit is not set", "set retention.audit");
        }
        if (!retention.has("audit")) {
            return;
        }
        if (root.path("ledger").has("url")) {
            findings.add(
                    "retention.audit",
                    "does not go with ledger.url: other nodes' trails may have records of the same requests",
                    "leave it out");
            return;
        }
        Optional<Duration> ledger = duration(retention.path("ledger"));
        if (!retention.has("ledger")) {
            findings.add(
                    "retention.audit",
                    "needs retention.ledger: a record stays while the ledger lists its request",
                    "set retention.ledger");
        } else if (ledger.isPresent()) {
            demand(
                    findings,
                    retention,
                    "audit",
                    ledger.get(),
                    "is shorter than retention.ledger: a record stays while the ledger lists its request");
        }
    }

    private static void demand(Findings findings, JsonNode retention, String key, Duration least, String why) {
        duration(retention.path(key))
                .filter(kept -> kept.compareTo(least) < 0)
                .ifPresent(kept -> findings.add(
                        "retention." + key,
                        why,
                        "at least " + least.plusDays(1).minusNanos(1).toDays() + "d"));
    }

    private static Duration service(JsonNode root, String key) {
        return duration(root.path("service").path(key)).orElse(Duration.ZERO);
    }

    /** One that is no duration is the schema's to tell. */
    private static Optional<Duration> duration(JsonNode text) {
        try {
            return text.isTextual() ? Optional.of(SettingsMapper.duration(text.asText())) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
