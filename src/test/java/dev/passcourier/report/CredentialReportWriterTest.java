package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.outbox.ReportMessage.Part;
import dev.passcourier.report.CredentialReport.Change;
import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReport.State;
import dev.passcourier.report.CredentialReportWriter.Format;
import dev.passcourier.report.CredentialReportWriter.Limit;
import dev.passcourier.vault.PasswordQuality;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.util.Matrix;
import org.apache.pdfbox.util.Vector;
import org.junit.jupiter.api.Test;

/** One report with every state and finding in it, and with names that mean harm, in all its forms. */
class CredentialReportWriterTest {

    private static final int MACHINES = 44;
    private static final CredentialReport REPORT = SampleReport.of(MACHINES);
    private static final List<Part> SIGNED = new ArrayList<>();
    private static final CredentialReportWriter WRITER = new CredentialReportWriter((report, files) -> {
        SIGNED.addAll(files);
        return "signature".getBytes(StandardCharsets.UTF_8);
    });
    private static final ReportMessage MESSAGE = WRITER.write(REPORT, EnumSet.allOf(Format.class), Limit.NONE);
    private static final Map<String, byte[]> FILES =
            MESSAGE.files().stream().collect(Collectors.toMap(Part::name, Part::content));
    private static final String PAGE = new String(FILES.get("html"), StandardCharsets.UTF_8);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void hasEveryFormAndASignatureOverAllOfThem() {
        assertThat(MESSAGE.name()).isEqualTo("weekly-20261129T230000Z");
        assertThat(MESSAGE.title())
                .isEqualTo("weekly, 2026-11-30 08:00: 8 of 44 machines need attention now, 4 more soon");
        assertThat(MESSAGE.files().stream().map(Part::name)).containsExactly("pdf", "csv", "json", "html", "jws");
        assertThat(SIGNED.stream().map(Part::name).limit(4)).containsExactly("pdf", "csv", "json", "html");
        assertThat(MESSAGE.text())
                .contains("    36  Retrievable", "Now: Reused (6)", "Set a password of its own", "record 48211");
    }

    @Test
    void saysTheHeadlineThenWhatToDoThenThePicturesThenTheMachines() {
        assertThat(PAGE)
                .containsSubsequence(
                        "<h1>8 of 44 machines need attention now, 4 more soon</h1>",
                        "<h2>What to do</h2>",
                        "<h3>Now</h3>",
                        "Reused",
                        "<h3>Soon</h3>",
                        "<h3>Later</h3>",
                        "<h2>Keys of recipients</h2>",
                        "<h2>In pictures</h2>",
                        "<h2>Not inspected</h2>",
                        "IAM_401",
                        "Changes since",
                        "Machines (44)",
                        "What this rests on",
                        REPORT.trail().hash());
        for (Finding finding : Finding.values()) {
            assertThat(PAGE).contains(ReportWords.of(finding));
        }
        assertThat(PAGE)
                .contains(
                        "Recipient key expiring</b>: 1 destination. Renew",
                        "kim@example.com to vault-webhook",
                        "rule ops may ask for production")
                .contains("<code>inspect-3</code><br/><small>record 40003</small>")
                .contains("seoul-2026", "SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE");
    }

    @Test
    void letsNoNameBecomeMarkup() {
        for (String html : List.of(PAGE, MESSAGE.html())) {
            assertThat(html)
                    .contains("&lt;/td&gt;&lt;script&gt;document.title=&#39;hacked&#39;&lt;/script&gt;")
                    .contains("[U+202E]gnp.exe", "회계 데이터베이스", "测试数据库-02")
                    .doesNotContain("\u202e");
        }
        assertThat(count(PAGE, "<script")).isEqualTo(1);
        assertThat(count(MESSAGE.html(), "<script")).isZero();
    }

    @Test
    void needsNothingFromElsewhereAndRunsItsOwnScriptOnly() throws Exception {
        assertThat(PAGE.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").replace("http://evil.example", ""))
                .contains("default-src 'none'")
                .doesNotContain("http:", "https:", "src=", "url(", "@import", "style=", "'unsafe-inline'");
        assertThat(PAGE).contains("script-src " + hash("<script>", "</script>"));
        assertThat(PAGE).contains("style-src " + hash("<style>", "</style>"));
    }

    @Test
    void describesEveryPictureInWordsAndShowsItInMailsToo() throws IOException {
        assertThat(count(PAGE, "<svg role=\"img\" aria-labelledby=")).isEqualTo(4);
        assertThat(PAGE)
                .contains(">kakao-prod: 9 retrievable, 1 no password, 1 not readable. huawei-seoul: ")
                .contains("Cluster A: 4 machines. Cluster B: 2 machines. ")
                .contains("2026-11-30: 39 retrievable, 11 with a finding. ");
        assertThat(MESSAGE.pictures().stream().map(Part::name))
                .containsExactly("coverage", "ages", "clusters", "trend");
        for (Part picture : MESSAGE.pictures()) {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture.content()));
            assertThat(image.getWidth()).isEqualTo(2 * (Picture.WIDTH + 20));
            assertThat(picture.content().length).isLessThan(60_000);
            assertThat(MESSAGE.html()).contains("<img src=\"cid:" + picture.name() + "\"");
        }
    }

    @Test
    void keepsMailsShorterThanMailProgramsShow() {
        CredentialReport large = SampleReport.of(5000);
        try (ReportFonts fonts = new ReportFonts()) {
            String mail = new CredentialPage(large, new CredentialPictures(large, fonts).all()).mail("");
            assertThat(mail.length()).isLessThan(100_000);
            assertThat(mail).contains("more are in the attached files");
        }
    }

    @Test
    void writesOneLinePerMachineThatNoSpreadsheetTakesForAFormula() {
        String text = new String(FILES.get("csv"), StandardCharsets.UTF_8);
        assertThat(text).startsWith("\ufeffaccount,instance,name,state,");
        List<NamedCsvRecord> rows;
        try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(text.substring(1))) {
            rows = csv.stream().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(rows).hasSize(MACHINES);
        assertThat(rows.get(7).getField("name")).isEqualTo("'=HYPERLINK(\"http://evil.example\",\"x\")");
        assertThat(rows.get(2).getField("name")).isEqualTo("测试数据库-02");
        assertThat(rows.get(2).getField("urgency")).isEqualTo("NOW");
        assertThat(rows.get(2).getField("findings")).isEqualTo("REUSED");
        assertThat(rows.get(2).getField("advice")).isEqualTo(Finding.REUSED.advice());
        assertThat(rows.get(2).getField("handed_at")).isEqualTo("2026-10-29T08:00:00+09:00");
        assertThat(rows.get(21).getField("state")).isEqualTo("NOT_INSPECTED");
    }

    @Test
    void writesJsonThatItsSchemaTakesAndThatCanBeReadBack() throws IOException {
        JsonNode schema = MAPPER.readTree(Path.of("config/report.schema.json").toFile());
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(schema)
                        .validate(MAPPER.readTree(FILES.get("json"))))
                .isEmpty();
        assertThat(values(schema, "/$defs/state/enum")).isEqualTo(names(State.values()));
        assertThat(values(schema, "/$defs/finding/enum")).isEqualTo(names(Finding.values()));
        assertThat(values(schema, "/properties/changes/items/properties/kind/enum"))
                .isEqualTo(names(Change.Kind.values()));
        String quality = "/properties/rows/items/properties/quality/oneOf/1/properties/";
        assertThat(values(schema, quality + "length/enum")).isEqualTo(names(PasswordQuality.Length.values()));
        assertThat(values(schema, quality + "strength/enum")).isEqualTo(names(PasswordQuality.Strength.values()));
        assertThat(CredentialData.read(FILES.get("json"))).isEqualTo(REPORT);
        assertThatThrownBy(() -> CredentialData.read("{\"format\":\"other\"}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessage("REPORT_MALFORMED");
    }

    @Test
    void printsKoreanChineseAndLatinNamesWithGlyphsOfEmbeddedFonts() throws IOException {
        try (PDDocument pdf = Loader.loadPDF(FILES.get("pdf"))) {
            GlyphReader reader = new GlyphReader();
            StringWriter text = new StringWriter();
            reader.writeText(pdf, text);
            String words = text.toString().replaceAll("\\s+", "");
            for (int i = 0; i < MACHINES; i++) {
                assertThat(words).contains(SampleReport.instance(i));
            }
            assertThat(words)
                    .contains("결제-서버-1", "회계데이터베이스", "测试数据库-02", "生产环境网关", "Gateway(Zürich)")
                    .contains(
                            "</td><script>document.title='hacked'</script>", "emoji-[U+1F680]-box", "[U+202E]gnp.exe");
            assertThat(reader.fonts).isNotEmpty().allMatch(font -> font.isEmbedded() && font instanceof PDType0Font);
            assertThat(reader.missing).isEmpty();
            assertThat(pdf.getDocumentCatalog().getMarkInfo().isMarked()).isTrue();
            assertThat(pdf.getDocumentCatalog().getLanguage()).isEqualTo("en");
            assertThat(pdf.getDocumentInformation().getTitle()).isEqualTo(MESSAGE.title());
        }
    }

    @Test
    void isTheSameToTheByteWheneverItIsWritten() {
        ReportMessage again = WRITER.write(REPORT, EnumSet.allOf(Format.class), Limit.NONE);

        for (int i = 0; i < MESSAGE.files().size(); i++) {
            assertThat(again.files().get(i).content())
                    .as(again.files().get(i).name())
                    .isEqualTo(MESSAGE.files().get(i).content());
        }
        assertThat(again.html()).isEqualTo(MESSAGE.html());
    }

    @Test
    void leavesOutFormsThatAMailHasNoRoomForAndSaysWhereTheyAre() {
        Limit limit = new Limit(FILES.get("csv").length, "https://reports.example/weekly");

        ReportMessage small = WRITER.write(REPORT, Set.of(Format.CSV, Format.HTML), limit);

        assertThat(small.files().stream().map(Part::name)).containsExactly("csv", "jws");
        assertThat(small.text())
                .contains(
                        "Left out, as this mail would be too large: .html (",
                        "All files are at https://reports.example/weekly");
        assertThat(small.html()).contains("All files are at https://reports.example/weekly");
    }

    @Test
    void saysWhenThereIsNothingToDoOrToCompareWith() {
        CredentialReport empty = new CredentialReport(
                "weekly",
                "weekly@1",
                "0.1.0",
                REPORT.plannedAt(),
                REPORT.startedAt(),
                REPORT.endedAt(),
                REPORT.deadline(),
                REPORT.zone(),
                null,
                REPORT.trail(),
                List.of(),
                REPORT.rows().subList(0, 2),
                List.of(),
                List.of(),
                List.of());

        String html = WRITER.write(empty, Set.of(), Limit.NONE).html();

        assertThat(html)
                .contains("None of 2 machines needs attention", "<p>Nothing.</p>", "This is the first report")
                .doesNotContain("cid:clusters", "cid:trend");
    }

    /** What stands between two tags, as policies name it. */
    private static String hash(String from, String to) throws Exception {
        int start = PAGE.indexOf(from) + from.length();
        byte[] text = PAGE.substring(start, PAGE.indexOf(to, start)).getBytes(StandardCharsets.UTF_8);
        return "'sha256-"
                + Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(text)) + "'";
    }

    private static long count(String text, String part) {
        Matcher matcher = Pattern.compile(Pattern.quote(part)).matcher(text);
        return matcher.results().count();
    }

    private static Set<String> values(JsonNode schema, String pointer) {
        return StreamSupport.stream(schema.at(pointer).spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toSet());
    }

    private static Set<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map((Function<Enum<?>, String>) Enum::name).collect(Collectors.toSet());
    }

    /** Reads text, and notes each glyph that is the font's box for "no such glyph". */
    private static final class GlyphReader extends PDFTextStripper {

        private final Set<PDFont> fonts = new HashSet<>();
        private final List<Integer> missing = new ArrayList<>();

        @Override
        protected void showGlyph(Matrix matrix, PDFont font, int code, Vector displacement) throws IOException {
            fonts.add(font);
            if (font instanceof PDType0Font type0 && type0.codeToGID(code) == 0) {
                missing.add(code);
            }
            super.showGlyph(matrix, font, code, displacement);
        }
    }
}
