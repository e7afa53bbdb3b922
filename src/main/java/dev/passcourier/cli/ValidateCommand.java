package dev.passcourier.cli;

import dev.passcourier.config.Finding;
import dev.passcourier.service.StartCheck;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks the settings as the start does, without starting. Reads files and environment; opens no connection. */
@Command(
        name = "validate",
        description = "Checks the settings file and everything it refers to, without starting.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the settings are fine", "1:something is wrong; each finding is one line", "2:wrong usage"},
        footerHeading = "%nExample:%n",
        footer = "  passcourier validate --config data/sandbox/config")
public final class ValidateCommand implements Callable<Integer> {

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        StartCheck.Result check = StartCheck.of(Home.find(), place.file(), Clock.systemUTC());
        if (output.isTable()) {
            check.findings().forEach(finding -> output.line(finding.toString()));
        } else {
            Table table = new Table("level", "file", "line", "column", "key", "message", "hint");
            check.findings()
                    .forEach(each -> table.row(
                            each.level(),
                            each.file(),
                            each.line(),
                            each.column(),
                            each.key(),
                            each.message(),
                            each.hint()));
            output.print(table);
        }
        output.talk(place.file() + ": " + conclusion(check));
        return check.settings() == null ? ExitCode.BAD : ExitCode.OK;
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
}
