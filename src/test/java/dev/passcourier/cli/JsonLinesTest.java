package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.App;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With PASSCOURIER_LOG=json every line of the process is JSON, also those before there is a service. */
class JsonLinesTest {

    @TempDir
    Path directory;

    /** What a library might do besides logging. */
    public static void main(String[] arguments) {
        JsonLines.installFor(arguments);
        System.out.println("printed \u201cso\u201d\r");
        System.err.print("half ");
        System.err.println("\"line\"\n\tat x");
        java.util.logging.Logger.getLogger("library").warning("logged past us");
        new IllegalStateException("boom").printStackTrace();
    }

    @Test
    void findingsAtTheStartAreEventsOfTheLog() throws Exception {
        Files.createDirectories(directory.resolve("config"));
        Files.writeString(directory.resolve("config/passcourier.yaml"), "servce: {}\n");

        List<String> messages = messages(
                App.class, "run", "--config", directory.resolve("config").toString());

        assertThat(messages).anyMatch(message -> message.contains("did you mean 'service'?"));
        assertThat(messages).last().isEqualTo("not started");
    }

    @Test
    void soIsWhatLibrariesPrint() throws Exception {
        assertThat(messages(JsonLinesTest.class, "run"))
                .startsWith("printed \u201cso\u201d", "half \"line\"")
                .anyMatch(message -> message.contains("logged past us"))
                .contains("java.lang.IllegalStateException: boom");
    }

    private List<String> messages(Class<?> program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PASSCOURIER_LOG", "json");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Path said = directory.resolve("said");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        List<String> messages = new ArrayList<>();
        for (String line : Files.readString(said, StandardCharsets.UTF_8).split("\n")) {
            JsonNode event = new ObjectMapper().readTree(line);
            assertThat(event.path("level").asText()).as(line).isNotEmpty();
            messages.add(event.path("message").asText());
        }
        return messages;
    }
}
