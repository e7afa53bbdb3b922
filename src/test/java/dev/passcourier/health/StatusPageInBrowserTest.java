package dev.passcourier.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.Story;
import dev.passcourier.report.HeadlessBrowser;
import dev.passcourier.status.StatusOrder;
import dev.passcourier.status.StatusService;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The status page as a browser has it, of an installation with a sick destination and work that waits. Skipped where there
 * is no browser. With {@code -Dpasscourier.page=http://127.0.0.1:8089/} it makes the pictures of the documentation anew,
 * from a service that runs there.
 */
class StatusPageInBrowserTest {

    private static final Path PICTURES = Path.of(".github/pictures");
    private static final String LONG = "a-destination-with-quite-a-long-name-that-somebody-gave-it-0123456789";

    /** WCAG 2.2, 1.4.3. */
    private static final double READABLE = 4.5;

    @TempDir
    private static Path folder;

    private static HeadlessBrowser browser;
    private static FileAuditTrail trail;
    private static Ledger ledger;
    private static StatusServer server;
    private static URI page;

    @BeforeAll
    static void openPage() throws Exception {
        Optional<Path> program = HeadlessBrowser.program();
        assumeTrue(program.isPresent(), "chromium is not installed");
        Clock clock = Clock.fixed(Instant.now(), ZoneOffset.UTC);
        trail = FileAuditTrail.open(folder.resolve("audit"), clock);
        ledger = Ledger.follow(trail, LedgerDatabase.h2(folder.resolve("ledger")));
        new Story(trail)
                .batch("b1", "FILE", "monday with a name of many words and_one_that_has_no_place_to_break_it.csv", 4)
                .askedLine("r1", "b1", 1)
                .ended("r1", "NOT_FOUND", "HTTP_404")
                .asked("r2", "i-2")
                .allowed("r2", LONG)
                .sealed("r2", LONG)
                .delivery(AuditEvent.Type.DELIVERY_POSTPONED, "r2", LONG, "RESULT", "SMTP_451", 1);
        ledger.awaitApplied(trail.position());
        Checks checks = new Checks(clock);
        ServiceGate gate = new ServiceGate(checks, new Probe(checks));
        BrokerCheck broker = new BrokerCheck(
                () -> Map.of("password.requests", 7L, "passcourier.failed", 2L, "outbox." + LONG, 1L),
                new BrokerCheckTest.Stoppable(),
                Optional::empty,
                clock);
        checks.add("broker", Stops.EVERYTHING, broker);
        checks.add(
                "drop-directory",
                Stops.NOTHING,
                () -> Optional.of(new HealthProblem(
                        "DIRECTORY_OPEN",
                        "/srv/a/path/of/many/parts/that/is/longer/than/a/telephone/is/wide/drop can be written to by"
                                + " everybody; chmod o-w it")));
        checks.add("account.kakao-prod", Stops.NOTHING, () -> Optional.of(new HealthProblem("BREAKER_OPEN")));
        checks.add("destination." + LONG, Stops.NOTHING, () -> Optional.of(new HealthProblem("SMTP_451")));
        checks.run();
        gate.open();
        StatusService status = new StatusService(
                ledger.status(),
                Map.of("nightly", new Settings.Schedule("0 30 2 * * ?", ZoneId.of("UTC"), folder, List.of())),
                Set.of(),
                Set.of(),
                null,
                clock);
        Figures figures = new Figures(ledger, () -> status.answer(new StatusOrder(null)), broker, checks, clock);
        server = StatusServer.open(new Settings.Status(0), null);
        server.page("/", new StatusPage(checks, gate, figures, "0.1.0", clock)::reply);
        server.start();
        page = URI.create("http://127.0.0.1:" + server.port() + "/");
        browser = HeadlessBrowser.start(program.get(), folder.resolve("profile"));
    }

    @AfterAll
    static void close() throws Exception {
        if (browser != null) {
            browser.close();
            server.close();
            ledger.close();
            trail.close();
        }
    }

    @BeforeEach
    void atADesk() throws Exception {
        browser.window(1280, 900, false);
        browser.dark(false);
        browser.load(page);
    }

    @Test
    void saysAtTheTopThatSomethingIsDownAndWhatToDo() throws Exception {
        assertThat(text("document.title")).isEqualTo("DEGRADED – Passcourier");
        assertThat(text("document.querySelector('h1').innerText")).isEqualTo("Passcourier: DEGRADED");
        assertThat(text("document.querySelector('ul').innerText"))
                .contains(
                        "destination." + LONG + " DOWN SMTP_451",
                        "account.kakao-prod DOWN BREAKER_OPEN",
                        "chmod o-w it",
                        "passcourier.failed holds 2 messages",
                        "redrive list");
        assertThat(browser.evaluate("document.querySelector('ul').getBoundingClientRect().bottom")
                        .asInt())
                .as("seen without scrolling")
                .isLessThan(900);
    }

    @Test
    void loadsNothingAndRunsNothing() throws Exception {
        assertThat(browser.requested()).containsExactly(page.toString());
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.evaluate("document.scripts.length").asInt()).isZero();
    }

    @Test
    void isReadableInTheLightAndInTheDark() throws Exception {
        String light = text("getComputedStyle(document.body).backgroundColor");
        assertThat(browser.leastContrast()).isGreaterThanOrEqualTo(READABLE);
        browser.dark(true);
        assertThat(text("getComputedStyle(document.body).backgroundColor")).isNotEqualTo(light);
        assertThat(browser.leastContrast()).isGreaterThanOrEqualTo(READABLE);
    }

    @Test
    void fitsAPhone() throws Exception {
        browser.window(390, 844, true);
        browser.load(page);
        assertThat(browser.evaluate("window.innerWidth").asInt()).isEqualTo(390);
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(390);
        assertThat(text("getComputedStyle(document.querySelector('.wide tbody td'), '::before').content"))
                .isEqualTo("\"account\"");
        assertThat(browser.evaluate("[...document.querySelectorAll('td')].every(cell => cell.scrollWidth <="
                                + " cell.clientWidth + 1)")
                        .asBoolean())
                .as("no cell is cut off or runs into its neighbour")
                .isTrue();
    }

    /** In the browser's own time, which is put forward. */
    @Test
    void loadsItselfAnew() throws Exception {
        try (HeadlessBrowser another =
                HeadlessBrowser.start(HeadlessBrowser.program().orElseThrow(), folder.resolve("another"))) {
            another.load(page);
            another.call("Emulation.setVirtualTimePolicy", Map.of("policy", "advance", "budget", 11_000));
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(another.requested())
                    .hasSizeGreaterThanOrEqualTo(2));
        }
    }

    @Test
    void isInThePicturesOfTheDocumentation() throws Exception {
        String running = System.getProperty("passcourier.page");
        if (running != null) {
            browser.window(1280, 1130, false);
            browser.load(URI.create(running));
            Files.write(PICTURES.resolve("status-desktop.png"), browser.picture());
            browser.dark(true);
            Files.write(PICTURES.resolve("status-dark.png"), browser.picture());
            browser.dark(false);
            browser.window(390, 1400, true);
            browser.load(URI.create(running));
            Files.write(PICTURES.resolve("status-phone.png"), browser.picture());
        }
        for (String name : List.of("desktop", "dark", "phone")) {
            assertThat(PICTURES.resolve("status-" + name + ".png")).isNotEmptyFile();
        }
    }

    private static String text(String expression) throws Exception {
        return browser.evaluate(expression).asText();
    }
}
