package dev.passcourier.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Things that the start script sets right and other ways of starting leave: what others on this machine could still reach. */
final class ReachableParts {

    private ReachableParts() {}

    /**
     * One line for each.
     *
     * @param proc this process's folder under {@code /proc}; what is not there is not looked at
     */
    static List<String> of(ProcessFacts host, Path proc) {
        List<String> open = new ArrayList<>();
        if (!"true".equals(host.option().apply("DisableAttachMechanism"))) {
            open.add("programs of this user can attach and read memory: add -XX:+DisableAttachMechanism");
        }
        if (!"true".equals(host.option().apply("ExitOnOutOfMemoryError"))) {
            open.add("out of memory, the process would limp on: add -XX:+ExitOnOutOfMemoryError");
        }
        if (!"!*".equals(host.properties().get("jdk.serialFilter"))) {
            open.add("serialised objects are not refused: add -Djdk.serialFilter=!*");
        }
        if ("ANSI_X3.4-1968".equals(host.properties().get("sun.jnu.encoding"))) {
            open.add("file names and variables that are not ASCII cannot be read: set LC_ALL=C.UTF-8");
        }
        if (line(proc.resolve("limits"), "Max core file size").matches("(?!Max core file size\\s+0\\s).+")) {
            open.add("a crash would write memory to a core file: ulimit -c 0");
        }
        if (line(proc.resolve("status"), "Umask:").matches("(?!Umask:\\s+0?077).+")) {
            open.add("files could be made that others can read: umask 077");
        }
        return open;
    }

    private static String line(Path file, String beginning) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(beginning))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
