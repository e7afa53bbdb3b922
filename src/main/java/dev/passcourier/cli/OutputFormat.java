package dev.passcourier.cli;

/** How a command prints its data. Named as typed on the command line. */
enum OutputFormat {
    table,
    json
}
