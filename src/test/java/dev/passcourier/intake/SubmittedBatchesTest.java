package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.control.OrderException;
import dev.passcourier.intake.SubmittedBatches.Part;
import dev.passcourier.intake.SubmittedBatches.Question;
import dev.passcourier.intake.SubmittedBatches.Rejected;
import dev.passcourier.intake.SubmittedBatches.Taken;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.RequestReader;
import dev.passcourier.request.WorkCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmittedBatchesTest {

    private static final String LINES = "instance,deliverTo\ni-1,ops\ni-2,ops\n";

    private final Fakes.Trail audit = new Fakes.Trail();
    private final Fakes.Sender sender = new Fakes.Sender();
    private final Fakes.HandClock clock = new Fakes.HandClock("2026-03-01T12:00:00Z");

    @TempDir
    private Path home;

    private FileAuditTrail trail;
    private Ledger ledger;
    private boolean open = true;

    @BeforeEach
    void open() throws Exception {
        trail = FileAuditTrail.open(home.resolve("audit"), clock);
        ledger = Ledger.follow(trail, LedgerDatabase.h2(home.resolve("ledger")));
    }

    @AfterEach
    void close() throws Exception {
        ledger.close();
        trail.close();
    }

    @Test
    void theSameLinesUnderAnotherAccountsNameAreOtherRequests() throws Exception {
        Taken huawei = submit("huawei.csv", LINES, "jane");
        Taken gse = submit("gse.csv", LINES, "jane");

        assertThat(gse.repeated()).isFalse();
        assertThat(gse.batch()).isNotEqualTo(huawei.batch());
        assertThat(requests()).extracting(PasswordRequest::account).containsExactly("huawei", "huawei", "gse", "gse");
        assertThat(requests()).extracting(PasswordRequest::id).doesNotHaveDuplicates();
        assertThat(submit("gse.2.csv", LINES, "jane")).returns(true, Taken::repeated);
    }

    @Test
    void aNameThatNoLineNeedsMakesNoOtherBatch() throws Exception {
        String lines = "account,instance,deliverTo\nhuawei,i-1,ops\n";
        submit("huawei.csv", lines, "jane");

        assertThat(submit("gse.csv", lines, "jane")).returns(true, Taken::repeated);
        assertThat(sender.sent).hasSize(1);
    }

    @Test
    void theSameOfAnotherUserIsAnotherBatch() throws Exception {
        submit("huawei.csv", LINES, "jane");

        assertThat(submit("huawei.csv", LINES, "john")).returns(false, Taken::repeated);
    }

    @Test
    void theTrailSaysWhoSubmitted() throws Exception {
        Taken taken = submit("huawei.csv", LINES, "jane");

        assertThat(audit.told(Fact.USER)).containsExactly("BATCH_TAKEN jane");
        assertThat(WorkCodec.originFromText(
                        (String) sender.sent.get(0).properties().get("pcOrigin")))
                .isEqualTo(new Origin(Origin.Source.CLI, taken.batch() + ":2", "jane", taken.batch(), 2));
    }

    @Test
    void instancesThatACommandNamesDoNotTakeWhatIsMeantForTheDropDirectory() throws Exception {
        String line = "{\"id\":\"a\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}\n";
        submit(null, line, "jane");
        submit("list.ndjson", line, "john");

        assertThat(requests()).extracting(PasswordRequest::reason).containsExactly(null, "nightly drop");
    }

    @Test
    void saysWhatWasReadInALineThatIsNoRequest() throws Exception {
        Taken taken = submit("huawei.csv", "instance,deliverTo\nCANARY/,ops\ni-2,ops\n", "jane");

        assertThat(taken.refused()).isEqualTo(1);
        Rejected rejected = taken.rejected().get(0);
        assertThat(rejected.code()).isEqualTo("FIELD_INVALID");
        assertThat(rejected.says()).contains("character 7 is '/'; ");
    }

    @Test
    void whatIsTemporaryIsToldFromWhatIsWrong() {
        open = false;
        assertThat(refused(LINES))
                .returns("INTAKE_CLOSED", OrderException::code)
                .returns(Reason.NOT_NOW, OrderException::reason);
        open = true;
        assertThat(refused(""))
                .returns("BATCH_EMPTY", OrderException::code)
                .returns(Reason.REFUSED, OrderException::reason);
        sender.away = true;
        assertThat(refused(LINES))
                .returns("NOT_TAKEN", OrderException::code)
                .returns(Reason.NO_ANSWER, OrderException::reason);
    }

    @Test
    void aBatchOfSeveralTransactionsIsSentToItsEndThoughTheProcessDies() throws Exception {
        String lines = large();
        sender.awayAfter = 3;
        assertThat(refused(lines)).returns("NOT_TAKEN", OrderException::code);
        assertThat(files()).hasSize(2);

        sender.awayAfter = Integer.MAX_VALUE;
        batches().goOn();

        assertThat(files()).isEmpty();
        assertThat(sender.ids).hasSize(13).doesNotHaveDuplicates();
        assertThat(sender.sent)
                .extracting(message -> message.properties().get("pcLine"))
                .hasSize(12_001)
                .doesNotHaveDuplicates();
        assertThat(submit("huawei.csv", lines, "jane")).returns(true, Taken::repeated);
        assertThat(sender.sent).hasSize(12_001);
        assertThat(files()).isEmpty();
    }

    @Test
    void whatIsLeftWaitsForTheGateAndForAPauseAfterATry() throws Exception {
        sender.awayAfter = 3;
        assertThat(refused(large())).returns("NOT_TAKEN", OrderException::code);
        SubmittedBatches batches = batches();
        open = false;
        sender.awayAfter = Integer.MAX_VALUE;
        batches.goOn();
        assertThat(sender.ids).hasSize(3);

        open = true;
        sender.away = true;
        batches.goOn();
        sender.away = false;
        batches.goOn();
        assertThat(sender.ids).as("within five seconds").hasSize(3);
        clock.set("2026-03-01T12:00:05Z");
        batches.goOn();
        assertThat(sender.ids).hasSize(13);
        assertThat(files()).isEmpty();
    }

    @Test
    void whatCannotBeReadIsSetAsideAndStopsNothingBehindIt() throws Exception {
        sender.awayAfter = 3;
        assertThat(refused(large())).returns("NOT_TAKEN", OrderException::code);
        sender.awayAfter = Integer.MAX_VALUE;
        String torn = "0".repeat(64);
        Files.writeString(home.resolve("submitted/" + torn + ".json"), "{\"id\":\"" + torn);
        Files.writeString(home.resolve("submitted/" + torn), LINES);
        String lost = "00" + "1".repeat(62);
        Files.writeString(
                home.resolve("submitted/" + lost + ".json"),
                "{\"id\":\"" + lost
                        + "\",\"name\":\"a.csv\",\"user\":\"jane\",\"total\":1,\"format\":\"CSV\",\"defaults\":{}}");

        batches().goOn();

        assertThat(sender.ids).hasSize(13);
        batches();
        assertThat(files())
                .extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrder(torn, torn + ".json.aside", lost + ".json.aside");
    }

    @Test
    void nobodyWaitsForABatchThatAnotherThreadSends() throws Exception {
        SubmittedBatches[] batches = new SubmittedBatches[1];
        List<String> codes = new ArrayList<>();
        batches[0] = batches((messages, id) -> {
            if (sender.ids.isEmpty()) {
                codes.add(CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                                OrderException.class, () -> batches[0].progress(new Question("none"))))
                        .orTimeout(1, TimeUnit.MINUTES)
                        .join()
                        .code());
            }
            return sender.send(messages, id);
        });
        batches[0].take(new Part("u", "huawei.csv", 0, true, large().getBytes(StandardCharsets.UTF_8)), "jane");

        assertThat(codes).containsExactly("BATCH_UNKNOWN");
        assertThat(sender.ids).hasSize(13);
    }

    @Test
    void partsWaitOnTheDiskAndAreGoneWithTheLastOrTheProcess() throws Exception {
        byte[] lines = LINES.getBytes(StandardCharsets.UTF_8);
        SubmittedBatches batches = batches();
        batches.take(new Part("u", "huawei.csv", 0, false, Arrays.copyOf(lines, 10)), "jane");
        batches.take(new Part("lost", "huawei.csv", 0, false, lines), "jane");
        assertThat(files()).hasSize(2).allSatisfy(file -> assertThat(
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------"));

        Taken taken =
                batches.take(new Part("u", "huawei.csv", 1, true, Arrays.copyOfRange(lines, 10, lines.length)), "jane");
        assertThat(taken.lines()).isEqualTo(2);
        assertThat(files()).hasSize(1);
        batches();
        assertThat(files()).isEmpty();
    }

    @Test
    void anUploadThatBeginsAgainOrMissesAPartLeavesNothingOnTheDisk() throws Exception {
        SubmittedBatches batches = batches();
        for (int times = 0; times < 3; times++) {
            batches.take(part("u", 0, 10), "jane");
            assertThat(files()).hasSize(1);
        }
        assertThat(refused(batches, part("u", 2, 10), "jane"))
                .returns("PART_MISSING", OrderException::code)
                .returns(Reason.NOT_NOW, OrderException::reason);
        assertThat(files()).isEmpty();
    }

    @Test
    void uploadsAreFewAndTheirNamesShort() throws Exception {
        SubmittedBatches batches = batches();
        assertThat(refused(batches, part("u".repeat(65), 0, 0), "jane"))
                .returns("UPLOAD_NAME", OrderException::code)
                .returns(Reason.REFUSED, OrderException::reason);
        for (String user : List.of("jane", "john", "mary", "paul")) {
            for (int number = 0; number < Uploads.OF_ONE_USER; number++) {
                batches.take(part("u" + number, 0, 0), user);
            }
            assertThat(refused(batches, part("one more", 0, 0), user)).returns("SUBMIT_BUSY", OrderException::code);
        }
        assertThat(files()).hasSize(Uploads.AT_ONCE);
        assertThat(refused(batches, part("u", 0, 0), "anna")).returns("SUBMIT_BUSY", OrderException::code);

        clock.set("2026-03-01T12:01:01Z");
        batches.take(part("u", 0, 0), "anna");
        assertThat(files()).as("the others have paused for a minute").hasSize(1);
    }

    @Test
    void whatIsInMemoryUntilItIsHandedOverCountsAsWhatIsOnTheDisk() throws Exception {
        Uploads uploads = new Uploads(Files.createDirectory(home.resolve("uploads")), clock);
        uploads.add(part("a", 0, BatchReader.MAX_BYTES - 1), "jane");
        byte[] whole =
                uploads.add(new Part("a", null, 1, true, new byte[1]), "jane").orElseThrow();
        uploads.add(part("b", 0, BatchReader.MAX_BYTES), "john");

        assertThat(catchThrowableOfType(OrderException.class, () -> uploads.add(part("c", 0, 1), "mary")))
                .returns("SUBMIT_BUSY", OrderException::code);
        uploads.handedOver(whole);
        assertThat(uploads.add(part("c", 0, 1), "mary")).isEmpty();
    }

    @Test
    void aBatchThatIsRefusedMakesRoomForTheNext() throws Exception {
        SubmittedBatches batches = batches();
        for (int times = 0; times < 3; times++) {
            batches.take(part("u", 0, BatchReader.MAX_BYTES - 1), "jane");
            assertThat(refused(batches, new Part("u", null, 1, true, new byte[1]), "jane"))
                    .returns("BATCH_UNFINISHED", OrderException::code);
        }
    }

    private static Part part(String upload, int number, int bytes) {
        return new Part(upload, null, number, false, new byte[bytes]);
    }

    private static OrderException refused(SubmittedBatches batches, Part part, String user) {
        return catchThrowableOfType(OrderException.class, () -> batches.take(part, user));
    }

    private static String large() {
        return "instance,deliverTo\n"
                + IntStream.rangeClosed(1, 12_001)
                        .mapToObj(line -> "i-" + line + ",ops\n")
                        .collect(Collectors.joining());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("submitted"))) {
            return files.toList();
        }
    }

    private OrderException refused(String content) {
        return catchThrowableOfType(OrderException.class, () -> submit("huawei.csv", content, "jane"));
    }

    private Taken submit(@Nullable String name, String content, String user) throws OrderException, IOException {
        return batches().take(new Part("u", name, 0, true, content.getBytes(StandardCharsets.UTF_8)), user);
    }

    private List<PasswordRequest> requests() {
        return sender.sent.stream()
                .map(message -> {
                    try {
                        return RequestReader.read(message.body());
                    } catch (RequestException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private SubmittedBatches batches() throws IOException {
        return batches(sender);
    }

    private SubmittedBatches batches(IntakeSender to) throws IOException {
        return new SubmittedBatches(
                home.resolve("submitted"),
                new BatchHandOver("requests", audit, to, batch -> Optional.empty(), batch -> false, clock),
                new FileRequests(settings(), clock),
                ledger,
                () -> open,
                clock);
    }

    private Settings settings() {
        Settings settings = Fakes.settings(home);
        Settings.RequestDefaults defaults =
                new Settings.RequestDefaults(null, List.of(), null, null, null, "nightly drop", Map.of());
        return new Settings(
                settings.service(),
                settings.broker(),
                new Settings.Sources(
                        settings.sources().jms(),
                        new Settings.FileSource(
                                home,
                                Duration.ZERO,
                                Duration.ZERO,
                                Duration.ZERO,
                                List.of(),
                                defaults,
                                List.of(),
                                List.of())),
                settings.keyRings(),
                settings.accounts(),
                settings.recipients(),
                settings.destinations(),
                settings.schedules(),
                settings.reports(),
                settings.policy(),
                settings.ledger(),
                settings.retention(),
                null);
    }
}
