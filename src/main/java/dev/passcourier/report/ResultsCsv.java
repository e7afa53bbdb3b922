package dev.passcourier.report;

import dev.passcourier.files.CsvText;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.LineResult;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The lines of a batch as CSV (RFC 4180): ids, verdicts, codes and times, never a password. */
final class ResultsCsv {

    private static final List<String> COLUMNS = List.of(
            "line",
            "id",
            "account",
            "instance",
            "verdict",
            "code",
            "accepted_at",
            "ended_at",
            "attempts",
            "destinations",
            "advice",
            "deliveries");

    /** What results begin with, and no other CSV here does. */
    static final String FIRST_COLUMNS = String.join(",", COLUMNS.subList(0, 5));

    private final DateTimeFormatter times;

    /** With times in a zone, written with their offset (ISO 8601). */
    ResultsCsv(ZoneId zone) {
        times = DateTimeFormatter.ISO_OFFSET_DATE_TIME.withZone(zone);
    }

    String of(List<LineResult> lines) {
        return CsvText.of(COLUMNS, lines.stream().map(this::cells).toList());
    }

    /** The same for a batch of any size. */
    void write(Writer out, BatchLines lines) throws IOException {
        CsvText.write(out, COLUMNS, row -> lines.each(line -> row.take(cells(line))));
    }

    /** What follows on lines that are written already. */
    void writeRows(Writer out, BatchLines lines) throws IOException {
        CsvText.writeRows(out, row -> lines.each(line -> row.take(cells(line))));
    }

    /** The counts of a batch. */
    static String summary(BatchTally tally) {
        return CsvText.of(
                List.of("verdict", "code", "lines", "advice"),
                tally.counts().stream()
                        .map(count -> List.of(
                                count.verdict().name(), count.code(), String.valueOf(count.lines()), count.advice()))
                        .toList());
    }

    private List<String> cells(LineResult line) {
        return List.of(
                String.valueOf(line.line()),
                orEmpty(line.request()),
                orEmpty(line.account()),
                orEmpty(line.instance()),
                line.verdict() == null ? "" : line.verdict().name(),
                orEmpty(line.code()),
                time(line.acceptedAt()),
                time(line.endedAt()),
                String.valueOf(line.attempts()),
                line.deliveries().stream().map(ResultsCsv::destination).collect(Collectors.joining(" ")),
                ReportPage.advice(line),
                line.deliveries().stream().map(ResultsCsv::delivery).collect(Collectors.joining(" ")));
    }

    private static String destination(DeliveryRow delivery) {
        return delivery.alias() + ":" + delivery.state();
    }

    /** What names the sealed result: a file's name, a mail's attachment, a webhook's id. */
    private static String delivery(DeliveryRow delivery) {
        return delivery.alias() + ":" + delivery.deliveryId();
    }

    private String time(@Nullable Instant time) {
        return time == null ? "" : times.format(time.truncatedTo(ChronoUnit.SECONDS));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
