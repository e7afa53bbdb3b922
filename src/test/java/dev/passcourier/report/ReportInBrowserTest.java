package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.outbox.ReportMessage.Part;
import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReportWriter.Format;
import dev.passcourier.report.CredentialReportWriter.Limit;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A credential report as a browser has it. Skipped where there is none: {@code apt-get install chromium}. With {@code
 * -Dpasscourier.regenerate=true} the pictures of the documentation are made anew.
 */
class ReportInBrowserTest {

    private static final Path PICTURES = Path.of(".github/pictures");
    private static final int MACHINES = 200;
    private static final CredentialReport REPORT = SampleReport.of(MACHINES);

    /** WCAG 2.2, 1.4.3. */
    private static final double READABLE = 4.5;

    @TempDir
    private static Path folder;

    private static HeadlessBrowser browser;
    private static Path page;
    private static Path mail;

    @BeforeAll
    static void openReport() throws Exception {
        Optional<Path> program = HeadlessBrowser.program();
        assumeTrue(program.isPresent(), "chromium is not installed");
        EnumSet<Format> formats = EnumSet.of(Format.HTML);
        if (regenerates()) {
            formats.add(Format.PDF);
        }
        ReportMessage message =
                new CredentialReportWriter((report, files) -> new byte[0]).write(REPORT, formats, Limit.NONE);
        String asInMail = message.html();
        for (Part picture : message.pictures()) {
            String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(picture.content());
            asInMail = asInMail.replace("cid:" + picture.name(), data);
        }
        page = folder.resolve("page.html");
        mail = Files.writeString(
                folder.resolve("mail.html"),
                asInMail.replaceAll("<meta http-equiv=\"Content-Security-Policy\"[^>]*>", ""));
        for (Part file : message.files()) {
            Files.write(folder.resolve("page." + file.name()), file.content());
        }
        browser = HeadlessBrowser.start(program.get(), folder.resolve("profile"));
    }

    @AfterAll
    static void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void atADesk() throws Exception {
        browser.window(1280, 900, false);
        browser.dark(false);
        browser.load(page);
    }

    @Test
    void loadsNothingFromOutsideEvenIfSomethingGotIntoIt() throws Exception {
        assertThat(browser.requested()).containsExactly(page.toUri().toString());
        assertThat(browser.complaints()).isEmpty();
        assertThat(text("document.title")).startsWith("weekly, ");

        List<String> asked = new CopyOnWriteArrayList<>();
        HttpServer outside = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        outside.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        outside.start();
        try {
            String address = "http://127.0.0.1:" + outside.getAddress().getPort();
            browser.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"" + address
                    + "/img\"><link rel=\"stylesheet\" href=\"" + address + "/css\"><iframe src=\"" + address
                    + "/frame\"></iframe><b onclick=\"document.title=1\" id=\"inline\">x</b>')");
            browser.evaluate("document.getElementById('inline').click()");
            browser.evaluate("fetch('" + address + "/fetch').catch(() => {})");
            browser.evaluate("1");
            assertThat(browser.complaints())
                    .hasSizeGreaterThanOrEqualTo(3)
                    .allMatch(text -> text.contains("Content Security Policy"));
            assertThat(text("document.title")).startsWith("weekly, ");
            assertThat(asked).isEmpty();
        } finally {
            outside.stop(0);
        }
    }

    @Test
    void sortsByEveryColumnAlsoByTheKeyboard() throws Exception {
        for (int column = 0; column < 9; column++) {
            browser.evaluate("document.querySelectorAll('#machines thead button')[" + column + "].focus()");
            browser.press("Enter", 13, "\r");
            assertThat(values(column)).as("column " + column).isSorted();
            assertThat(sortedBy(column)).isEqualTo("ascending");
            browser.press(" ", 32, " ");
            assertThat(values(column)).as("column " + column).isSortedAccordingTo((a, b) -> b.compareTo(a));
            assertThat(sortedBy(column)).isEqualTo("descending");
        }
        assertThat(browser.evaluate("document.querySelectorAll('#machines tbody tr').length")
                        .asInt())
                .isEqualTo(MACHINES);
    }

    @Test
    void filtersByFindingByStateByWordsAndByTheLinksOfWhatToDo() throws Exception {
        int reused = count(Finding.REUSED);
        browser.evaluate("document.querySelector('a[data-finding=REUSED]').click()");
        assertThat(shown()).hasSize(reused).allMatch(row -> row.contains("Reused"));
        assertThat(text("document.getElementById('shown').textContent"))
                .isEqualTo(reused + " of " + MACHINES + " machines shown");

        browser.evaluate("document.getElementById('all').click()");
        assertThat(shown()).hasSize(MACHINES);

        choose("finding", "WEAK");
        assertThat(shown()).hasSize(count(Finding.WEAK));
        choose("finding", "");
        choose("state", "GONE");
        assertThat(shown()).hasSize(5).allMatch(row -> row.contains("Gone"));
        choose("state", "");

        browser.evaluate("document.getElementById('words').focus()");
        browser.call("Input.insertText", Map.of("text", "测试数据库"));
        assertThat(shown()).hasSize(1).allMatch(row -> row.contains("i-00002"));
    }

    @Test
    void isReadableInTheLightAndInTheDark() throws Exception {
        String light = text("getComputedStyle(document.body).backgroundColor");
        assertThat(browser.leastContrast()).isGreaterThanOrEqualTo(READABLE);
        browser.dark(true);
        assertThat(text("getComputedStyle(document.body).backgroundColor")).isNotEqualTo(light);
        assertThat(browser.leastContrast()).isGreaterThanOrEqualTo(READABLE);
        browser.load(mail);
        assertThat(browser.leastContrast()).isGreaterThanOrEqualTo(READABLE);
        browser.dark(false);
        assertThat(browser.leastContrast()).isGreaterThanOrEqualTo(READABLE);
    }

    @Test
    void fitsAPhone() throws Exception {
        browser.window(390, 844, true);
        for (Path each : List.of(page, mail)) {
            browser.load(each);
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .as(each.getFileName().toString())
                    .isLessThanOrEqualTo(390);
            assertThat(browser.evaluate("window.innerWidth").asInt()).isEqualTo(390);
        }
        browser.load(page);
        assertThat(text("getComputedStyle(document.querySelector('#machines tbody td'), '::before').content"))
                .isEqualTo("\"Account\"");
    }

    @Test
    void saysPicturesAndTablesToAScreenReader() throws Exception {
        List<String> images = new ArrayList<>();
        int headers = 0;
        for (JsonNode node :
                browser.call("Accessibility.getFullAXTree", Map.of()).path("nodes")) {
            String role = node.path("role").path("value").asText();
            if (role.equals("image") || role.equals("img")) {
                images.add(node.path("name").path("value").asText());
            }
            headers += role.equals("columnheader") ? 1 : 0;
        }
        assertThat(images).hasSize(4).allMatch(name -> name.length() > 40, "titles with all figures");
        assertThat(headers).isGreaterThanOrEqualTo(9);
        assertThat(text("document.documentElement.lang")).isEqualTo("en");
        assertThat(browser.evaluate("[...document.querySelectorAll('input,select,button')].every(control =>"
                                + " control.labels?.length || control.textContent.trim())")
                        .asBoolean())
                .as("every control has a name")
                .isTrue();
    }

    @Test
    void isInThePicturesOfTheDocumentation() throws Exception {
        if (regenerates()) {
            Files.createDirectories(PICTURES);
            browser.window(1280, 1000, false);
            write("report-desktop.png", browser.picture());
            browser.dark(true);
            browser.evaluate("document.getElementById('machines-heading').scrollIntoView()");
            browser.window(1280, 560, false);
            write("report-dark.png", browser.picture());
            browser.dark(false);
            browser.load(page);
            browser.window(390, 844, true);
            write("report-phone.png", browser.picture());
            browser.window(760, 1000, false);
            browser.load(mail);
            browser.evaluate("document.querySelector('.pictures').scrollIntoView()");
            write("report-mail.png", browser.picture());
            try (PDDocument pdf = Loader.loadPDF(folder.resolve("page.pdf").toFile())) {
                PDFRenderer renderer = new PDFRenderer(pdf);
                for (int i : new int[] {1, 2}) {
                    BufferedImage image = renderer.renderImageWithDPI(i, 80, ImageType.RGB);
                    ImageIO.write(
                            image,
                            "png",
                            PICTURES.resolve("report-pdf-" + (i + 1) + ".png").toFile());
                }
            }
        }
        for (String name : List.of("desktop", "dark", "phone", "mail", "pdf-2", "pdf-3")) {
            assertThat(PICTURES.resolve("report-" + name + ".png")).isNotEmptyFile();
        }
    }

    private static void write(String name, byte[] picture) throws IOException {
        Files.write(PICTURES.resolve(name), picture);
    }

    private static boolean regenerates() {
        return Boolean.getBoolean("passcourier.regenerate");
    }

    private static int count(Finding finding) {
        return (int) REPORT.rows().stream()
                .filter(row -> row.findings().contains(finding))
                .count();
    }

    private static String text(String expression) throws Exception {
        return browser.evaluate(expression).asText();
    }

    /** What the rows are sorted by, from the first to the last. */
    private static List<String> values(int column) throws Exception {
        return texts("[...document.querySelectorAll('#machines tbody tr')].map(row => row.cells[" + column
                + "].dataset.sort ?? row.cells[" + column + "].textContent.toLowerCase())");
    }

    private static String sortedBy(int column) throws Exception {
        return text("document.querySelectorAll('#machines thead th')[" + column + "].getAttribute('aria-sort')");
    }

    /** The text of each row that is on the page. */
    private static List<String> shown() throws Exception {
        return texts("[...document.querySelectorAll('#machines tbody tr')].filter(row => row.offsetHeight > 0)"
                + ".map(row => row.textContent)");
    }

    private static List<String> texts(String expression) throws Exception {
        List<String> texts = new ArrayList<>();
        browser.evaluate(expression).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static void choose(String control, String value) throws Exception {
        browser.evaluate("{ const chosen = document.getElementById('" + control + "'); chosen.value = '" + value
                + "'; chosen.dispatchEvent(new Event('input')); }");
    }
}
