package dev.passcourier.cli;

import dev.passcourier.control.ControlException;
import dev.passcourier.control.ControlException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What to type after a command whose order may or may not have been carried out: the same, under the same id. */
final class Repeat {

    /** What every shell takes as it is. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,-]+");

    private Repeat() {}

    /**
     * For the end of the message of a failed order; empty if it is known what became of it.
     *
     * @param command the command, as it has been parsed
     * @param id      the value of its option {@code --id}, or null if it works without
     */
    static String ifUnknown(ControlException failed, CommandSpec command, @Nullable String id) {
        return failed.reason() == Reason.NO_ANSWER
                ? "; to make sure, run this, which asks nothing twice:  " + line(command, id)
                : "";
    }

    private static String line(CommandSpec command, @Nullable String id) {
        List<String> words =
                new ArrayList<>(command.root().commandLine().getParseResult().originalArgs());
        int place = command.parent() == null ? 0 : words.indexOf(command.name()) + 1;
        if (id != null && !command.commandLine().getParseResult().hasMatchedOption("--id")) {
            words.addAll(place, List.of("--id", id));
        }
        words.add(0, command.root().name());
        return words.stream().map(Repeat::quoted).collect(Collectors.joining(" "));
    }

    /** As a shell takes it for one word. */
    static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
