package dev.passcourier.report;

import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.Check;
import dev.passcourier.ledger.Inspection;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.ledger.ReportStore.Since;
import dev.passcourier.report.CredentialReport.Account;
import dev.passcourier.report.CredentialReport.Change;
import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReport.HandOver;
import dev.passcourier.report.CredentialReport.Recipient;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.CredentialReport.State;
import dev.passcourier.report.CredentialReport.Trail;
import dev.passcourier.report.CredentialReport.TrendPoint;
import dev.passcourier.request.Advice;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.KeyRing.KeyInfo;
import dev.passcourier.vault.PasswordQuality;
import dev.passcourier.vault.RecipientKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a run's document of what its inspections found, of what the ledger knows of hand-overs, and of the run before it.
 * Fingerprints are compared here and go no further: in their place machines that share a password share a label.
 */
final class ReportComposer {

    /** Runs that a trend shows. */
    private static final int TREND = 12;

    /** States in which the whole of an account may be. */
    private static final Set<State> WHOLE_ACCOUNT = EnumSet.of(State.DENIED, State.FAILED, State.NOT_INSPECTED);

    private final Settings settings;
    private final Ledger ledger;
    private final Map<String, RecipientKey> recipients;
    private final String version;
    private final Clock clock;

    ReportComposer(
            Settings settings, Ledger ledger, Map<String, RecipientKey> recipients, String version, Clock clock) {
        this.settings = settings;
        this.ledger = ledger;
        this.recipients = recipients;
        this.version = version;
        this.clock = clock;
    }

    /** The document of a run as things are now: of what has not ended it says that the deadline passed. */
    CredentialReport compose(ReportRun run, Settings.Report report) {
        Instant now = clock.instant();
        Optional<ReportRun> before = ledger.reports().previous(run);
        CredentialReport previous =
                before.map(ReportRun::id).flatMap(this::document).orElse(null);
        Map<List<String>, String> fingerprintsBefore = new HashMap<>();
        before.ifPresent(known -> ledger.reports().inspections(known.id()).forEach(each -> {
            if (each.found() != null) {
                fingerprintsBefore.put(machine(each), each.found().fingerprint());
            }
        }));
        List<Row> rows = rows(run, report, fingerprintsBefore, now);
        Ledger.Position position = positionAfter(rows);
        List<TrendPoint> trend = new ArrayList<>(previous == null ? List.of() : previous.trend());
        trend.add(point(run, rows, now));
        return new CredentialReport(
                run.name(),
                run.id(),
                version,
                Objects.requireNonNullElse(run.planned(), run.startedAt()),
                run.startedAt(),
                now,
                run.deadline(),
                report.timeZone(),
                previous == null ? null : previous.run(),
                new Trail(position.sequence(), position.hash()),
                accounts(report, rows),
                rows,
                report.checks().contains(Check.RECIPIENT_KEYS) ? recipients(report, now) : List.of(),
                previous == null ? List.of() : changes(previous, rows),
                trend.subList(Math.max(0, trend.size() - TREND), trend.size()));
    }

    /** Where the ledger is, with all records that the rows name: a row is kept before its record is applied. */
    private Ledger.Position positionAfter(List<Row> rows) {
        rows.stream()
                .map(Row::sequence)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .ifPresent(ledger::awaitApplied);
        return ledger.position().orElse(new Ledger.Position(0, ""));
    }

    /** A run's document, if it has ended. */
    Optional<CredentialReport> document(String run) {
        return ledger.reports().document(run).map(text -> {
            try {
                return CredentialData.read(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new IllegalStateException("REPORT_UNREADABLE");
            }
        });
    }

    private List<Row> rows(
            ReportRun run, Settings.Report report, Map<List<String>, String> fingerprintsBefore, Instant now) {
        // Before the inspections: what was found is kept before a line ends, so of an end that we see it is there.
        Map<Integer, LineResult> lines = new HashMap<>();
        ledger.lines(run.id()).forEach(line -> lines.put(line.line(), line));
        List<Inspection> inspections = ledger.reports().inspections(run.id());
        Map<Integer, Since> same = ledger.reports().unchangedSince(run.id());
        Map<List<String>, Ledger.HandedOver> handOvers = handOvers(inspections);
        Map<String, String> clusters = clusters(inspections);
        List<Row> rows = new ArrayList<>();
        for (Inspection inspection : inspections) {
            Inspection.Found found = inspection.found();
            Outcome outcome = Outcome.of(lines.get(inspection.line()), found);
            if (outcome.state() != State.RETRIEVABLE) {
                found = null;
            }
            Since since = found == null ? null : same.get(inspection.line());
            Ledger.HandedOver handOver =
                    handOvers.get(List.of(inspection.account(), Inspection.comparable(inspection.instance())));
            Row row = new Row(
                    inspection.account(),
                    inspection.instance(),
                    inspection.instanceName(),
                    outcome.state(),
                    outcome.code(),
                    outcome.reason(),
                    found == null ? null : key(found.key()),
                    found == null ? null : quality(found),
                    found == null ? null : found.recordSince(),
                    found == null ? null : earlier(since == null ? null : since.same(), found.recordSince()),
                    found != null && isAnother(found, fingerprintsBefore.get(machine(inspection))),
                    found == null ? null : clusters.get(found.fingerprint()),
                    handOver == null ? null : handOver(handOver),
                    inspection.request(),
                    inspection.sequence(),
                    Set.of());
            boolean isCollected = handOver != null
                    && !isLater(row.recordSince(), handOver.begunAt())
                    && !isLater(since == null ? null : since.another(), handOver.begunAt());
            rows.add(withFindings(row, isCollected, report, now));
        }
        rows.sort(Comparator.comparing(Row::account).thenComparing(Row::instance));
        return rows;
    }

    /** Whether the password came only after an earlier one was fetched: who clears its record then deletes the only copy. */
    private static boolean isLater(@Nullable Instant seen, Instant fetched) {
        return seen != null && seen.isAfter(fetched);
    }

    private static boolean isAnother(Inspection.Found found, @Nullable String before) {
        return before != null && !before.equals(found.fingerprint());
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    private static List<String> machine(Inspection inspection) {
        return List.of(inspection.account(), inspection.instance());
    }

    private static @Nullable KeyInfo key(Inspection.@Nullable Key key) {
        return key == null ? null : new KeyInfo(key.name(), key.algorithm(), key.bits(), key.fingerprint());
    }

    private static @Nullable PasswordQuality quality(Inspection.Found found) {
        return found.length() == null || found.strength() == null
                ? null
                : new PasswordQuality(
                        PasswordQuality.Length.valueOf(found.length()),
                        PasswordQuality.Strength.valueOf(found.strength()));
    }

    /** Labels in the order of the machines: A, B … Z, A2, B2 … Two accounts may see one machine, which shares nothing. */
    private Map<String, String> clusters(List<Inspection> inspections) {
        Map<String, Set<List<String>>> having = new LinkedHashMap<>();
        for (Inspection inspection : inspections) {
            if (inspection.found() != null) {
                having.computeIfAbsent(inspection.found().fingerprint(), fingerprint -> new HashSet<>())
                        .add(atCloud(inspection));
            }
        }
        Map<String, String> labels = new HashMap<>();
        having.forEach((fingerprint, its) -> {
            if (its.size() > 1) {
                int number = labels.size();
                labels.put(fingerprint, (char) ('A' + number % 26) + (number < 26 ? "" : "" + (number / 26 + 1)));
            }
        });
        return labels;
    }

    /** The machine itself, whatever account sees it and however its id is written. */
    private List<String> atCloud(Inspection inspection) {
        Settings.Account account = settings.accounts().get(inspection.account());
        return List.of(
                account == null ? inspection.account() : account.provider(),
                Inspection.comparable(inspection.instance()));
    }

    private Map<List<String>, Ledger.HandedOver> handOvers(List<Inspection> inspections) {
        Map<List<String>, Ledger.HandedOver> latest = new HashMap<>();
        List<String> accounts =
                inspections.stream().map(Inspection::account).distinct().toList();
        for (Ledger.HandedOver each : ledger.handedOver(accounts)) {
            latest.merge(
                    List.of(each.account(), Inspection.comparable(each.instance())),
                    each,
                    (one, other) -> other.at().isBefore(one.at()) ? one : other);
        }
        return latest;
    }

    private static HandOver handOver(Ledger.HandedOver known) {
        String requester = known.user() == null ? known.source().name().toLowerCase(Locale.ROOT) : known.user();
        return new HandOver(requester, known.rule(), known.destination(), known.at());
    }

    /**
     * The row with what an auditor holds against it.
     *
     * @param isCollected whether somebody has the password that was seen, as far as is known
     */
    private static Row withFindings(Row row, boolean isCollected, Settings.Report report, Instant now) {
        Set<Finding> findings = EnumSet.noneOf(Finding.class);
        switch (row.state()) {
            case RETRIEVABLE -> findings.addAll(ofPassword(row, isCollected, report, now));
            case WRONG_KEY -> findings.add(Finding.WRONG_KEY);
            case DENIED -> findings.add(Finding.DENIED);
            case GONE -> findings.add(Finding.GONE);
            case FAILED, NOT_INSPECTED -> findings.add(Finding.NOT_INSPECTED);
            case NOT_THERE_YET, NO_PASSWORD -> {
                // Nothing to hold against it.
            }
        }
        return new Row(
                row.account(),
                row.instance(),
                row.instanceName(),
                row.state(),
                row.code(),
                row.reason(),
                row.key(),
                row.quality(),
                row.recordSince(),
                row.unchangedSince(),
                row.changed(),
                report.checks().contains(Check.REUSED) ? row.cluster() : null,
                row.handOver(),
                row.request(),
                row.sequence(),
                findings);
    }

    private static Set<Finding> ofPassword(Row row, boolean isCollected, Settings.Report report, Instant now) {
        Set<Finding> findings = EnumSet.noneOf(Finding.class);
        PasswordQuality quality = row.quality();
        KeyInfo key = row.key();
        Instant since = row.unchangedSince();
        for (Check check : report.checks()) {
            boolean holds =
                    switch (check) {
                        case REUSED -> row.cluster() != null;
                        case WEAK -> quality != null && quality.strength() == PasswordQuality.Strength.WEAK;
                        case UNCHANGED ->
                            since != null
                                    && since.plus(report.thresholds().unchanged())
                                            .isBefore(now);
                        case NEVER_COLLECTED -> !isCollected;
                        case STILL_AT_CLOUD -> isCollected;
                        case WEAK_KEYS ->
                            key != null && key.bits() < report.thresholds().keyBits();
                        case RECIPIENT_KEYS -> false;
                    };
            if (holds) {
                findings.add(
                        switch (check) {
                            case REUSED -> Finding.REUSED;
                            case WEAK -> Finding.WEAK;
                            case UNCHANGED -> Finding.UNCHANGED;
                            case NEVER_COLLECTED -> Finding.NEVER_COLLECTED;
                            case STILL_AT_CLOUD -> Finding.STILL_AT_CLOUD;
                            case WEAK_KEYS -> Finding.WEAK_KEY;
                            case RECIPIENT_KEYS -> throw new IllegalStateException("of no password");
                        });
            }
        }
        return findings;
    }

    private List<Account> accounts(Settings.Report report, List<Row> rows) {
        Map<String, List<Row>> byAccount = new TreeMap<>();
        rows.forEach(row -> byAccount
                .computeIfAbsent(row.account(), name -> new ArrayList<>())
                .add(row));
        List<Account> accounts = new ArrayList<>();
        settings.accounts().forEach((name, account) -> {
            List<Row> its = byAccount.remove(name);
            boolean named = report.scope().accounts().contains(name);
            if (its != null) {
                accounts.add(account(name, account.provider(), its));
            } else if (named) {
                accounts.add(new Account(name, account.provider(), "NO_MACHINES", "The scope names no machine of it."));
            }
        });
        byAccount.forEach((name, its) -> accounts.add(account(name, "", its)));
        return accounts;
    }

    private static Account account(String name, String provider, List<Row> rows) {
        Row first = rows.get(0);
        boolean whole = WHOLE_ACCOUNT.contains(first.state())
                && rows.stream().allMatch(row -> Objects.equals(row.code(), first.code()));
        return new Account(name, provider, whole ? first.code() : null, whole ? first.reason() : null);
    }

    /** Keys that seal for destinations, and end soon. Weak ones are refused when they are read. */
    private List<Recipient> recipients(Settings.Report report, Instant now) {
        List<Recipient> found = new ArrayList<>();
        new TreeMap<>(settings.destinations()).forEach((alias, destination) -> {
            RecipientKey key = destination.seal() == null ? null : recipients.get(destination.seal());
            Instant end = key == null ? null : key.expiresAt();
            if (key != null
                    && end != null
                    && end.isBefore(now.plus(report.thresholds().recipientExpiry()))) {
                found.add(new Recipient(
                        alias, key.algorithm(), key.thumbprint(), end, EnumSet.of(Finding.RECIPIENT_KEY_EXPIRING)));
            }
        });
        return found;
    }

    private static TrendPoint point(ReportRun run, List<Row> rows, Instant now) {
        Map<State, Integer> states = new EnumMap<>(State.class);
        rows.forEach(row -> states.merge(row.state(), 1, Integer::sum));
        int withFinding =
                (int) rows.stream().filter(row -> !row.findings().isEmpty()).count();
        return new TrendPoint(run.id(), now, states, withFinding);
    }

    /** What is other than it was in an earlier document, by account and instance. */
    static List<Change> changes(CredentialReport before, List<Row> rows) {
        Map<List<String>, Row> known = new HashMap<>();
        before.rows().forEach(row -> known.put(List.of(row.account(), row.instance()), row));
        List<Change> changes = new ArrayList<>();
        for (Row row : rows) {
            Row was = known.remove(List.of(row.account(), row.instance()));
            if (was == null) {
                changes.add(change(row, Change.Kind.ADDED, null, row.state().name()));
            } else {
                compare(was, row, changes);
            }
        }
        before.rows().stream()
                .filter(row -> known.containsKey(List.of(row.account(), row.instance())))
                .forEach(row ->
                        changes.add(change(row, Change.Kind.REMOVED, row.state().name(), null)));
        return changes;
    }

    /** The row as one that is compared with a report which ended then. */
    static Row changedSince(Row row, Instant then) {
        Instant since = row.unchangedSince();
        return new Row(
                row.account(),
                row.instance(),
                row.instanceName(),
                row.state(),
                row.code(),
                row.reason(),
                row.key(),
                row.quality(),
                row.recordSince(),
                since,
                since != null && since.isAfter(then),
                row.cluster(),
                row.handOver(),
                row.request(),
                row.sequence(),
                row.findings());
    }

    private static void compare(Row was, Row row, List<Change> changes) {
        if (was.state() != row.state()) {
            changes.add(change(
                    row, Change.Kind.STATE, was.state().name(), row.state().name()));
        }
        if (row.changed()) {
            changes.add(change(row, Change.Kind.PASSWORD, null, null));
        }
        HandOver handOver = row.handOver();
        if (handOver != null && !handOver.equals(was.handOver())) {
            changes.add(change(row, Change.Kind.HANDED_OVER, null, handOver.destination()));
        }
        for (Finding finding : Finding.values()) {
            boolean held = was.findings().contains(finding);
            boolean holds = row.findings().contains(finding);
            if (holds && !held) {
                changes.add(change(row, Change.Kind.FOUND, null, finding.name()));
            } else if (held && !holds) {
                changes.add(change(row, Change.Kind.SETTLED, finding.name(), null));
            }
        }
    }

    private static Change change(Row row, Change.Kind kind, @Nullable String was, @Nullable String is) {
        return new Change(row.account(), row.instance(), row.instanceName(), kind, was, is);
    }

    /**
     * What became of an inspection.
     *
     * @param code   why, or null of a retrievable one
     * @param reason the same for people, or null
     */
    private record Outcome(
            State state, @Nullable String code, @Nullable String reason) {

        static Outcome of(@Nullable LineResult line, Inspection.@Nullable Found found) {
            Verdict verdict = line == null ? null : line.verdict();
            if (verdict == null) {
                return new Outcome(
                        State.NOT_INSPECTED, "REPORT_OVER", "The report's deadline passed before it was inspected.");
            }
            String code = line.code() == null ? verdict.name() : line.code();
            return switch (verdict) {
                case INSPECTED ->
                    found == null
                            ? new Outcome(
                                    State.NOT_INSPECTED,
                                    "FINDINGS_LOST",
                                    "It was inspected, and what was found is lost with the ledger's database.")
                            : new Outcome(State.RETRIEVABLE, null, null);
                case NOT_YET -> new Outcome(State.NOT_THERE_YET, code, "The cloud has no password of it yet.");
                case NEVER, NOT_SET -> new Outcome(State.NO_PASSWORD, code, Advice.on(verdict, code));
                case DENIED -> new Outcome(State.DENIED, code, Advice.on(verdict, code));
                case NOT_FOUND -> new Outcome(State.GONE, code, Advice.on(verdict, code));
                case WRONG_KEY -> new Outcome(State.WRONG_KEY, code, Advice.on(verdict, code));
                case EXPIRED ->
                    new Outcome(State.NOT_INSPECTED, code, "The report's deadline passed before it was inspected.");
                case REFUSED -> new Outcome(State.NOT_INSPECTED, code, refused(code));
                case THROTTLED, PROVIDER_GONE, FAILED, DELIVERED ->
                    new Outcome(State.FAILED, code, Advice.on(verdict, code));
            };
        }

        private static String refused(String code) {
            return switch (code) {
                case "NOT_ALLOWED" ->
                    "No rule of the policy grants this machine to the source report with the report's destinations.";
                case "TRANSPLANTED" ->
                    "Its encrypted password was another machine's first, so it was not opened: see who posted it.";
                default -> Advice.on(Verdict.REFUSED, code);
            };
        }
    }
}
