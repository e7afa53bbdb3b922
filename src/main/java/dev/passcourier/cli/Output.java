package dev.passcourier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options that every command with an answer takes, and its way to print: data to the standard output in the wanted
 * format, talk to the standard error. Colours and line ends that fit the terminal only where there is one.
 */
public final class Output {

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            converter = OutputFormat.Reader.class,
            defaultValue = "table",
            description = "how data is printed: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private OutputFormat format = OutputFormat.table;

    @Option(
            names = {"-q", "--quiet"},
            description = "print data and errors only")
    private boolean quiet;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** What was asked for. */
    public OutputFormat format() {
        return format;
    }

    /** Whether the data is for people. */
    public boolean isTable() {
        return format == OutputFormat.table;
    }

    /** Whether nothing but data and errors is wanted: progress, too, is left out then. */
    public boolean isQuiet() {
        return quiet;
    }

    /** Prints rows in the wanted format. */
    void print(Table table) {
        print(table, table::json);
    }

    /** Prints rows; as JSON, what is richer than rows. */
    void print(Table table, Supplier<? extends JsonNode> json) {
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case json -> out.println(json.get().toPrettyString());
            case csv -> out.print(table.csv());
            case table -> {
                int width = Terminal.showsOutput() ? Terminal.width() : Integer.MAX_VALUE;
                table.lines(width, spec.commandLine().getColorScheme().ansi()).forEach(out::println);
            }
        }
        out.flush();
    }

    /** Prints a line of data; a terminal's lines are broken between words. */
    void line(String text) {
        PrintWriter out = spec.commandLine().getOut();
        wrapped(text, Terminal.showsOutput(), out);
    }

    /** Says something to people, unless they want it quiet. */
    void talk(String text) {
        if (!quiet) {
            error(text);
        }
    }

    /** Says what went wrong. */
    void error(String text) {
        talk(text, spec.commandLine().getErr());
    }

    /** Says what went wrong, and returns the code that the command ends with. */
    int failed(int exit, String why) {
        error(why);
        return exit;
    }

    /** Counts records while somebody waits, where that is wanted. */
    Progress progress() {
        return new Progress(spec.commandLine().getErr(), showsProgress());
    }

    /** Whether lines may be written over on the standard error, and are wanted. */
    boolean showsProgress() {
        return !quiet && Terminal.showsTalk();
    }

    /** Fails if a new file cannot be written there. */
    static void demandNew(Path file) throws CommandFailure {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new CommandFailure(file + " is there already; choose another file");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new CommandFailure(file + " cannot be written: its folder is not there, or not yours to write to");
        }
    }

    /** Says something to people on the standard error, outside of a command's own work. */
    static void talk(String text, PrintWriter err) {
        wrapped(text, Terminal.showsTalk(), err);
    }

    private static void wrapped(String text, boolean shown, PrintWriter to) {
        if (shown && !text.isEmpty()) {
            text.lines()
                    .forEach(line -> Table.wrap(line, Terminal.width(), "  ").forEach(to::println));
        } else {
            to.println(text);
        }
        to.flush();
    }
}
