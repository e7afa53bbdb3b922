package dev.passcourier.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.Finding;
import dev.passcourier.config.InvalidConfigurationException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks the settings as the start does, without starting. Reads files and environment; opens no connection. */
@Command(
        name = "validate",
        description = "Checks the settings file and everything it refers to, without starting.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the settings are fine", "1:something is wrong; each finding is one line", "2:wrong usage"})
public final class ValidateCommand implements Callable<Integer> {

    /** In lower case, as they are typed. */
    private enum Output {
        text,
        json
    }

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Option(names = "--output", description = "How to print findings: ${COMPLETION-CANDIDATES}; default: text.")
    private Output output = Output.text;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Finding> findings = findings();
        PrintWriter out = spec.commandLine().getOut();
        if (output == Output.json) {
            out.println(json(findings));
        } else if (findings.isEmpty()) {
            out.println(place.file() + ": fine");
        } else {
            findings.forEach(out::println);
        }
        out.flush();
        return findings.isEmpty() ? 0 : 1;
    }

    private List<Finding> findings() {
        try {
            place.load(Clock.systemUTC());
            return List.of();
        } catch (InvalidConfigurationException e) {
            return e.findings();
        }
    }

    private static String json(List<Finding> findings) {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(findings);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("findings are plain text", e);
        }
    }
}
