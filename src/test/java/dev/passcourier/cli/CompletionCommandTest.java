package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionCommandTest {

    @Test
    void namesCommandsAndOptions() {
        assertThat(script("zsh")).contains("audit", "--config", "bashcompinit").contains("validate");
    }

    /** Asks bash itself, as it is asked when somebody presses Tab. */
    @ParameterizedTest
    @CsvSource({"vali, validate", "key, keys"})
    void bashCompletesCommands(String typed, String meant) throws Exception {
        Process bash =
                new ProcessBuilder("bash", "--norc").redirectErrorStream(true).start();
        try (var in = bash.getOutputStream()) {
            in.write((script("bash") + "\nCOMP_WORDS=(passcourier " + typed + "); COMP_CWORD=1; COMP_LINE='passcourier "
                            + typed + "'\n_complete_passcourier\necho \"${COMPREPLY[@]}\"\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(said.strip()).isEqualTo(meant);
    }

    private static String script(String shell) {
        StringWriter out = new StringWriter();
        assertThat(Passcourier.commandLine().setOut(new PrintWriter(out)).execute("completion", shell))
                .isZero();
        return out.toString();
    }
}
