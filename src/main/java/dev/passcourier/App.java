package dev.passcourier;

import dev.passcourier.cli.Passcourier;

/** Starts Passcourier from the command line. */
public final class App {

    private App() {}

    /** Entry point of the process. Exits by itself with a code: an embedded broker's threads would keep it alive. */
    public static void main(String[] args) {
        System.exit(Passcourier.commandLine().execute(args));
    }
}
