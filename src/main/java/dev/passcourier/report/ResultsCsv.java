package dev.passcourier.report;

import dev.passcourier.files.CsvText;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.LineResult;
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
            "advice");

    private final DateTimeFormatter times;

    /** With times in a zone, written with their offset (ISO 8601). */
    ResultsCsv(ZoneId zone) {
        times = DateTimeFormatter.ISO_OFFSET_DATE_TIME.withZone(zone);
    }

    String of(List<LineResult> lines) {
        return CsvText.of(COLUMNS, lines.stream().map(this::cells).toList());
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
                ReportPage.advice(line));
    }

    private static String destination(DeliveryRow delivery) {
        return delivery.alias() + ":" + delivery.state();
    }

    private String time(@Nullable Instant time) {
        return time == null ? "" : times.format(time.truncatedTo(ChronoUnit.SECONDS));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
