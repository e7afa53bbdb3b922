package dev.passcourier;

import dev.passcourier.cli.JsonLines;
import dev.passcourier.cli.Passcourier;
import java.util.Locale;

/** Starts Passcourier from the command line. */
public final class App {

    private App() {}

    /**
     * Entry point of the process. Exits by itself with a code: an embedded broker's threads would keep it alive. Nothing
     * we or our libraries write may have the digits or the letter case of the country that the machine stands in.
     */
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        JsonLines.installFor(args);
        if (args.length > 0 && args[0].equals("status")) {
            withoutLog();
        }
        System.exit(Passcourier.commandLine(args).execute(args));
    }

    /** For a command that is asked often, only reads, and says itself what fails: starting the log took a seventh of it. */
    private static void withoutLog() {
        System.setProperty("log4j2.loggerContextFactory", "org.apache.logging.log4j.simple.SimpleLoggerContextFactory");
        System.setProperty("org.apache.logging.log4j.simplelog.level", "OFF");
    }
}
