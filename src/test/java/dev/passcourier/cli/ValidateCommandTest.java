package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ValidateCommandTest {

    @TempDir
    private Path home;

    private final StringWriter out = new StringWriter();

    @Test
    void saysThatAllIsFine() throws Exception {
        assertThat(validate("{}")).isZero();
        assertThat(out.toString()).isEqualToIgnoringNewLines(file() + ": fine");
    }

    @Test
    void printsEachFindingOnALineOfItsOwn() throws Exception {
        assertThat(validate("servce: {}\nledger: {url: x}\n")).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        file() + ":1:1 servce: unknown key 'servce'; did you mean 'service'?",
                        file() + ":2:10 ledger.url: does not have the right form; for example"
                                + " jdbc:postgresql://db.example.com/passcourier");
    }

    @Test
    void printsFindingsAsJsonForPrograms() throws Exception {
        assertThat(validate("servce: {}", "--output", "json")).isEqualTo(1);
        JsonNode findings = new ObjectMapper().readTree(out.toString());
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).path("key").asText()).isEqualTo("servce");
        assertThat(findings.get(0).path("line").asInt()).isEqualTo(1);
        assertThat(findings.get(0).path("hint").asText()).isEqualTo("did you mean 'service'?");
    }

    @Test
    void printsAnEmptyListIfAllIsFine() throws Exception {
        assertThat(validate("", "--output", "json")).isZero();
        assertThat(new ObjectMapper().readTree(out.toString())).isEmpty();
    }

    @Test
    void saysThatThereAreNoSettings() {
        assertThat(run("--config", home.resolve("nowhere").toString())).isEqualTo(1);
        assertThat(out.toString()).contains("does not exist");
    }

    @Test
    void answersWrongUsageWithTwo() {
        assertThat(run("--colour")).isEqualTo(2);
        assertThat(run("--output", "xml")).isEqualTo(2);
    }

    private int validate(String yaml, String... options) throws Exception {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), yaml);
        String[] arguments = new String[options.length + 2];
        arguments[0] = "--config";
        arguments[1] = file().getParent().toString();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return run(arguments);
    }

    private int run(String... arguments) {
        return new CommandLine(new ValidateCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(new StringWriter()))
                .execute(arguments);
    }

    private Path file() {
        return home.resolve("config/passcourier.yaml");
    }
}
