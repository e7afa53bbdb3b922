package dev.passcourier.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Any string goes in, one line comes out: another process logs with the shipped settings what nobody should be able to fake. */
class LogLinesTest {

    private static final List<String> EVIL = new ArrayList<>(List.of(
            "\r\n2026-11-22T00:00:00.000Z WARN  Faked - all is well",
            "\n{\"level\":\"INFO\",\"message\":\"faked\"}",
            "\",\"level\":\"INFO\",\"message\":\"faked",
            "\u001b[2J\u001b[31mred",
            "abc\u202Efdp.exe\u2066x\u2069\u200F\u061C",
            "next\u0085line\u2028line\u2029paragraph\u000Bfeed\f",
            "${env:PATH} ${jndi:ldap://127.0.0.1:1/x} %d %m %n {}",
            "\ud800 lone \udfff",
            "\u0000\b\t\\",
            "x".repeat(100_000)));

    @TempDir
    static Path directory;

    private static Path input;

    /** What the other process does: logs every line of a file, by itself and as an exception's message. */
    public static void main(String[] arguments) throws IOException {
        Logger log = LoggerFactory.getLogger("dev.passcourier.host.Lines");
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String evil = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_16);
            log.warn("VALUE {} end", evil);
            log.warn("FAILURE", new IllegalStateException(evil, new IOException(evil)));
        }
    }

    @BeforeAll
    static void writeInput() throws IOException {
        Random random = new Random(20261122);
        for (int i = 0; i < 200; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(60); length > 0; length--) {
                text.append((char) (random.nextBoolean() ? random.nextInt(0x80) : random.nextInt(0x10000)));
            }
            EVIL.add(text.toString());
        }
        List<String> lines = EVIL.stream()
                .map(evil -> Base64.getEncoder().encodeToString(evil.getBytes(StandardCharsets.UTF_16)))
                .toList();
        input = Files.write(directory.resolve("evil"), lines);
    }

    @Test
    void forPeopleEveryEventIsOneLine() throws Exception {
        List<String> lines = logged("text");

        assertThat(lines).hasSize(2 * EVIL.size()).allSatisfy(LogLinesTest::isHarmless);
        assertThat(lines)
                .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-][0-9:]+) WARN  Lines - .*"));
        assertThat(lines.get(0)).contains("VALUE \\r\\n2026").endsWith("all is well end");
    }

    @Test
    void forMachinesEveryEventIsOneObject() throws Exception {
        List<String> lines = logged("json");

        assertThat(lines).hasSize(2 * EVIL.size()).allSatisfy(LogLinesTest::isHarmless);
        ObjectMapper json = new ObjectMapper();
        for (String line : lines) {
            JsonNode event = json.readTree(line);
            assertThat(event.fieldNames()).toIterable().containsExactly("time", "level", "logger", "thread", "message");
            assertThat(event.path("level").asText()).isEqualTo("WARN");
            assertThat(event.path("message").asText()).matches("(?s)(VALUE|FAILURE).*");
        }
        assertThat(json.readTree(lines.get(4)).path("message").asText()).isEqualTo("VALUE " + EVIL.get(2) + " end");
    }

    @Test
    void aWordThatIsNoFormatMeansTheFormatForPeople() throws Exception {
        assertThat(logged("xml").get(0)).contains(" WARN  Lines - VALUE ");
    }

    private static void isHarmless(String line) {
        assertThat(line).hasSizeLessThan(13_000);
        assertThat(line.chars())
                .noneMatch(c -> Character.isISOControl(c)
                        || c == 0x061C
                        || c == 0x200E
                        || c == 0x200F
                        || c >= 0x2028 && c <= 0x202E
                        || c >= 0x2066 && c <= 0x2069);
    }

    private static List<String> logged(String format) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LogLinesTest.class.getName(),
                input.toString());
        builder.environment().put("PASSCOURIER_LOG", format);
        Path said = directory.resolve(format);
        Process process = builder.redirectError(said.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        // Only \n ends a line here: another separator would be one to some readers, and is looked for.
        return List.of(
                Files.readString(said, StandardCharsets.UTF_8).stripTrailing().split("\n"));
    }
}
