package dev.passcourier.delivery;

import dev.passcourier.audit.AuditText;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.outbox.SealedForm;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The words of our mails. */
final class MailText {

    private static final int LONGEST_LINE = 200;

    private MailText() {}

    /** Names ids only: subjects are read by many. */
    static String subject(OutboxItem item) {
        String what =
                switch (item.kind()) {
                    case RESULT -> "delivery";
                    case NOTICE -> "notice";
                    case REPORT -> "report";
                };
        return "Passcourier " + what + " " + item.requestId() + (item.instance() == null ? "" : " " + item.instance())
                + (item.isPossibleDuplicate() ? " (possible duplicate)" : "");
    }

    static String sealedResult(OutboxItem item, SealedForm form, String fileName) {
        String how = form == SealedForm.AGE ? """
            or with age: inside is a signed JWS (RFC 7515).\
            """ : """
                or with any JOSE program: it is a JWE (RFC 7516, compact) that holds a
                signed JWS (RFC 7515).\
                """;
        return """
            The password you asked for is attached, sealed for your key.

            Open it with:   passcourier open --key <your key> --show %s

            %s
            Check the signature, and that "deliveryId" inside is the one below.
            %s\
            """.formatted(fileName, how, ids(item));
    }

    static String clearResult(OutboxItem item) {
        return """
            The password you asked for is attached as JSON. It is NOT sealed: whoever
            reads this mail can read it. Store it safely and delete this mail.
            %s\
            """.formatted(ids(item));
    }

    static String notice(OutboxItem item, Notice notice) {
        return """
            Request %s ended without a password: %s (%s).

            %s
            %s
            Account:  %s
            Instance: %s
            Asked:    %d times
            Ended:    %s

            The same is attached as JSON. Delivery: %s
            """.formatted(
                        line(notice.requestId()),
                        notice.verdict(),
                        line(notice.code()),
                        line(notice.advice()),
                        notice.said().isEmpty() ? "" : "The cloud says: " + line(notice.said()) + "\n",
                        orDash(notice.account()),
                        orDash(notice.instance()),
                        notice.attempts(),
                        seconds(notice.endedAt()),
                        item.deliveryId());
    }

    static String report(OutboxItem item, ReportMessage report) {
        return "%s\nDelivery: %s\n".formatted(report.text(), item.deliveryId());
    }

    static String sealedReport(OutboxItem item, SealedForm form) {
        return """
                A report is attached, sealed for your key: %s with a ZIP archive inside.
                Open it with %s. It holds no passwords.

                Report:   %s
                Delivery: %s
                """.formatted(
                        form == SealedForm.AGE ? "an age file" : "a compact JWE (RFC 7516)",
                        form == SealedForm.AGE ? "age --decrypt" : "any JOSE program",
                        item.requestId(),
                        item.deliveryId());
    }

    private static String ids(OutboxItem item) {
        Instant notAfter = item.notAfter();
        return """

            Request:  %s
            Instance: %s
            Delivery: %s
            Valid to: %s

            The same delivery may arrive twice; both carry the same delivery id.
            """.formatted(
                        item.requestId(),
                        item.instance() == null ? "-" : item.instance(),
                        item.deliveryId(),
                        notAfter == null ? "-" : seconds(notAfter));
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : line(text);
    }

    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The text in one line, with control, format and other invisible characters as spaces, cut at 200 characters. */
    static String line(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_LINE)
                .map(character -> AuditText.isVisible(character) ? character : ' ')
                .forEach(line::appendCodePoint);
        return line.toString().strip();
    }
}
