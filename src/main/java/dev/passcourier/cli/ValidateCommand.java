package dev.passcourier.cli;

import dev.passcourier.config.Finding;
import dev.passcourier.config.Finding.Level;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.service.RouteCheck;
import dev.passcourier.service.StartCheck;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Checks the settings as the start does, or files as the service reads them, without starting. Opens no connection. */
@Command(
        name = "validate",
        description = {
            "Checks the settings file and everything it refers to, without starting.",
            "With FILES it checks these instead: requests and batches (JSON, NDJSON, CSV, JWS) as the service reads them,"
                    + " and route files (.camel.yaml) together with the routes that are shipped. Whether a request would be"
                    + " allowed is said by dry-run."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is fine, perhaps with warnings",
            "1:something is wrong; each finding is one line",
            "2:wrong usage, or a file cannot be read"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier validate --config data/sandbox/config",
            "  passcourier validate data/sandbox/examples/batch.csv"
        })
public final class ValidateCommand implements Callable<Integer> {

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Mixin
    private Output output = new Output();

    @Parameters(
            arity = "0..*",
            paramLabel = "FILES",
            description = "requests, batches and route files; - reads requests from the standard input")
    private List<Path> files = List.of();

    private @Nullable Settings settings;
    private final InputStream in;
    private final Clock clock;

    /** With standard input and the system's clock. */
    public ValidateCommand() {
        this(System.in, Clock.systemUTC());
    }

    ValidateCommand(InputStream in, Clock clock) {
        this.in = in;
        this.clock = clock;
    }

    @Override
    public Integer call() throws CommandFailure, InvalidConfigurationException {
        if (files.isEmpty()) {
            return settings(place.file());
        }
        boolean fine = true;
        for (Path file : files) {
            fine &= isFine(file);
        }
        return fine ? ExitCode.OK : ExitCode.BAD;
    }

    private int settings(Path file) {
        StartCheck.Result check = StartCheck.of(Home.find(), file, clock);
        return print(file, check.findings()) ? ExitCode.OK : ExitCode.BAD;
    }

    private boolean isFine(Path file) throws CommandFailure, InvalidConfigurationException {
        String name = String.valueOf(file.getFileName());
        if (name.equals(SettingsLoader.FILE_NAME)) {
            return settings(file) == ExitCode.OK;
        }
        return print(file, name.endsWith(".camel.yaml") ? routes(file) : requests(file));
    }

    private List<Finding> routes(Path file) throws InvalidConfigurationException {
        return RouteCheck.of(Home.find(), place.readable(clock, output), List.of(file), clock);
    }

    private List<Finding> requests(Path file) throws CommandFailure, InvalidConfigurationException {
        RequestsFile requests = RequestsFile.read(file, in);
        List<Finding> findings = new ArrayList<>();
        try {
            for (BatchLine line : requests.lines(known(), clock)) {
                if (line instanceof BatchLine.Bad bad) {
                    findings.add(finding(file, bad.line(), bad.code(), bad.where(), bad.says()));
                }
            }
        } catch (RequestException e) {
            findings.add(finding(file, 1, e.code(), e.where(), e.says()));
        }
        return findings;
    }

    /** Requests may be checked where there are no settings, on their sender's machine. */
    private @Nullable Settings known() throws InvalidConfigurationException {
        if (settings == null && Files.exists(place.file())) {
            settings = place.readable(clock, output);
        }
        return settings;
    }

    private static Finding finding(Path file, int line, RefusalCode code, String where, String says) {
        String message = says.isEmpty() ? code.name() : code + ": " + says;
        return new Finding(Level.ERROR, file.toString(), line, 1, where, message, code.advice());
    }

    /** Whether nothing stops it. */
    private boolean print(Path file, List<Finding> findings) {
        if (output.isTable()) {
            findings.forEach(finding -> output.line(finding.toString()));
        } else {
            Table table = new Table("level", "file", "line", "column", "key", "message", "hint");
            findings.forEach(each -> table.row(
                    each.level(), each.file(), each.line(), each.column(), each.key(), each.message(), each.hint()));
            output.print(table);
        }
        output.talk(file + ": " + conclusion(findings));
        return count(findings, Level.ERROR) == 0;
    }

    private static String conclusion(List<Finding> findings) {
        long errors = count(findings, Level.ERROR);
        long warnings = count(findings, Level.WARNING);
        if (errors == 0) {
            return warnings == 0 ? "fine" : "can be started with; " + counted(warnings, "warning");
        }
        return counted(errors, "error") + (warnings == 0 ? "" : ", " + counted(warnings, "warning"));
    }

    private static long count(List<Finding> findings, Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
