package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class RunReportWriterTest {

    private static final Instant PLANNED = Instant.parse("2026-11-01T05:00:00Z");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private final LineResult delivered = new LineResult(
            1,
            "r1",
            "acc",
            "i-good",
            Verdict.DELIVERED,
            null,
            PLANNED,
            PLANNED.plusSeconds(61),
            2,
            List.of(new DeliveryRow("r1", "ops-mail", "d1", DeliveryState.DELIVERED, "SMTP_250", 1, PLANNED)),
            null);
    private final LineResult missing = new LineResult(
            2, "r2", "acc", "i-bad", Verdict.NOT_FOUND, "HTTP_404", PLANNED, PLANNED, 1, List.of(), null);
    private final LineResult refused =
            new LineResult(3, null, null, null, Verdict.REFUSED, "BATCH_COLUMNS", null, PLANNED, 0, List.of(), null);

    @Test
    void saysWhichPasswordsWereHandedOverAndWhichNotAndWhy() {
        ReportMessage report = report(delivered, missing, refused);
        assertThat(report.name()).isEqualTo("nightly-20261101T050000Z");
        assertThat(report.title()).isEqualTo("nightly, 2026-11-01 06:00: 1 of 3 passwords delivered");
        assertThat(report.html())
                .contains("Not delivered (2)", "Delivered (1)")
                .contains("i-good", "ops-mail delivered (SMTP_250) 2026-11-01 06:00:00 +01:00")
                .contains("i-bad", "<b>NOT_FOUND</b> HTTP_404<br/>Check the instance id")
                .contains("line 3", "Give the line no more cells than the header row has")
                .contains("All times in Europe/Berlin", "<b>1</b> DELIVERED", "prefers-color-scheme: dark");
        assertThat(report.html().indexOf("i-bad")).isLessThan(report.html().indexOf("i-good"));
        assertThat(new String(report.files().get(0).content(), StandardCharsets.UTF_8))
                .contains("2,r2,acc,i-bad,NOT_FOUND,HTTP_404,2026-11-01T06:00:00+01:00");
    }

    @Test
    void leavesOutASectionWithoutLines() {
        assertThat(report(delivered).html()).doesNotContain("Not delivered");
        assertThat(report(missing).html()).doesNotContain("<h2>Delivered");
    }

    @Test
    void letsNoValueBecomeMarkup() throws Exception {
        String evil = "</td><script>alert('x')</script>\"&$title$";
        LineResult line = new LineResult(
                1,
                evil,
                evil,
                evil,
                Verdict.FAILED,
                evil,
                PLANNED,
                PLANNED,
                1,
                List.of(new DeliveryRow(evil, evil, evil, DeliveryState.FAILED, evil, 1, PLANNED)),
                evil);
        String html = new BatchReporter.RunReportWriter()
                .report(run("<b>" + evil), List.of(line), BERLIN)
                .html();
        assertThat(html).doesNotContain("<script", "<b><").contains("&lt;script&gt;alert(&#39;x&#39;)", "$title$");
        assertThat(elements(html, "script")).isZero();
        assertThat(elements(html, "tr")).isEqualTo(2);
    }

    @Test
    void needsNothingFromElsewhere() {
        assertThat(report(delivered, missing).html())
                .contains("default-src 'none'")
                .doesNotContain("http:", "https:", "src=", "href=", "url(");
    }

    /** Read as XML, which pages without a script are. */
    private static int elements(String html, String name) throws Exception {
        String xml = html.replaceAll("<!DOCTYPE[^>]*>", "");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)))
                .getElementsByTagName(name)
                .getLength();
    }

    private static ReportMessage report(LineResult... lines) {
        return new BatchReporter.RunReportWriter().report(run("nightly"), List.of(lines), BERLIN);
    }

    private static BatchSummary run(String name) {
        return new BatchSummary("nightly@1", Origin.Source.SCHEDULE, name, PLANNED, 3, PLANNED);
    }
}
