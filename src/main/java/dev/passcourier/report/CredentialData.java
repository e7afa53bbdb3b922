package dev.passcourier.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.passcourier.files.CsvText;
import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReport.HandOver;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.vault.KeyRing.KeyInfo;
import dev.passcourier.vault.PasswordQuality;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Credential reports for programs: as JSON ({@code config/report.schema.json}), which can be read back, and as CSV, which
 * spreadsheets open.
 */
public final class CredentialData {

    private static final String FORMAT = "passcourier-report/1";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private static final List<String> COLUMNS = List.of(
            "account",
            "instance",
            "name",
            "state",
            "code",
            "reason",
            "urgency",
            "findings",
            "advice",
            "strength",
            "length",
            "shared_with",
            "unchanged_since",
            "record_since",
            "changed",
            "key",
            "key_algorithm",
            "key_bits",
            "key_fingerprint",
            "handed_to",
            "handed_at",
            "requester",
            "rule",
            "request",
            "audit_sequence");

    /** Without it, spreadsheets take UTF-8 for the host's old character set. */
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private CredentialData() {}

    /** The whole report as JSON in UTF-8, with one line break at its end. */
    public static byte[] json(CredentialReport report) {
        ObjectNode tree = MAPPER.createObjectNode().put("format", FORMAT);
        tree.setAll((ObjectNode) MAPPER.valueToTree(report));
        ObjectNode advice = tree.putObject("advice");
        ReportWords words = new ReportWords(report);
        Arrays.stream(Finding.values())
                .filter(finding -> words.count(finding) > 0)
                .forEach(finding -> advice.putObject(finding.name())
                        .put("urgency", finding.urgency().name())
                        .put("advice", finding.advice()));
        try {
            String text = MAPPER.writerWithDefaultPrettyPrinter()
                    .with(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(tree);
            return (text + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @throws IOException without content if it is no report
     */
    public static CredentialReport read(byte[] json) throws IOException {
        try {
            JsonNode tree = MAPPER.readTree(json);
            if (tree instanceof ObjectNode report
                    && FORMAT.equals(report.path("format").asText())) {
                report.remove(List.of("format", "advice"));
                return MAPPER.treeToValue(report, CredentialReport.class);
            }
        } catch (JsonProcessingException | RuntimeException e) {
            throw new IOException("REPORT_MALFORMED");
        }
        throw new IOException("REPORT_MALFORMED");
    }

    /** One line per machine (RFC 4180, UTF-8), with times in the report's zone; no cell is taken for a formula. */
    static byte[] csv(CredentialReport report) {
        ZoneId zone = report.zone();
        List<List<String>> rows =
                report.rows().stream().map(row -> cells(row, zone)).toList();
        return (BYTE_ORDER_MARK + CsvText.of(COLUMNS, rows)).getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> cells(Row row, ZoneId zone) {
        KeyInfo key = row.key();
        PasswordQuality quality = row.quality();
        HandOver handOver = row.handOver();
        return List.of(
                row.account(),
                row.instance(),
                text(row.instanceName()),
                row.state().name(),
                text(row.code()),
                text(row.reason()),
                row.findings().stream()
                        .findFirst()
                        .map(finding -> finding.urgency().name())
                        .orElse(""),
                row.findings().stream().map(Finding::name).collect(Collectors.joining(" ")),
                row.findings().stream().map(Finding::advice).collect(Collectors.joining(" ")),
                quality == null ? "" : quality.strength().name(),
                quality == null ? "" : quality.length().name(),
                text(row.cluster()),
                time(row.unchangedSince(), zone),
                time(row.recordSince(), zone),
                row.changed() ? "yes" : "no",
                key == null ? "" : key.name(),
                key == null ? "" : key.algorithm(),
                key == null ? "" : "" + key.bits(),
                key == null ? "" : key.fingerprint(),
                handOver == null ? "" : handOver.destination(),
                handOver == null ? "" : time(handOver.at(), zone),
                handOver == null ? "" : handOver.requester(),
                handOver == null ? "" : text(handOver.rule()),
                text(row.request()),
                row.sequence() == null ? "" : row.sequence().toString());
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static String time(@Nullable Instant time, ZoneId zone) {
        return time == null
                ? ""
                : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                        time.truncatedTo(ChronoUnit.SECONDS).atZone(zone));
    }
}
