package dev.passcourier.cli;

import picocli.CommandLine.Help.Ansi;

/**
 * What our output and error go to. {@code bin/passcourier} says it in system properties, as Java cannot tell one stream
 * from the other; without it, both are a terminal if picocli finds one.
 */
final class Terminal {

    /** What {@code bin/passcourier} sets: the streams that are terminals, {@code out}, {@code err}, both or none. */
    private static final String STREAMS = "passcourier.terminal";

    private static final String COLUMNS = "passcourier.columns";
    private static final int USUAL = 80;
    private static final int LEAST = 20;

    private Terminal() {}

    /** Whether somebody reads our data as it comes. */
    static boolean showsOutput() {
        return shows("out");
    }

    /** Whether somebody reads our talk as it comes: only then lines may be written over. */
    static boolean showsTalk() {
        return shows("err");
    }

    private static boolean shows(String stream) {
        String streams = System.getProperty(STREAMS);
        return streams == null ? Ansi.AUTO.enabled() : streams.contains(stream);
    }

    /** Columns of the terminal. */
    static int width() {
        return Math.max(LEAST, Integer.getInteger(COLUMNS, USUAL));
    }
}
