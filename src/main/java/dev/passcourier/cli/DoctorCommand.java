package dev.passcourier.cli;

import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.doctor.Diagnosis;
import dev.passcourier.doctor.Doctor;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tries out everything that the settings name. */
@Command(
        name = "doctor",
        description = {
            "Tries out everything that the settings name: directories, keys, audit trail, ledger, broker; signs in to"
                    + " each cloud and mail server, and checks clocks and certificates.",
            "Asks for no password, sends no mail and posts nothing. Takes two minutes at most; may run beside the"
                    + " service."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything works, perhaps with warnings",
            "1:something does not work",
            "2:wrong usage, or the settings cannot be read; validate says more"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier doctor --config data/sandbox/config",
            "  passcourier doctor --config data/sandbox/config --only broker \\",
            "      --only account.sandbox-zstack"
        })
public final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Option(
            names = "--only",
            paramLabel = "SUBJECT",
            description = "look at this only, such as broker, account or account.huawei-prod; may be repeated")
    private List<String> only = List.of();

    @Mixin
    private Output output = new Output();

    @Option(
            names = {"-v", "--verbose"},
            description = "say on standard error what is waited for, and how long each took")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    private final List<Diagnosis> found = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        try {
            Settings settings = place.load(Clock.systemUTC());
            try (Doctor doctor = new Doctor(Home.find(), settings, Clock.systemUTC())) {
                doctor.examine(this::isWanted, new Shown());
            }
        } catch (InvalidConfigurationException e) {
            e.findings().forEach(err::println);
            err.flush();
            return 2;
        }
        return conclude();
    }

    private boolean isWanted(String subject) {
        return only.isEmpty()
                || only.stream().anyMatch(wanted -> subject.equals(wanted) || subject.startsWith(wanted + "."));
    }

    /** A terminal shows what is waited for, and the diagnosis writes over it; with {@code -v} it is lines anywhere. */
    private final class Shown implements Doctor.Progress {

        @Override
        public void waiting(List<String> subjects) {
            if (verbose) {
                talk("waiting for " + String.join(", ", subjects) + "\n");
            } else if (output.showsProgress()) {
                String one = subjects.size() == 1 ? "" : " and " + (subjects.size() - 1) + " more";
                talk("\r\u001b[K… waiting for " + subjects.get(0) + one + "\r");
            }
        }

        @Override
        public void found(Diagnosis diagnosis, Duration took) {
            if (verbose) {
                talk(diagnosis.subject() + " done after " + took.toMillis() / 1000.0 + " s\n");
            } else if (output.showsProgress()) {
                talk("\u001b[K");
            }
            show(diagnosis);
        }

        private void talk(String text) {
            spec.commandLine().getErr().print(text);
            spec.commandLine().getErr().flush();
        }
    }

    private void show(Diagnosis diagnosis) {
        found.add(diagnosis);
        if (output.isTable()) {
            String level = level(diagnosis);
            spec.commandLine()
                    .getOut()
                    .println(colour(diagnosis, level) + " ".repeat(6 - level.length()) + diagnosis.subject() + ": "
                            + diagnosis.says());
            spec.commandLine().getOut().flush();
        }
    }

    private String colour(Diagnosis diagnosis, String level) {
        String style =
                switch (diagnosis.level()) {
                    case OK -> "green";
                    case WARN -> "yellow";
                    case FAIL -> "red,bold";
                };
        Ansi ansi = spec.commandLine().getColorScheme().ansi();
        return ansi.string("@|" + style + " " + level + "|@");
    }

    private static String level(Diagnosis diagnosis) {
        return diagnosis.level().name().toLowerCase(Locale.ROOT);
    }

    private int conclude() {
        if (found.isEmpty()) {
            return output.failed(ExitCode.UNUSABLE, "nothing is called so: --only takes what stands before the colon");
        }
        if (!output.isTable()) {
            Table all = new Table("subject", "level", "says");
            found.forEach(each -> all.row(each.subject(), level(each), each.says()));
            output.print(all);
        }
        long failed = count(Diagnosis.Level.FAIL);
        output.talk(
                found.size() + " looked at, " + failed + " failed, " + count(Diagnosis.Level.WARN) + " to look after");
        return failed == 0 ? 0 : 1;
    }

    private long count(Diagnosis.Level level) {
        return found.stream().filter(each -> each.level() == level).count();
    }
}
