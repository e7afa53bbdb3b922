package dev.passcourier.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.Finding;
import dev.passcourier.service.StartCheck;
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
        StartCheck.Result check = StartCheck.of(Home.find(), place.file(), Clock.systemUTC());
        PrintWriter out = spec.commandLine().getOut();
        if (output == Output.json) {
            out.println(json(check.findings()));
        } else {
            check.findings().forEach(out::println);
            out.flush();
            PrintWriter last = check.settings() == null ? spec.commandLine().getErr() : out;
            last.println(place.file() + ": " + conclusion(check));
            last.flush();
        }
        out.flush();
        return check.settings() == null ? 1 : 0;
    }

    private static String conclusion(StartCheck.Result check) {
        long errors = check.count(Finding.Level.ERROR);
        long warnings = check.count(Finding.Level.WARNING);
        if (errors == 0) {
            return warnings == 0 ? "fine" : "can be started with; " + counted(warnings, "warning");
        }
        return counted(errors, "error") + (warnings == 0 ? "" : ", " + counted(warnings, "warning"));
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String json(List<Finding> findings) {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(findings);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("findings are plain text", e);
        }
    }
}
