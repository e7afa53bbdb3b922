package dev.passcourier.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.Story;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import dev.passcourier.status.StatusService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusServerTest {

    private static final Instant NOW = Instant.parse("2026-11-22T01:02:03Z");

    @TempDir
    Path directory;

    private final AtomicReference<Optional<HealthProblem>> disk = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<HealthProblem>> account = new AtomicReference<>(Optional.empty());
    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final Checks checks = new Checks(clock);
    private final Probe probe = new Probe(checks);
    private final ServiceGate gate = new ServiceGate(checks, probe);
    private final AtomicReference<Optional<String>> broken = new AtomicReference<>(Optional.empty());
    private final MovableClock scraped = new MovableClock(NOW, ZoneOffset.UTC);
    private final Metrics metrics = new Metrics(scraped);
    private FileAuditTrail trail;
    private Ledger ledger;
    private Figures figures;
    private Supplier<StatusAnswer> whatWaits = this::waiting;
    private StatusServer server;

    @BeforeEach
    void start() throws Exception {
        trail = FileAuditTrail.open(directory.resolve("audit"), clock);
        ledger = Ledger.follow(trail, LedgerDatabase.h2(directory.resolve("ledger")));
        BrokerCheck broker = new BrokerCheck(
                () -> Map.of("password.requests", 7L),
                new BrokerCheckTest.Stoppable(),
                Optional::empty,
                Clock.systemUTC());
        figures = new Figures(ledger, () -> whatWaits.get(), broker, checks, clock);
        checks.add("disk", Stops.EVERYTHING, disk::get);
        checks.add("broker", Stops.EVERYTHING, broker);
        checks.add("account.kakao", Stops.NOTHING, account::get);
        checks.run();
        server = StatusServer.open(new Settings.Status(0), null);
        server.page("/metrics", metrics::reply);
        server.page("/", new StatusPage(checks, gate, figures, "0.1.0", clock)::reply);
        new HealthPages(checks, gate, Liveness.of(broken::get, probe, clock)).addTo(server);
        server.start();
        gate.open();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        metrics.close();
        ledger.close();
        trail.close();
    }

    @Test
    void saysThatAllIsWell() throws Exception {
        String answer = ask("GET", "/health", "localhost");

        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(json(answer).path("status").asText()).isEqualTo("UP");
        assertThat(json(answer).path("checks")).hasSize(3);
    }

    /** A database that hangs keeps a thread of its own, not those who look. */
    @Test
    void whatHangsKeepsNoPageAndNoScrapeWaiting() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        AtomicReference<Runnable> before = new AtomicReference<>(() -> {});
        metrics.gauge("slow", "Hangs.", () -> {
            before.get().run();
            return 7;
        });
        metrics.gauge("quick", "Does not.", () -> 8);
        assertThat(ask("GET", "/metrics", "localhost"))
                .contains("\nslow 7.0\n", "\npasscourier_scrape_age_seconds 0.0\n");
        whatWaits = () -> {
            await(hangs);
            return waiting();
        };
        before.set(() -> await(hangs));
        scraped.advance(Duration.ofSeconds(60));
        try {
            assertThat(ask("GET", "/metrics", "localhost"))
                    .contains("\nslow 7.0\n", "\nquick 8.0\n", "\npasscourier_scrape_age_seconds 60.0\n");
            assertThat(ask("GET", "/", "localhost")).contains("The ledger does not say now what waits.");
            assertThat(figures.oldest(Set.of("kakao"), Set.of("hook"))).isEmpty();
        } finally {
            hangs.countDown();
        }
        Awaitility.await().untilAsserted(() -> assertThat(figures.oldest(Set.of("kakao"), Set.of("hook")))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("fetch.kakao", Optional.empty(), "outbox.hook", Optional.empty())));
        Awaitility.await().untilAsserted(() -> assertThat(ask("GET", "/metrics", "localhost"))
                .contains("\npasscourier_scrape_age_seconds 0.0\n"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void showsHowFarABatchIs() throws Exception {
        new Story(trail)
                .batch("b1", "FILE", "monday <1>.csv", 4)
                .askedLine("r1", "b1", 1)
                .ended("r1", "NOT_FOUND", "HTTP_404");
        ledger.awaitApplied(trail.position());

        assertThat(ask("GET", "/", "localhost"))
                .contains(
                        ">monday &lt;1&gt;.csv, planned for ", "max=\"4\" value=\"1\"", "1 of 4", ">NOT_FOUND 1</td>");
    }

    @Test
    void saysHowOldItsNumbersAreWhileNothingIsCounted() throws Exception {
        assertThat(ask("GET", "/", "localhost")).doesNotContain("was counted");
        disk.set(Optional.of(new HealthProblem("DISK_LOW")));
        checks.run();

        Clock later = Clock.offset(clock, Duration.ofMinutes(5));
        byte[] page =
                new StatusPage(checks, gate, figures, "0.1.0", later).reply().body();

        assertThat(new String(page, StandardCharsets.UTF_8)).contains("What waits was counted 5 min 0 s ago.");
    }

    /** A heading that says UP is what people read, and all they read. */
    @Test
    void neverSaysUpWhileADestinationIsDownAlsoAfterARestart() throws Exception {
        assertThat(ask("GET", "/", "localhost")).contains("<title>UP ", "<span class=\"up\">UP</span></h1>");
        new Story(trail)
                .asked("r1", "i-1")
                .allowed("r1", "mail")
                .sealed("r1", "mail")
                .delivery(AuditEvent.Type.DELIVERY_POSTPONED, "r1", "mail", "RESULT", "SMTP_451", 1);
        ledger.awaitApplied(trail.position());
        MonitoredTrail.Destinations afterARestart = new MonitoredTrail.Destinations();
        afterARestart.begin(ledger.status().failing());
        checks.add("destination.mail", Stops.NOTHING, afterARestart.of("mail"));
        checks.add("destination.folder", Stops.NOTHING, afterARestart.of("folder"));
        checks.run();

        assertThat(ask("GET", "/", "localhost"))
                .contains("<title>DEGRADED ", "<span class=\"warn\">DEGRADED</span></h1>")
                .contains(">mail</td><td data-of=\"state\"><span class=\"down\">DOWN</span> SMTP_451</td>")
                .contains("<strong>destination.mail</strong>", "status --destination mail")
                .doesNotContain("<span class=\"up\">UP</span></h1>")
                .containsOnlyOnce("destination.mail")
                .doesNotContain("destination.folder");
    }

    /** As with many large batches under way: however often the page is asked for, the ledger has its rest. */
    @Test
    void theLedgerCountsForATwentiethOfTheTimeAtMost() {
        Iterator<Integer> seconds = List.of(0, 0, 0, 3, 4, 62, 63, 63, 63, 63).iterator();
        Clock counting = new Clock() {
            @Override
            public Instant instant() {
                return NOW.plusSeconds(seconds.next());
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        Figures slow = new Figures(
                ledger,
                this::waiting,
                new BrokerCheck(Map::of, new BrokerCheckTest.Stoppable(), Optional::empty, clock),
                checks,
                counting);

        Figures.Counts took3Seconds = slow.counts();
        assertThat(slow.counts()).as("one second later").isSameAs(took3Seconds);
        assertThat(slow.counts()).as("59 seconds later").isSameAs(took3Seconds);
        assertThat(slow.counts()).as("a minute later").isNotSameAs(took3Seconds);
    }

    @Test
    void saysWhatIsWrongAndSinceWhen() throws Exception {
        disk.set(Optional.of(new HealthProblem("DISK_LOW")));
        checks.run();

        String answer = ask("GET", "/health", "127.0.0.1:" + server.port());

        assertThat(answer).startsWith("HTTP/1.1 503 ");
        assertThat(json(answer).path("status").asText()).isEqualTo("DOWN");
        assertThat(json(answer).path("checks").get(0))
                .isEqualTo(new ObjectMapper()
                        .readTree("{\"name\":\"disk\",\"status\":\"DOWN\",\"stops\":\"EVERYTHING\",\"since\":\"" + NOW
                                + "\",\"code\":\"DISK_LOW\"}"));
    }

    @Test
    void saysInWordsWhatToRepair() throws Exception {
        disk.set(
                Optional.of(new HealthProblem("DIRECTORY_OPEN", "/drop can be written to by everybody; chmod o-w it")));
        checks.run();

        assertThat(json(ask("GET", "/health", "localhost"))
                        .path("checks")
                        .get(0)
                        .path("says")
                        .asText())
                .isEqualTo("/drop can be written to by everybody; chmod o-w it");
        assertThat(ask("GET", "/", "localhost"))
                .contains("DOWN</span> DIRECTORY_OPEN ", "<br>/drop can be written to by everybody; chmod o-w it</li>");
    }

    @Test
    void showsDroppedFilesThatAreNotTakenAndWhy() throws Exception {
        assertThat(ask("GET", "/", "localhost")).doesNotContain("Dropped files");

        figures.filesLeft(() -> Map.of("<b>목록.txt", "it is empty"));

        assertThat(ask("GET", "/", "localhost"))
                .contains("<h2>Dropped files that are not taken</h2>", "<td>&lt;b&gt;목록.txt</td><td>it is empty</td>");
    }

    @Test
    void anAccountWithAProblemIsToldButTheServiceIsUp() throws Exception {
        account.set(Optional.of(new HealthProblem("PAUSED", NOW.plusSeconds(60))));
        checks.run();

        String answer = ask("GET", "/health", "localhost");

        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(json(answer).path("checks").get(2).path("code").asText()).isEqualTo("PAUSED");
        assertThat(json(answer).path("checks").get(2).path("until").asText()).isEqualTo("2026-11-22T01:03:03Z");
    }

    @Test
    void isNotReadyBeforeItTakesWorkAndWhileItStops() throws Exception {
        gate.shut();
        assertThat(ask("GET", "/health/ready", "localhost"))
                .startsWith("HTTP/1.1 503 ")
                .endsWith("{\"status\":\"DOWN\",\"causes\":[{\"code\":\"STOPPING\"}]}\n");
        assertThat(ask("GET", "/health", "localhost")).startsWith("HTTP/1.1 503 ");
        assertThat(new ServiceGate(checks, probe).closed()).contains(new HealthProblem("STARTING"));

        gate.open();
        assertThat(ask("GET", "/health/ready", "localhost"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("{\"status\":\"UP\",\"causes\":[]}\n");
    }

    /** A restart mends no disk: an orchestrator must not begin one, only send no work. */
    @Test
    void aFullDiskIsAReasonForNotReadyAndForNoRestart() throws Exception {
        disk.set(Optional.of(new HealthProblem("DISK_LOW")));
        checks.run();

        String ready = ask("GET", "/health/ready", "localhost");
        assertThat(ready).startsWith("HTTP/1.1 503 ");
        assertThat(json(ready))
                .isEqualTo(new ObjectMapper()
                        .readTree("{\"status\":\"DOWN\",\"causes\":[{\"check\":\"disk\",\"since\":\"" + NOW
                                + "\",\"code\":\"DISK_LOW\"}]}"));
        assertThat(ask("GET", "/health/live", "localhost"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("{\"status\":\"UP\",\"causes\":[]}\n");
    }

    @Test
    void anAccountThatIsDownKeepsNobodyFromSendingWork() throws Exception {
        account.set(Optional.of(new HealthProblem("BREAKER_OPEN")));
        checks.run();

        assertThat(ask("GET", "/health/ready", "localhost")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aLedgerThatHasStoppedForGoodAsksForARestart() throws Exception {
        broken.set(Optional.of("LEDGER_TRAIL"));

        String live = ask("GET", "/health/live", "localhost");

        assertThat(live).startsWith("HTTP/1.1 503 ");
        assertThat(json(live).path("causes").get(0).path("code").asText()).isEqualTo("LEDGER_TRAIL");
        assertThat(json(live).path("causes").get(0).path("says").asText()).contains("restart");
    }

    @Test
    void showsAPageThatRunsNothing() throws Exception {
        String answer = ask("GET", "/", "localhost");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("Content-security-policy: default-src 'none'; style-src 'sha256-")
                .containsIgnoringCase("Cache-control: no-store")
                .containsIgnoringCase("X-content-type-options: nosniff")
                .contains(">kakao</td>", "<td>password.requests</td><td>7</td>")
                .doesNotContain("<script", "href=", "src=");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /, 405",
        "PUT, /health, 405",
        "DELETE, /, 405",
        "OPTIONS, /, 405",
        "TRACE, /health, 405",
        "GET, /healthy, 404",
        "POST, /metrics, 405",
        "GET, /health/, 404",
        "GET, /../etc/passwd, 404",
        "GET, /health/live/, 404",
        "POST, /health/live, 405",
        "HEAD, /health/ready, 200",
        "HEAD, /health, 200",
        "GET, /metrics, 200",
        "HEAD, /, 200",
        "GET, /?x=%3Cscript%3E, 200"
    })
    void answersReadersOfItsPagesOnly(String method, String path, int status) throws Exception {
        String answer = ask(method, path, "localhost");

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        if (status != 200 || method.equals("HEAD")) {
            assertThat(answer).endsWith("\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "10.0.0.1",
                "localhost@evil",
                ""
            })
    void refusesAskersThatMeanAnotherHost(String host) throws Exception {
        assertThat(ask("GET", "/health", host)).startsWith("HTTP/1.1 403 ").doesNotContain("disk");
    }

    @Test
    void aTakenPortNamesTheSetting() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> StatusServer.open(new Settings.Status(server.port()), null))
                .withMessageContaining("service.status.port")
                .withMessageContaining(Integer.toString(server.port()));
    }

    private StatusAnswer waiting() {
        return new StatusService(ledger.status(), Map.of(), Set.of(), Set.of(), null, clock)
                .answer(new StatusOrder(null));
    }

    private static JsonNode json(String answer) throws IOException {
        return new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
    }

    private String ask(String method, String path, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), server.port())) {
            socket.setSoTimeout(10_000);
            String head = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
