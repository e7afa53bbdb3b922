package dev.passcourier.cli;

/** How a command prints its data. Named as typed on the command line. */
public enum OutputFormat {
    /** For people. */
    table,
    /** For programs. */
    json
}
