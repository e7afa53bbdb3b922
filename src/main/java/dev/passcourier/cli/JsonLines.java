package dev.passcourier.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * With {@code PASSCOURIER_LOG=json}, makes each line that the service or a library prints by itself an event of the log,
 * so that all lines of the process are JSON: findings at the start, "passcourier is up", and what libraries write past the
 * logger.
 */
public final class JsonLines extends OutputStream {

    private static final int LONGEST = 64 << 10;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private final Logger log;

    private JsonLines(Logger log) {
        this.log = log;
    }

    /** Replaces both standard streams if the service is to be run and its log is JSON; other commands print data. */
    public static void installFor(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("run") && "json".equals(System.getenv("PASSCOURIER_LOG"))) {
            // Made before the streams are replaced, as the log writes to the one that was there, and by no other
            // command.
            Logger log = LoggerFactory.getLogger(JsonLines.class);
            System.setOut(new PrintStream(new JsonLines(log), true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(new JsonLines(log), true, StandardCharsets.UTF_8));
        }
    }

    @Override
    public synchronized void write(int b) {
        if (b == '\n' || line.size() >= LONGEST) {
            String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
            line.reset();
            if (!text.isEmpty()) {
                log.info("{}", text);
            }
        }
        if (b != '\n') {
            line.write(b);
        }
    }
}
