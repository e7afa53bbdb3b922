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
        System.exit(Passcourier.commandLine(args).execute(args));
    }
}
