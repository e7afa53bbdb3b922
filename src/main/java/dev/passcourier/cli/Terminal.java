package dev.passcourier.cli;

import picocli.CommandLine.Help.Ansi;

/** Whether somebody watches: only then lines may be written over. */
final class Terminal {

    private Terminal() {}

    /** Asks picocli, which knows the consoles of all Java versions and heeds NO_COLOR. */
    static boolean isThere() {
        return Ansi.AUTO.enabled();
    }
}
