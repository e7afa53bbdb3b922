package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.outbox.Notices;
import dev.passcourier.request.RequestReader;
import dev.passcourier.request.WorkCodec;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The route files of the edges and of the intake, run by Camel; queues are stood in for. */
class RequestSourceRoutesTest {

    private static final Path ROUTES = Path.of("routes");
    private static final String CSV = "account,instance,deliverTo\nhuawei,i-1,ops\nhuawei,i-2,ops\n";
    private static final String JSON =
            "{\"id\":\"r-1\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}";

    private final Fakes.Trail audit = new Fakes.Trail();
    private final Fakes.Sender sender = new Fakes.Sender();
    private final BatchHandOver handOver =
            new BatchHandOver("requests", audit, sender, batch -> Optional.empty(), batch -> false, Clock.systemUTC());
    private final CamelContext camel = new DefaultCamelContext();

    @TempDir
    private Path home;

    @BeforeEach
    void queues() {
        camel.getPropertiesComponent().addInitialProperty("passcourier.intake-queue", "requests");
        camel.getPropertiesComponent().addInitialProperty("passcourier.intake-consumers", "2");
        camel.addComponent("broker", new QueueStandIn());
        camel.addComponent("requests-broker", new QueueStandIn());
        Processor arrival = exchange ->
                exchange.getMessage().setBody(arrival(exchange.getMessage().getBody()));
        camel.getRegistry().bind("arrival", arrival);
        camel.getRegistry().bind("requests-arrival", arrival);
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    @Test
    void takesDroppedFilesAndLeavesLinksAndMarkersAlone() throws Exception {
        Path drop = dropBox();
        Path outside = Files.writeString(home.resolve("outside.csv"), CSV);
        Files.createSymbolicLink(drop.resolve("link.csv"), outside);
        Files.writeString(drop.resolve("batch.csv.part"), CSV);
        Files.writeString(drop.resolve("batch.csv"), CSV);

        camel.start();

        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(drop.resolve("done/batch.csv")));
        assertThat(sender.sent).hasSize(2);
        assertThat(sender.ids).hasSize(1);
        Files.writeString(drop.resolve("batch.csv"), CSV + "huawei,i-3,ops\n");
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(drop.resolve("done/batch.2.csv")));
        assertThat(drop.toFile().list())
                .containsExactlyInAnyOrder("link.csv", "batch.csv.part", "work", "done", "failed");
    }

    @Test
    void takesNamesAndTextOfEveryKindAndTellsOfTheRest() throws Exception {
        Path drop = dropBox();
        Files.writeString(drop.resolve("서버목록.csv"), CSV);
        Files.write(
                drop.resolve("Unicode Text.txt"),
                "account\tinstance\tdeliverTo\r\nhuawei\ti-3\tops\r\n".getBytes(Charset.forName("x-UTF-16LE-BOM")));
        Files.writeString(drop.resolve("line\nbreak.CSV"), "account;instance;deliverTo\nhuawei;i-4;ops\n");
        Files.writeString(drop.resolve("note.txt"), "dear all\n");

        camel.start();

        await().atMost(Duration.ofSeconds(20)).until(() -> sender.sent.size() == 4);
        assertThat(instances()).containsExactlyInAnyOrder("i-1", "i-2", "i-3", "i-4");
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(drop.resolve("done/line_break.CSV")));
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(drop.resolve("done/서버목록.csv")));
        assertThat(drop.resolve("note.txt")).exists();
    }

    @Test
    void takesNothingWhileTheDirectoryIsNotAsItMustBeAndGoesOnByItself() throws Exception {
        Path drop = dropBox();
        Path aside = home.resolve("aside");
        camel.start();
        Files.move(drop, aside);
        Files.createSymbolicLink(drop, aside);
        Files.writeString(aside.resolve("batch.csv"), CSV);
        await().during(Duration.ofMillis(600)).until(sender.sent::isEmpty);
        Files.delete(drop);
        Files.createDirectory(drop);
        Files.writeString(drop.resolve("other.csv"), "account,instance,deliverTo\nhuawei,i-9,ops\n");

        await().atMost(Duration.ofSeconds(20)).until(() -> sender.sent.size() == 1);
        assertThat(instances()).containsExactly("i-9");
        assertThat(aside.resolve("batch.csv")).exists();
    }

    @Test
    void takesEveryLineOnceOfAFileThatIsWrittenSlowlyAndKeepsItsOldTime() throws Exception {
        Path drop = dropBox(Duration.ofSeconds(5));
        camel.start();
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(365)));
        try (OutputStream writer = Files.newOutputStream(drop.resolve("slow.csv"))) {
            writer.write("account,instance,deliverTo\n".getBytes(StandardCharsets.UTF_8));
            for (int chunk = 1; chunk <= 4; chunk++) {
                int first = (chunk - 1) * 50;
                String lines = IntStream.range(first, first + 50)
                        .mapToObj(i -> "huawei,i-" + i + ",ops\n")
                        .collect(Collectors.joining());
                writer.write(lines.getBytes(StandardCharsets.UTF_8));
                Files.setLastModifiedTime(drop.resolve(chunk == 1 ? "slow.csv" : "work/slow.csv"), old);
                int written = chunk * 50;
                await().atMost(Duration.ofSeconds(20)).until(() -> sender.sent.size() == written);
            }
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(drop.resolve("done/slow.csv")));
        assertThat(instances()).hasSize(200).doesNotHaveDuplicates();
        assertThat(Files.readAllLines(drop.resolve("done/slow.csv"))).hasSize(201);
        assertThat(drop.resolve("work")).isEmptyDirectory();
    }

    @Test
    void waitsForTheRestOfALineAndKeepsNobodyElseWaiting() throws Exception {
        Path drop = dropBox(Duration.ofMinutes(2));
        camel.start();
        Path cut = drop.resolve("cut.csv");
        Files.writeString(cut, "account,deliverTo,instance\nhuawei,ops,i-12");
        for (String empty : List.of("1.csv", "2.csv", "3.csv")) {
            Files.createFile(drop.resolve(empty));
        }
        Path future = Files.writeString(drop.resolve("future.csv"), CSV);
        Files.setLastModifiedTime(future, FileTime.from(Instant.now().plus(Duration.ofDays(1))));
        await().atMost(Duration.ofSeconds(5)).until(() -> sender.sent.size() == 2);
        Files.writeString(drop.resolve("good.csv"), "account,instance,deliverTo\nhuawei,i-3,ops\n");
        await().atMost(Duration.ofSeconds(5)).until(() -> sender.sent.size() == 3);
        assertThat(instances()).containsExactly("i-1", "i-2", "i-3");

        Files.writeString(cut, "34567\n", StandardOpenOption.APPEND);

        await().atMost(Duration.ofSeconds(5)).until(() -> sender.sent.size() == 4);
        assertThat(instances()).endsWith("i-1234567");
    }

    @Test
    void triesAFileAgainWhenTheBrokerIsBackThoughNoErrorHandlerHelps() throws Exception {
        camel.getRegistry().bind("outbound", (Processor) exchange -> {});
        load("hand-on");
        Path drop = dropBox();
        sender.away = true;
        Files.writeString(drop.resolve("batch.csv"), CSV);
        camel.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> !audit.events.isEmpty());

        sender.away = false;

        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(drop.resolve("done/batch.csv")));
        assertThat(sender.sent).hasSize(2);
    }

    @Test
    void asksWhenAScheduleIsDue() throws Exception {
        Files.writeString(home.resolve("list.csv"), CSV);
        Settings.Schedule schedule =
                new Settings.Schedule("* * * * * ?", ZoneId.of("Asia/Seoul"), home.resolve("list.csv"), List.of());
        RunScheduleStep runs =
                new RunScheduleStep(Map.of("often", schedule), name -> Optional.empty(), handOver, Clock.systemUTC());
        camel.getRegistry().bind("run-schedule", runs);
        camel.getRegistry().bind("schedule-catch-up", (Processor) exchange -> runs.catchUp());
        load("request-schedule-source");
        camel.addRouteFromTemplate(
                "often",
                "request-schedule-source",
                Map.of("schedule", "often", "cron", schedule.cron(), "timeZone", "Asia/Seoul"));

        camel.start();

        await().atMost(Duration.ofSeconds(20)).until(() -> sender.ids.size() >= 2);
        assertThat(sender.ids).doesNotHaveDuplicates().allMatch(id -> id.matches("often@.*:\\d\\dZ"));
    }

    @Test
    void catchesUpAtTheStart() throws Exception {
        Files.writeString(home.resolve("list.csv"), CSV);
        Settings.Schedule schedule =
                new Settings.Schedule("0 0 3 * * ?", ZoneId.of("Asia/Seoul"), home.resolve("list.csv"), List.of());
        Instant lastWeek = Clock.systemUTC().instant().minus(Duration.ofDays(7));
        RunScheduleStep runs = new RunScheduleStep(
                Map.of("nightly", schedule), name -> Optional.of(lastWeek), handOver, Clock.systemUTC());
        camel.getRegistry().bind("run-schedule", runs);
        camel.getRegistry().bind("schedule-catch-up", (Processor) exchange -> runs.catchUp());
        load("request-schedule-source");
        camel.addRouteFromTemplate("catch-up", "request-schedule-catch-up", Map.of("period", "100"));

        camel.start();

        await().atMost(Duration.ofSeconds(20)).until(() -> !sender.ids.isEmpty());
        assertThat(sender.ids).hasSize(1);
    }

    @Test
    void movesRequestsFromAnotherBrokerUnderTheirMessageId() throws Exception {
        camel.getRegistry().bind("foreign-requests", new ForeignRequests("requests", sender));
        load("request-jms-source");
        camel.addRouteFromTemplate("jms", "request-jms-source", Map.of("queue", "theirs"));
        camel.start();

        for (int n = 0; n < 2; n++) {
            camel.createProducerTemplate()
                    .requestBodyAndHeader("requests-broker:queue:theirs", JSON, "pcOrigin", "forged");
        }

        assertThat(sender.ids).singleElement().asString().startsWith("jms:ID:1:");
        assertThat(sender.sent).singleElement().satisfies(outboundMessage -> {
            assertThat(outboundMessage.properties()).containsOnlyKeys("pcOrigin");
            assertThat(WorkCodec.originFromText(
                                    (String) outboundMessage.properties().get("pcOrigin"))
                            .user())
                    .isEqualTo("alice");
        });
    }

    /** A broker made anew counts from the beginning again. */
    @Test
    void anotherRequestUnderTheSameMessageIdIsNoRepetition() throws Exception {
        ForeignRequests requests = new ForeignRequests("requests", sender);
        for (String body : List.of("{\"id\":\"a\"}", "{\"id\":\"b\"}", "{\"id\":\"a\"}")) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.getMessage().setBody(arrival(body));
            requests.process(exchange);
        }

        assertThat(sender.sent).hasSize(2);
    }

    @Test
    void checksWhatComesToTheIntake() throws Exception {
        try (FollowedTrail followed = new FollowedTrail(home)) {
            camel.getRegistry()
                    .bind(
                            "check-request",
                            new CheckRequestStep(
                                    Fakes.settings(home, Fakes.rule("jms", "alice", "ops")),
                                    followed,
                                    followed.ledger(),
                                    new Notices((request, alias) -> request + alias, account -> true),
                                    Fakes.NO_SIGNERS,
                                    Clock.systemUTC()));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:hand-on").to("mock:handed-on");
                }
            });
            load("intake");
            camel.start();

            camel.createProducerTemplate().requestBody(camel.getRoute("intake").getEndpoint(), JSON);

            MockEndpoint handedOn = camel.getEndpoint("mock:handed-on", MockEndpoint.class);
            assertThat(handedOn.getExchanges()).hasSize(1);
            List<?> outbound = handedOn.getExchanges().get(0).getMessage().getBody(List.class);
            assertThat(((OutboundMessage) outbound.get(0)).queue()).isEqualTo("fetch.huawei");
        }
    }

    private List<String> instances() throws Exception {
        List<String> instances = new ArrayList<>();
        for (OutboundMessage outboundMessage : sender.sent) {
            instances.add(RequestReader.read(outboundMessage.body()).instance());
        }
        return instances;
    }

    private Path dropBox() throws Exception {
        return dropBox(Duration.ofMillis(300));
    }

    /** A drop directory whose files are taken from the start on. */
    private Path dropBox(Duration maxPause) throws Exception {
        Path drop = Files.createDirectory(home.resolve("drop box + 1"));
        DropGuard guard = new DropGuard(List.of());
        Settling settling = new Settling(Duration.ofMillis(100), maxPause, System::nanoTime);
        DropDirectory directory = DropDirectory.open(drop, List.of(), Clock.systemUTC());
        DropFilter filter = new DropFilter(directory, guard, settling, event -> 1, Clock.systemUTC());
        TakeBatchFileStep batches = new TakeBatchFileStep(
                directory,
                guard,
                settling,
                handOver,
                Fakes.allowed(drop, Clock.systemUTC()),
                batch -> Optional.empty(),
                audit,
                Clock.systemUTC());
        camel.getRegistry().bind("drop-filter", filter);
        camel.getRegistry()
                .bind("drop-poll", new DropPollStrategy(directory, filter, settling, exchange -> batches.lookAgain()));
        camel.getRegistry().bind("take-batch-file", batches);
        load("request-file-source");
        camel.addRouteFromTemplate(
                "file", "request-file-source", Map.of("directory", drop.toString(), "pollMillis", "50"));
        return drop;
    }

    private void load(String name) throws Exception {
        Path file = ROUTES.resolve(name + ".camel.yaml");
        Resource resource = PluginHelper.getResourceLoader(camel).resolveResource("file:" + file);
        PluginHelper.getRoutesLoader(camel).loadRoutes(resource);
    }

    private static InboundMessage arrival(Object body) {
        return new InboundMessage(
                "requests", "ID:1", "alice", false, Map.of(), body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Calls a route directly where the real thing would bring a message. */
    private static final class QueueStandIn extends DirectComponent {

        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
                throws Exception {
            parameters.remove("maxConcurrentConsumers");
            parameters.remove("maxMessagesPerTask");
            return super.createEndpoint(uri, remaining, parameters);
        }
    }
}
