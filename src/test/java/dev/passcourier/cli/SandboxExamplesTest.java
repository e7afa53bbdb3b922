package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.report.CredentialReportWriter;
import dev.passcourier.report.CredentialReportWriter.Format;
import dev.passcourier.report.CredentialReportWriter.Limit;
import dev.passcourier.report.ReportEvidence;
import dev.passcourier.report.SampleReport;
import dev.passcourier.request.Verdict;
import dev.passcourier.service.PasscourierService;
import dev.passcourier.service.StartCheck;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.Vault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands against the sandbox and a service that runs on it: {@code submit}, and the example of each command's help. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SandboxExamplesTest {

    private static final String HOME = "passcourier.home";

    /**
     * They run until they are stopped. This test starts the sandbox and the service, {@code ShippedFolderTest} the service by
     * its command, and the demo has tests of its own.
     */
    private static final Set<String> STAY_UP = Set.of("passcourier run", "passcourier sandbox", "passcourier demo");

    /** They take hold of the data directory. */
    private static final Set<String> WHILE_STOPPED =
            Set.of("passcourier ledger check", "passcourier ledger rebuild", "passcourier restore");

    @TempDir
    private static Path home;

    private static String before;
    private static ExecutorService sandboxThread;
    private static Future<Integer> sandbox;
    private static PasscourierService service;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void startSandboxAndService() throws Exception {
        before = System.getProperty(HOME, "");
        System.setProperty(HOME, home.toString());
        Files.createSymbolicLink(home.resolve("routes"), Path.of("routes").toAbsolutePath());
        Files.createDirectories(home.resolve("config"));
        Files.copy(Path.of("config/application.properties"), home.resolve("config/application.properties"));
        StringWriter said = new StringWriter();
        sandboxThread = Executors.newSingleThreadExecutor();
        sandbox = sandboxThread.submit(() -> Passcourier.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(said, true))
                .execute("sandbox"));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> said.toString().contains("The sandbox is up.") || sandbox.isDone());
        service = PasscourierService.start(
                home,
                StartCheck.of(home, home.resolve("data/sandbox/config/passcourier.yaml"), Clock.systemUTC()),
                Clock.systemUTC());
        await().atMost(Duration.ofMinutes(1)).until(() -> service.ledger().requests(List.of("first")).stream()
                .anyMatch(request -> request.verdict() == Verdict.DELIVERED));
        writeReport();
    }

    /** Signed with the sandbox's key, and the same sealed where the sandbox's own reports go. */
    private static void writeReport() throws Exception {
        Path keys = home.resolve("data/sandbox/data/keys");
        Path reports = Files.createDirectories(home.resolve("data/sandbox/reports"));
        ServiceKeys own = ServiceKeys.loadOrCreate(keys.resolve("signing.jwk"), keys.resolve("at-rest.key"));
        ReportMessage report = new CredentialReportWriter(ReportEvidence.signer(own))
                .write(SampleReport.of(3), Set.of(Format.CSV), Limit.NONE);
        for (ReportMessage.Part file : report.files()) {
            Files.write(reports.resolve("weekly." + file.name()), file.content());
        }
        RecipientKey operations =
                RecipientKey.load(home.resolve("data/sandbox/recipients/operations.jwk"), null, Clock.systemUTC());
        byte[] sealed = new Vault(own, Clock.systemUTC())
                .seal(report.bundle(Clock.systemUTC().instant()), operations, "folder", "dlv_1")
                .bytes();
        Files.write(home.resolve("data/sandbox/out/weekly_dlv_1.zip.jwe"), sealed);
    }

    @AfterAll
    static void stopBoth() throws Exception {
        service.close();
        sandboxThread.shutdownNow();
        sandbox.get(20, TimeUnit.SECONDS);
        System.setProperty(HOME, before);
    }

    @Test
    @Order(1)
    void submitsRequestsAndEndsWithTheirVerdicts() throws Exception {
        String lines = "{\"id\":\"mixed-1\",\"account\":\"sandbox-huawei-ecs\",\"instance\":\"" + instance()
                + "\",\"deliverTo\":[\"folder\"]}\n"
                + "{\"id\":\"mixed-2\",\"account\":\"elsewhere\",\"instance\":\"i-2\",\"deliverTo\":[\"folder\"]}\n"
                + "{\"id\":\"mixed-3\",\"account\":\"sandbox-huawei-ecs\"}\n";

        Path results = home.resolve("results.ndjson");
        assertThat(submit(lines, "--wait", "--results", results.toString(), "--output", "json", "-"))
                .isEqualTo(1);
        assertThat(Files.readAllLines(results)).hasSize(3).anySatisfy(line -> assertThat(line)
                .contains("mixed-1", "DELIVERED", "\"alias\":\"folder\""));
        JsonNode ended = new ObjectMapper().readTree(out.toString());
        assertThat(ended.path("verdicts").path("DELIVERED").asInt()).isEqualTo(1);
        assertThat(ended.path("verdicts").path("REFUSED").asInt()).isEqualTo(2);
        assertThat(ended.path("notDelivered").findValuesAsText("code"))
                .containsExactly("ACCOUNT_UNKNOWN", "FIELD_MISSING");
        assertThat(err.toString())
                .contains("line 3: FIELD_MISSING", "100% 3/3")
                .containsPattern("passcourier status [0-9a-f]{8}\\R");
        String batch = ended.path("id").asText();
        assertThat(run("status", "--data", home.resolve("data/sandbox/data").toString(), batch.substring(0, 8)))
                .isEqualTo(1);
        assertThat(out.toString()).contains("1 DELIVERED, 2 REFUSED");
        assertThat(service.ledger().request("mixed-1").orElseThrow().source()).hasToString("CLI");
    }

    /** As when the answer to the first was lost. */
    @Test
    @Order(2)
    void takesWhatIsSubmittedAgainOnce() throws Exception {
        String line = "id,account,instance,deliverTo\nagain-1,sandbox-huawei-ecs," + instance() + ",folder\n";

        assertThat(submit(line, "-")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("false");
        assertThat(submit(line, "--wait", "-")).as(err.toString()).isZero();
        assertThat(err.toString()).contains("nothing is asked again");
        assertThat(out.toString()).containsPattern("DELIVERED +1");
    }

    /** More than one order holds, and more than one page of results. */
    @Test
    @Order(3)
    void submitsALargeBatchInParts() throws Exception {
        String line = "{\"account\":\"elsewhere\",\"instance\":\"i-1\",\"deliverTo\":[\"folder\"]" + " ".repeat(16_000)
                + "}\n";

        Path results = home.resolve("results.csv");
        assertThat(submit(line.repeat(250), "--wait", "--results", results.toString(), "--output", "json", "-"))
                .as(err.toString())
                .isEqualTo(1);
        assertThat(out.toString()).contains("\"lines\" : 250", "\"REFUSED\" : 250");
        List<String> rows = Files.readAllLines(results);
        assertThat(rows.get(0)).startsWith("line,id,account,instance,verdict,");
        assertThat(rows).hasSize(251).doesNotHaveDuplicates();
    }

    @Test
    @Order(4)
    void saysWhyAWholeFileIsRefused() {
        assertThat(submit("buy milk", "-")).isEqualTo(2);
        assertThat(err.toString()).contains("BATCH_NO_FORMAT");
    }

    @Test
    @Order(5)
    void saysThatNoServiceRunsThere() throws Exception {
        Path data = Files.createDirectories(home.resolve("elsewhere"));
        assertThat(run("submit", "--data", data.toString(), "--deliver-to", "folder", "a", "i"))
                .isEqualTo(3);
        assertThat(err.toString()).contains("NO_SERVICE", data.toString());
    }

    @Test
    @Order(6)
    void wantsToKnowWhereResultsGo() {
        assertThat(run("submit", "sandbox-huawei-ecs", "i-1")).isEqualTo(2);
        assertThat(err.toString()).contains("--deliver-to");
    }

    @TestFactory
    @Order(7)
    Stream<DynamicTest> theExamplesOfEveryCommandsHelpWork() {
        Map<Boolean, List<String>> examples = examples();
        return Stream.of(
                        commands().map(SandboxExamplesTest::hasAnExample),
                        examples.get(false).stream().map(this::works),
                        Stream.of(DynamicTest.dynamicTest("(the service is stopped)", service::close)),
                        examples.get(true).stream().map(this::works))
                .flatMap(tests -> tests);
    }

    private static DynamicTest hasAnExample(CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        return DynamicTest.dynamicTest(name, () -> assertThat(examples(command))
                .as("examples of its help that are for the sandbox, and so are run here")
                .anyMatch(example -> example.startsWith(name)));
    }

    private DynamicTest works(String example) {
        return DynamicTest.dynamicTest(example, () -> {
            StringWriter said = new StringWriter();
            int exit = Passcourier.commandLine()
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(said, true))
                    .execute(words(example));
            assertThat(exit).as(said.toString()).isZero();
        });
    }

    /** Those that want a stopped service, and the others. */
    private static Map<Boolean, List<String>> examples() {
        return commands()
                .filter(command -> !STAY_UP.contains(command.getCommandSpec().qualifiedName()))
                .collect(Collectors.partitioningBy(
                        command ->
                                WHILE_STOPPED.contains(command.getCommandSpec().qualifiedName()),
                        Collectors.flatMapping(command -> examples(command).stream(), Collectors.toList())));
    }

    /** Those that do something, but for the hidden ones and picocli's own. {@code backup} does, and has a command below it. */
    private static Stream<CommandLine> commands() {
        List<CommandLine> all = new ArrayList<>();
        collect(Passcourier.commandLine(), all);
        return all.stream()
                .filter(command -> command.getParent() != null
                        && !(command.getCommand() instanceof CommandGroup)
                        && !(command.getCommand() instanceof CommandLine.HelpCommand)
                        && !command.getCommandSpec().usageMessage().hidden());
    }

    private static void collect(CommandLine command, List<CommandLine> all) {
        all.add(command);
        command.getSubcommands().values().forEach(each -> collect(each, all));
    }

    /** Each as one line, but for those of a true cloud with its own environment, and of a key that lies elsewhere. */
    private static List<String> examples(CommandLine command) {
        String footer =
                String.join("\n", command.getCommandSpec().usageMessage().footer());
        return footer.replaceAll("\\\\\n +", "")
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("passcourier ")
                        && !line.contains(" --private-key ")
                        && !line.contains(" backup."))
                .toList();
    }

    /** As a shell in the service's home takes them. */
    private static String[] words(String example) throws IOException {
        String filled = example.replace("$(cat data/sandbox/examples/instance)", instance())
                .replace("$(cat data/sandbox/examples/spare)", example("spare"));
        List<String> words = new ArrayList<>();
        for (String word : filled.split(" +")) {
            String absolute = word.startsWith("data/") ? home.resolve(word).toString() : word;
            if (absolute.contains("*")) {
                Path pattern = Path.of(absolute);
                try (DirectoryStream<Path> files = Files.newDirectoryStream(
                        pattern.getParent(), pattern.getFileName().toString())) {
                    files.forEach(file -> words.add(file.toString()));
                }
            } else {
                words.add(absolute);
            }
        }
        return words.stream().skip(1).toArray(String[]::new);
    }

    private static String instance() throws IOException {
        return example("instance");
    }

    private static String example(String file) throws IOException {
        return Files.readString(home.resolve("data/sandbox/examples").resolve(file))
                .strip();
    }

    private int submit(String input, String... words) {
        CommandLine submit = new CommandLine(new SubmitCommand(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), Clock.systemUTC()))
                .setExecutionExceptionHandler(Passcourier.commandLine().getExecutionExceptionHandler());
        return run(
                submit,
                Stream.concat(
                        Stream.of("--data", home.resolve("data/sandbox/data").toString()), Stream.of(words)));
    }

    private int run(String... words) {
        return run(Passcourier.commandLine(), Stream.of(words));
    }

    private int run(CommandLine command, Stream<String> words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words.toArray(String[]::new));
    }
}
