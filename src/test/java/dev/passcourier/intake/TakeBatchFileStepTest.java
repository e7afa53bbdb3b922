package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.RequestReader;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.secrecy.CapturedOutput;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TakeBatchFileStepTest {

    private static final String HEADER = "account,instance,deliverTo,reason\n";

    private final Fakes.Trail audit = new Fakes.Trail();
    private Fakes.Sender sender = new Fakes.Sender();
    private final Fakes.HandClock clock = new Fakes.HandClock("2026-03-01T12:00:00Z");

    private final Map<String, BatchSummary> earlier = new HashMap<>();
    private final AtomicLong nanos = new AtomicLong();
    private final Settling settling = new Settling(Duration.ofSeconds(3), Duration.ofMinutes(2), nanos::get);

    @TempDir
    private Path drop;

    private TakeBatchFileStep source;

    @BeforeEach
    void start() throws ConfigurationException {
        start(Fakes.allowed(drop, clock));
    }

    private void start(FileRequests requests) throws ConfigurationException {
        source = new TakeBatchFileStep(
                DropDirectory.open(drop, List.of(), clock),
                new DropGuard(List.of()),
                settling,
                new BatchHandOver("requests", audit, sender, batch -> Optional.empty(), batch -> false, clock),
                requests,
                id -> Optional.ofNullable(earlier.get(id)),
                audit,
                clock);
    }

    @Test
    void sendsEveryGoodLineWithItsOriginInOneGo() throws IOException, RequestException {
        String content = HEADER + "huawei,i-1,ops,\nhuawei,i-2,ops files,\n";
        take("batch.csv", content);

        String hash = Hashes.sha256(content.getBytes(StandardCharsets.UTF_8));
        assertThat(sender.ids).containsExactly(hash);
        assertThat(sender.sent).extracting(OutboundMessage::queue).containsOnly("requests");
        assertThat(sender.sent)
                .extracting(outboundMessage -> WorkCodec.originFromText(
                        (String) outboundMessage.properties().get("pcOrigin")))
                .containsExactly(
                        new Origin(Origin.Source.FILE, hash + ":2", null, hash, 2),
                        new Origin(Origin.Source.FILE, hash + ":3", null, hash, 3));
        assertThat(RequestReader.read(sender.sent.get(1).body()).id())
                .isEqualTo("file-" + hash.substring(0, 16) + "-3");
        assertThat(names("done")).containsExactly("batch.csv");
        assertThat(names("work")).isEmpty();
    }

    @Test
    void recordsTheBatchAndItsBadLines() throws IOException {
        take("batch.csv", HEADER + "huawei,i-1,ops,\nhuawei,/etc,ops,\n");

        assertThat(audit.told(Fact.NAME)).containsExactly("BATCH_TAKEN batch.csv", "ENDED -");
        assertThat(audit.events.get(0).facts()).containsEntry(Fact.COUNT, "2").containsEntry(Fact.SOURCE, "FILE");
        assertThat(audit.last().facts())
                .containsEntry(Fact.LINE, "3")
                .containsEntry(Fact.VERDICT, "REFUSED")
                .containsEntry(Fact.CODE, "FIELD_INVALID")
                .doesNotContainKey(Fact.REQUEST);
    }

    @Test
    void namesBadLinesWithoutTheirContent() throws IOException {
        take("batch.csv", HEADER + "huawei,CANARY/,ops,\nhuawei,i-2,ops,\n\"CANARY\n");

        Path rejects = drop.resolve("done/batch.csv.rejects.ndjson");
        List<String> lines = Files.readAllLines(rejects);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .contains(
                        "\"line\":2",
                        "\"code\":\"FIELD_INVALID\"",
                        "\"where\":\"instance, column 2\"",
                        "character 7 is '/'");
        assertThat(lines.get(1)).contains("\"line\":4", "\"code\":\"BATCH_COLUMNS\"");
        assertThat(lines).noneMatch(line -> line.contains("CANARY"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rejects)))
                .isEqualTo("rw-------");
        assertThat(sender.sent).hasSize(1);
    }

    @Test
    void takesTheSameFileOnlyOnce() throws IOException {
        take("first.csv", HEADER + "huawei,i-1,ops,\n");
        take("second.csv", HEADER + "huawei,i-1,ops,\n");

        assertThat(sender.sent).hasSize(1);
        assertThat(names("done")).containsExactly("first.csv", "second.csv");
    }

    /** A backup was restored that was made before: the queues do not hold what the file's page says was sent. */
    @Test
    void handsAFileInHandOverOnceMoreAfterARestore() throws Exception {
        Files.writeString(drop.resolve("batch.csv"), HEADER + "huawei,i-1,ops,\n");
        source.take("batch.csv");
        List<String> ids = List.copyOf(sender.ids);
        assertThat(ids).hasSize(1);

        DroppedFiles dropped = DroppedFiles.after(
                DropDirectory.open(drop, List.of(), clock), Instant.now().minusSeconds(60), Set.of("huawei"));
        assertThat(dropped.done()).isEmpty();
        assertThat(dropped.batches()).containsAll(ids);
        sender = new Fakes.Sender();
        start();
        source.take("batch.csv");
        assertThat(sender.ids).isEqualTo(ids);
    }

    @Test
    void knowsWhatWasFiledAfterABackup() throws Exception {
        take("huawei.csv", "instance,deliverTo\ni-1,ops\n");
        take("bad.csv", HEADER + "huawei,i-1,ops,\nhuawei,/etc,ops,\n");
        take("bad.json", "{");
        assertThat(names("done")).contains("bad.csv.rejects.ndjson");

        DropDirectory opened = DropDirectory.open(drop, List.of(), clock);
        DroppedFiles dropped = DroppedFiles.after(opened, Instant.now().minusSeconds(600), Set.of("huawei"));
        assertThat(dropped.done()).containsExactlyInAnyOrder("huawei.csv", "bad.csv", "bad.json");
        assertThat(dropped.batches()).containsAll(sender.ids);
        assertThat(DroppedFiles.after(opened, Instant.now().plusSeconds(600), Set.of("huawei"))
                        .batches())
                .isEmpty();
    }

    @Test
    void neverPutsAFileOverAnother() throws IOException {
        take("batch.csv", HEADER + "huawei,i-1,ops,\n");
        take("batch.csv", HEADER + "huawei,i-2,ops,\nbad\n");
        take("batch.json", "{");
        take("batch.json", "[");

        assertThat(names("done")).containsExactly("batch.2.csv", "batch.2.csv.rejects.ndjson", "batch.csv");
        assertThat(names("failed"))
                .containsExactly("batch.2.json", "batch.2.json.error.json", "batch.json", "batch.json.error.json");
        assertThat(audit.told(Fact.NAME)).contains("BATCH_TAKEN batch.2.csv");
    }

    @Test
    void saysWhichEarlierBatchAFileRepeatsAndWhereItsResultsAre() throws IOException {
        String content = HEADER + "huawei,i-1,ops,\n";
        String id = Hashes.sha256(content.getBytes(StandardCharsets.UTF_8));
        take("monday.csv", content);
        earlier.put(
                id,
                new BatchSummary(id, Origin.Source.FILE, "monday.csv", null, 1, Instant.parse("2026-03-01T12:00:00Z")));

        try (CapturedOutput output = new CapturedOutput()) {
            take("서버 목록.txt", content);
            assertThat(output.log())
                    .contains(
                            "BATCH_REPEATED 서버 목록.txt: nothing was asked again, as monday.csv held the same and was taken at"
                                    + " 2026-03-01T12:00:00Z; its results are in done/monday.csv.results.csv");
        }

        assertThat(sender.sent).hasSize(1);
        assertThat(new ObjectMapper()
                        .readTree(drop.resolve("done/서버 목록.txt.repeated.json").toFile()))
                .hasToString(
                        "{\"code\":\"BATCH_REPEATED\",\"repeats\":\"monday.csv\",\"takenAt\":\"2026-03-01T12:00:00Z\","
                                + "\"results\":\"monday.csv.results.csv\",\"advice\":\"Nothing was asked again. The results are there when"
                                + " all requests of the earlier file have ended; to ask anew, give the requests new ids.\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "서버목록.csv,서버목록.csv",
        "新服务器.JSON,新服务器.JSON",
        "ops&dev.csv,ops&dev.csv",
        "list.txt,list.txt",
        "-rf.csv,_rf.csv",
        "<script>.csv,<script>.csv",
        "a\u202Evsc.exe,a_vsc.exe",
        "=cmd.csv,=cmd.csv"
    })
    void keepsAFileUnderItsNameOrAHarmlessOne(String name, String kept) throws IOException {
        String content = name.endsWith("JSON")
                ? "[{\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]},{}]"
                : HEADER + "huawei,i-1,ops,\nbad\n";
        take(name, content);

        assertThat(names("done")).containsExactly(kept, kept + ".rejects.ndjson");
        assertThat(audit.told(Fact.NAME)).contains("BATCH_TAKEN " + kept);
        assertThat(sender.sent).hasSize(1);
    }

    @Test
    void keepsAFileWhoseNameBreaksTheLineOnOneLine() throws IOException {
        try (CapturedOutput output = new CapturedOutput()) {
            take("a\nFORGED.csv", "nothing\n");
            assertThat(output.log().lines())
                    .filteredOn(line -> line.contains("FORGED"))
                    .singleElement()
                    .asString()
                    .contains("BATCH_HEADER a_FORGED.csv at line 1, column 1: ", "See a_FORGED.csv.error.json in ");
        }
        assertThat(names("failed")).containsExactly("a_FORGED.csv", "a_FORGED.csv.error.json");
    }

    @Test
    void showsTheCellOfTheHeaderRowBesideTheFileAndNotInTheLog() throws IOException {
        try (CapturedOutput output = new CapturedOutput()) {
            take("list.csv", "account,instnace,deliverTo\nhuawei,i-1,ops\n");
            assertThat(output.log()).contains("line 1, column 2").doesNotContain("instnace");
        }

        assertThat(new ObjectMapper()
                        .readTree(drop.resolve("failed/list.csv.error.json").toFile())
                        .path("says")
                        .textValue())
                .startsWith("read 'instnace', expected id, account, instance, deliverTo");
    }

    @Test
    void putsAFileBackThatCouldNotBeHandedOver() throws IOException {
        sender.away = true;
        assertThatThrownBy(() -> take("batch.csv", HEADER + "huawei,i-1,ops,\n"))
                .isInstanceOf(IllegalStateException.class);
        assertThat(drop.resolve("batch.csv")).exists();

        sender.away = false;
        source.take("batch.csv");

        assertThat(sender.sent).hasSize(1);
        assertThat(audit.told(Fact.NAME)).containsExactly("BATCH_TAKEN batch.csv");
    }

    @Test
    void sendsNothingThatCannotBeRecorded() {
        audit.full = true;

        assertThatThrownBy(() -> take("batch.csv", HEADER + "huawei,i-1,ops,\n"))
                .hasMessage("AUDIT_DISK");
        assertThat(sender.sent).isEmpty();
        assertThat(drop.resolve("batch.csv")).exists();
    }

    @Test
    void putsFilesBackThatACrashLeftInHand() throws IOException, ConfigurationException {
        Files.writeString(drop.resolve("work/batch.csv"), HEADER + "huawei,i-1,ops,\n");
        Files.writeString(drop.resolve("batch.csv"), HEADER + "huawei,i-2,ops,\n");

        DropDirectory.open(drop, List.of(), clock);

        assertThat(names("work")).isEmpty();
        source.take("batch.csv");
        source.take("batch.2.csv");
        fileAway();
        assertThat(sender.sent).hasSize(2);
    }

    @Test
    void aCrashBetweenSendingAndFilingDoesNotSendTwice() throws IOException, ConfigurationException {
        take("batch.csv", HEADER + "huawei,i-1,ops,\nbad\n");
        Files.move(drop.resolve("done/batch.csv"), drop.resolve("work/batch.csv"));

        DropDirectory.open(drop, List.of(), clock);
        source.take("batch.csv");
        fileAway();

        assertThat(sender.sent).hasSize(1);
        assertThat(names("done")).containsExactly("batch.csv", "batch.csv.rejects.ndjson");
    }

    @Test
    void filesAwayWhatCannotBeUsedAndSaysWhy() throws IOException {
        take("list.csv", "account;instance\n");
        take("list.json", "[{}");
        Files.write(drop.resolve("latin.ndjson"), new byte[] {(byte) 0xE9});
        source.take("latin.ndjson");
        try (RandomAccessFile large =
                new RandomAccessFile(drop.resolve("large.ndjson").toFile(), "rw")) {
            large.setLength(BatchReader.MAX_BYTES + 1L);
        }
        source.take("large.ndjson");

        assertThat(sender.sent).isEmpty();
        assertThat(audit.told(Fact.CODE))
                .containsExactly(
                        "ENDED BATCH_HEADER", "ENDED BATCH_NOT_JSON", "ENDED BATCH_NOT_UTF8", "ENDED BATCH_TOO_LARGE");
        assertThat(audit.told(Fact.REFERENCE))
                .as("what was in it, except of what is too large to be read")
                .element(1)
                .isEqualTo("ENDED " + Hashes.sha256("[{}".getBytes(StandardCharsets.UTF_8)));
        assertThat(new ObjectMapper()
                        .readTree(drop.resolve("failed/list.csv.error.json").toFile())
                        .path("code")
                        .textValue())
                .isEqualTo("BATCH_HEADER");
        assertThat(names("failed")).hasSize(8);
    }

    @Test
    void leavesAFileToWhoeverWasFaster() throws IOException {
        source.take("gone.csv");

        assertThat(audit.events).isEmpty();
    }

    @Test
    void refusesAFileThatBecameALinkAfterTheFilter() throws IOException {
        Path secret = Files.writeString(drop.resolve("secret"), HEADER + "huawei,i-1,ops,\n");
        Files.createSymbolicLink(drop.resolve("link.csv"), secret);
        Files.createLink(drop.resolve("hard.csv"), secret);

        source.take("link.csv");
        source.take("hard.csv");

        assertThat(sender.sent).isEmpty();
        assertThat(audit.told(Fact.CODE)).containsExactly("ENDED BATCH_NOT_A_FILE", "ENDED BATCH_NOT_A_FILE");
        assertThat(secret).exists();
    }

    @Test
    void takesTheAccountFromTheNameOfTheFileWhereNothingElseSaysIt() throws Exception {
        take("huawei.2026-11-29.csv", "uuid,deliverTo\ni-1,ops\n");
        take("huawei.ndjson", "{\"instance\":\"i-2\",\"deliverTo\":[\"ops\"],\"account\":\"gse\"}\n");
        take(
                "huawei.json",
                "{\"defaults\":{\"account\":\"gse\"},\"requests\":[{\"instance\":\"i-3\",\"deliverTo\":[\"ops\"]}]}");

        assertThat(asked()).containsExactly("huawei i-1", "gse i-2", "gse i-3");
        take("huawei-x.csv", "uuid,deliverTo\ni-1,ops\n");
        assertThat(names("failed")).contains("huawei-x.csv.error.json");
    }

    @Test
    void asksTheSameLinesOfAnotherAccountWhoseNameTheFileHas() throws Exception {
        take("huawei.csv", "uuid,deliverTo\ni-1,ops\n");
        take("gse.csv", "uuid,deliverTo\ni-1,ops\n");
        take("gse.again.csv", "uuid,deliverTo\ni-1,ops\n");

        assertThat(asked()).containsExactly("huawei i-1", "gse i-1");
        assertThat(sender.sent)
                .extracting(sent -> RequestReader.read(sent.body()).id())
                .doesNotHaveDuplicates();
    }

    @Test
    void aNumberInTheNameOfAFileLeavesItsAccount() throws Exception {
        take("huawei.csv", "uuid,deliverTo\ni-1,ops\n");
        take("huawei.csv", "uuid,deliverTo\ni-2,ops\n");

        assertThat(asked()).containsExactly("huawei i-1", "huawei i-2");
        assertThat(names("done")).containsExactly("huawei.2.csv", "huawei.csv");
    }

    @Test
    void namesBesideTheFileWhatTheIntakeIsGoingToRefuse() throws IOException {
        take("batch.csv", HEADER + "huawey,i-1,ops,\nhuawei,i-2,op,\n");

        assertThat(Files.readAllLines(drop.resolve("done/batch.csv.rejects.ndjson")))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .contains("\"line\":2", "\"ACCOUNT_UNKNOWN\"", "did you mean 'huawei'?"),
                        second -> assertThat(second)
                                .contains("\"line\":3", "\"DESTINATION_UNKNOWN\"", "did you mean 'ops'?"));
        assertThat(sender.sent).as("refused on record").hasSize(2);
        assertThat(audit.told(Fact.COUNT)).containsExactly("BATCH_TAKEN 2");
    }

    @Test
    void takesALargeFileInStepsAndGoesOnWhereACrashEndedOne() throws Exception {
        int lines = 3 * BatchHandOver.STEP + 1;
        StringBuilder content = new StringBuilder(HEADER);
        for (int i = 1; i <= lines; i++) {
            content.append("huawei,i-").append(i).append(",ops,\n");
        }
        Files.writeString(drop.resolve("large.csv"), content);
        sender.awayAfter = 2;
        source.take("large.csv");
        assertThat(sender.sent).hasSize(2 * BatchHandOver.STEP);

        sender.awayAfter = Integer.MAX_VALUE;
        start();
        source.take("large.csv");
        fileAway();

        assertThat(asked()).hasSize(lines).doesNotHaveDuplicates();
        assertThat(sender.ids).hasSize(4).doesNotHaveDuplicates();
        assertThat(names("done")).containsExactly("large.csv");
        assertThat(audit.events.get(0).facts()).containsEntry(Fact.COUNT, String.valueOf(lines));
    }

    @Test
    void goesOnWithALargeFileByItselfWhenTheBrokerIsBack() throws Exception {
        Files.writeString(drop.resolve("large.csv"), largeFile());
        sender.awayAfter = 1;
        source.take("large.csv");
        assertThat(names("work")).contains("large.csv");

        sender.awayAfter = Integer.MAX_VALUE;
        source.lookAgain();
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        source.lookAgain();
        assertThat(asked()).hasSize(2 * BatchHandOver.STEP).doesNotHaveDuplicates();
        fileAway();
        assertThat(names("done")).containsExactly("large.csv");
        assertThat(names("work")).isEmpty();
    }

    @Test
    void asksAllOfALargeFileThatIsChangedAmidItsHandOver() throws Exception {
        Files.writeString(drop.resolve("large.csv"), largeFile());
        sender.awayAfter = 1;
        source.take("large.csv");
        Files.writeString(drop.resolve("work/large.csv"), HEADER + "huawei,other,ops,\n");

        sender.awayAfter = Integer.MAX_VALUE;
        start();
        source.take("large.csv");
        fileAway();
        assertThat(asked())
                .hasSize(2 * BatchHandOver.STEP + 1)
                .doesNotHaveDuplicates()
                .contains("huawei other");
        assertThat(names("work")).isEmpty();
    }

    @Test
    void goesOnWithALargeFileAsItBeganThoughTheSettingsHaveChanged() throws Exception {
        Files.writeString(
                drop.resolve("huawei.csv"), largeFile().replace("huawei,", "").replace("account,", ""));
        sender.awayAfter = 1;
        source.take("huawei.csv");
        assertThat(sender.ids).hasSize(1);

        sender.awayAfter = Integer.MAX_VALUE;
        start(new FileRequests(Fakes.withoutAccounts(Fakes.settings(drop)), clock));
        source.take("huawei.csv");
        fileAway();

        assertThat(asked()).hasSize(2 * BatchHandOver.STEP).doesNotHaveDuplicates();
        assertThat(sender.ids).hasSize(2);
        assertThat(sender.ids.get(1)).as("the same batch's second step").isEqualTo(sender.ids.get(0) + "#2");
        assertThat(names("work")).isEmpty();
    }

    @Test
    void goesOnWithALargeFileWhosePageAnOlderVersionWrote() throws Exception {
        Files.writeString(drop.resolve("large.csv"), largeFile());
        sender.awayAfter = 1;
        source.take("large.csv");
        Path page;
        try (Stream<Path> work = Files.list(drop.resolve("work"))) {
            page = work.filter(file -> file.toString().endsWith(".json"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(page, Files.readString(page).replaceFirst(",\"begun\":.*", "}]"));
        assertThat(page).content().endsWith("\"steps\":1}]");

        sender.awayAfter = Integer.MAX_VALUE;
        start();
        source.take("large.csv");
        fileAway();
        assertThat(asked()).hasSize(2 * BatchHandOver.STEP).doesNotHaveDuplicates();
        assertThat(sender.ids).hasSize(2);
    }

    @Test
    void asksTheRestOfALargeFileThatIsRefusedAsItGoesOnAmidALine() throws Exception {
        Files.writeString(drop.resolve("large.csv"), largeFile() + "huawei,i-last,ops,");
        sender.awayAfter = 1;
        source.take("large.csv");
        Files.writeString(drop.resolve("work/large.csv"), "late,", StandardOpenOption.APPEND);

        sender.awayAfter = Integer.MAX_VALUE;
        start();
        source.take("large.csv");
        assertThat(asked())
                .hasSize(2 * BatchHandOver.STEP + 1)
                .doesNotHaveDuplicates()
                .contains("huawei i-last");
        assertThat(names("failed")).containsExactly("large.csv", "large.csv.error.json");
        assertThat(names("work")).isEmpty();
    }

    private static String largeFile() {
        StringBuilder content = new StringBuilder(HEADER);
        for (int i = 1; i <= 2 * BatchHandOver.STEP; i++) {
            content.append("huawei,i-").append(i).append(",ops,\n");
        }
        return content.toString();
    }

    @Test
    void sendsNothingOfALargeFileThatIsBrokenAtItsEnd() throws IOException {
        String one = "{\"account\":\"huawei\",\"instance\":\"i\",\"deliverTo\":[\"ops\"]},";
        take("large.json", "[" + one.repeat(BatchHandOver.STEP + 1) + "]");

        assertThat(sender.sent).isEmpty();
        assertThat(names("failed")).contains("large.json");
    }

    private List<String> asked() throws RequestException {
        List<String> asked = new ArrayList<>();
        for (OutboundMessage sent : sender.sent) {
            PasswordRequest request = RequestReader.read(sent.body());
            asked.add(request.account() + " " + request.instance());
        }
        return asked;
    }

    @Test
    void keepsItsOwnDirectoriesToItself() throws IOException {
        for (String own : List.of("work", "done", "failed")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(drop.resolve(own))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void takesNothingFromADirectoryThatWasExchangedAndGoesOnByItself(@TempDir Path elsewhere) throws IOException {
        Path aside = drop.resolveSibling(drop.getFileName() + "-aside");
        Files.move(drop, aside);
        Files.createSymbolicLink(drop, elsewhere);
        Files.writeString(elsewhere.resolve("batch.csv"), HEADER + "huawei,i-1,ops,\n");

        assertThatThrownBy(() -> source.take("batch.csv")).hasMessage("DIRECTORY_REPLACED");
        assertThat(sender.sent).isEmpty();
        assertThat(elsewhere.resolve("batch.csv")).exists();

        Files.delete(drop);
        Files.move(aside, drop);
        take("batch.csv", HEADER + "huawei,i-1,ops,\n");
        assertThat(sender.sent).hasSize(1);
    }

    private void take(String name, String content) throws IOException {
        Files.writeString(drop.resolve(name), content);
        source.take(name);
        fileAway();
    }

    /** Lets the longest pause of a writer pass for the files in hand. */
    private void fileAway() {
        source.lookAgain();
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        source.lookAgain();
    }

    private List<String> names(String own) throws IOException {
        try (Stream<Path> files = Files.list(drop.resolve(own))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
