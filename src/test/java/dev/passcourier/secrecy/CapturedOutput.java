package dev.passcourier.secrecy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.layout.PatternLayout;

/** Everything this process says while it is open: standard output, standard error, and the log. */
public final class CapturedOutput implements AutoCloseable {

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream streams = new ByteArrayOutputStream();
    private final StringWriter log = new StringWriter();
    private final Logger root = (Logger) LogManager.getRootLogger();
    private final WriterAppender appender = WriterAppender.createAppender(
            PatternLayout.newBuilder().withPattern("%p %c %m %X %ex%n").build(), null, log, "captured", false, true);

    /** Opens it. */
    public CapturedOutput() {
        PrintStream both = new PrintStream(streams, true, StandardCharsets.UTF_8);
        System.setOut(both);
        System.setErr(both);
        appender.start();
        root.addAppender(appender);
    }

    /** What was logged. */
    public String log() {
        return log.toString();
    }

    /** What was printed. */
    public String streams() {
        return streams.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        root.removeAppender(appender);
        appender.stop();
        System.setOut(out);
        System.setErr(err);
    }
}
