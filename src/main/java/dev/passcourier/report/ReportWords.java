package dev.passcourier.report;

import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReport.Recipient;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.CredentialReport.State;
import dev.passcourier.report.CredentialReport.Urgency;
import dev.passcourier.vault.PasswordQuality;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The words and counts of a credential report that all its forms share, and the report as plain text. */
final class ReportWords {

    private static final DateTimeFormatter TITLE_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    private final CredentialReport report;
    private final Map<Finding, List<Row>> byFinding = new EnumMap<>(Finding.class);
    private final Map<State, Integer> byState = new EnumMap<>(State.class);

    ReportWords(CredentialReport report) {
        this.report = report;
        for (Row row : report.rows()) {
            byState.merge(row.state(), 1, Integer::sum);
            row.findings().forEach(finding -> byFinding
                    .computeIfAbsent(finding, any -> new ArrayList<>())
                    .add(row));
        }
    }

    /** {@code WRONG_KEY} as {@code Wrong key}. */
    static String of(Enum<?> value) {
        return of(value.name());
    }

    /** The same of a code that is not empty. */
    static String of(String code) {
        String text = code.replace('_', ' ');
        return text.charAt(0) + text.substring(1).toLowerCase(Locale.ROOT);
    }

    static String characters(PasswordQuality.Length length) {
        return switch (length) {
            case UNDER_8 -> "under 8 characters";
            case FROM_8 -> "8\u201311 characters";
            case FROM_12 -> "12\u201315 characters";
            case FROM_16 -> "16 or more characters";
        };
    }

    /** How many machines are in each state; states without any are left out. */
    Map<State, Integer> states() {
        return byState;
    }

    /** The machines with a finding. */
    List<Row> with(Finding finding) {
        return byFinding.getOrDefault(finding, List.of());
    }

    /** The destinations' keys with a finding. */
    List<Recipient> recipients(Finding finding) {
        return report.recipients().stream()
                .filter(recipient -> recipient.findings().contains(finding))
                .toList();
    }

    /** How many machines or destinations have a finding. */
    int count(Finding finding) {
        return with(finding).size() + recipients(finding).size();
    }

    /** The report in one sentence. */
    String headline() {
        int total = report.rows().size();
        long now = urgent(Urgency.NOW);
        long soon = urgent(Urgency.SOON);
        if (total == 0) {
            return "No machine is in this report";
        }
        if (now + soon == 0) {
            return "None of %s needs attention".formatted(machines(total));
        }
        return now == 0
                ? "%d of %s need attention soon, none now".formatted(soon, machines(total))
                : "%d of %s need attention now, %d more soon".formatted(now, machines(total), soon);
    }

    private static String machines(int count) {
        return String.format(Locale.ROOT, "%,d machines", count);
    }

    /** How many machines have a finding as urgent as that, and none more so. */
    private long urgent(Urgency urgency) {
        return report.rows().stream()
                .filter(row -> row.findings().stream()
                        .findFirst()
                        .filter(first -> first.urgency() == urgency)
                        .isPresent())
                .count();
    }

    /** Name, time and headline in one line. */
    String title() {
        return "%s, %s: %s"
                .formatted(report.name(), TITLE_TIME.withZone(report.zone()).format(report.plannedAt()), headline());
    }

    /**
     * The report for those who read mails as plain text.
     *
     * @param leftOut which files are not in the mail, or empty
     */
    String text(String leftOut) {
        StringBuilder text = new StringBuilder();
        text.append(title()).append("\n\n");
        byState.forEach((state, count) -> text.append("%6d  %s\n".formatted(count, of(state))));
        for (Urgency urgency : Urgency.values()) {
            Arrays.stream(Finding.values())
                    .filter(finding -> finding.urgency() == urgency && count(finding) > 0)
                    .forEach(finding -> text.append("\n%s: %s (%d)\n  %s\n"
                            .formatted(of(urgency), of(finding), count(finding), finding.advice())));
        }
        text.append(leftOut.isEmpty() ? "" : "\n" + leftOut + "\n");
        text.append("""

            Which machines these are is in the attached files. No password is in them.

            Run %s. Audit trail up to record %d,
            whose hash is %s.
            """.formatted(
                        report.run(), report.trail().sequence(), report.trail().hash()));
        return text.toString();
    }
}
