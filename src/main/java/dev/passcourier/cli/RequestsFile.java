package dev.passcourier.cli;

import dev.passcourier.config.Settings;
import dev.passcourier.intake.FileRequests;
import dev.passcourier.request.BatchDefaults;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Requests that a command is given, as a file or with {@code -} on the standard input: one request as JSON or as a compact
 * JWS, or a batch in any form that the drop directory takes.
 */
final class RequestsFile {

    /** What every protected header begins with in base64url. */
    private static final String SIGNED = "eyJ";

    private final Path file;
    private final byte[] content;

    private RequestsFile(Path file, byte[] content) {
        this.file = file;
        this.content = content;
    }

    /** Reads it whole, and not more of it than a batch may have. */
    static RequestsFile read(Path file, InputStream standard) throws CommandFailure {
        try {
            return new RequestsFile(file, new BoundedInput(file, standard).read(BatchReader.MAX_BYTES));
        } catch (IOException e) {
            throw new CommandFailure(file + ": cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** As messages and the record call it. */
    static String name(Path file) {
        return file.toString().equals("-") ? "stdin" : file.getFileName().toString();
    }

    /** Whether these are the first bytes of signed requests, which on the standard input have no name that says so. */
    static boolean isSigned(byte[] content) {
        return content.length >= SIGNED.length()
                && new String(content, 0, SIGNED.length(), StandardCharsets.US_ASCII).equals(SIGNED);
    }

    /** The form that it is in. */
    private BatchFormat format() throws RequestException {
        if (isSigned(content)) {
            return BatchFormat.JWS;
        }
        Optional<BatchFormat> format = BatchFormat.of(name(file), content);
        return format.orElseThrow(() ->
                new RequestException(content.length == 0 ? RefusalCode.BATCH_EMPTY : RefusalCode.BATCH_NO_FORMAT, ""));
    }

    /**
     * Its lines, read as the service reads them; one without an id is called by its line.
     *
     * @param settings say what requests have that they do not say themselves; null if nobody knows
     */
    List<BatchLine> lines(@Nullable Settings settings, Clock clock) throws RequestException {
        List<BatchLine> lines = new ArrayList<>();
        BatchDefaults defaults =
                settings == null ? BatchDefaults.NONE : new FileRequests(settings, clock).defaults(name(file));
        BatchReader.each(content, format(), defaults, line -> "line-" + line, lines::add);
        return lines;
    }
}
