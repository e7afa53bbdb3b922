package dev.passcourier.request;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;

/** Reads the requests of a file that anybody may have written. A bad line never stops its neighbours. */
public final class BatchReader {

    /** Largest file, in bytes. */
    public static final int MAX_BYTES = 10 * 1024 * 1024;

    /** Most requests in a file. */
    public static final int MAX_LINES = 10_000;

    /** Longest line, or element of a JSON array, in bytes. */
    public static final int MAX_LINE_BYTES = 16 * 1024;

    private BatchReader() {}

    /**
     * Reads the lines in their order; empty ones are left out.
     *
     * @param bytes       the whole file
     * @param idIfMissing the id of a request that has none, by its line
     * @return at least one line
     * @throws RequestException if the file as a whole cannot be used
     */
    public static List<BatchLine> read(byte[] bytes, BatchFormat format, IntFunction<String> idIfMissing)
            throws RequestException {
        if (bytes.length > MAX_BYTES) {
            throw new RequestException(RefusalCode.BATCH_TOO_LARGE, "");
        }
        LineReader lines = new LineReader(idIfMissing);
        switch (format) {
            case JSON -> JsonBatch.read(text(bytes), lines);
            case NDJSON -> eachLine(text(bytes), lines::add);
            case CSV -> CsvBatch.read(text(bytes), lines);
            case JWS -> eachLine(text(bytes), (number, line) -> lines.addSigned(number, line.strip()));
        }
        return lines.finish();
    }

    private interface Line {
        void take(int number, String line) throws RequestException;
    }

    /** NDJSON (<a href="https://github.com/ndjson/ndjson-spec">its page</a>), or compact JWS opened at the intake. */
    private static void eachLine(String text, Line action) throws RequestException {
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            if (!line.isBlank()) {
                action.take(number, line);
            }
        }
    }

    /**
     * Whether nothing says that the writer of the file has more to come: its last line has a line end and, in CSV, no
     * open quote; JSON is closed, or is broken so that nothing can repair it; and there are no NUL bytes, which stand where
     * a copier has reserved room. A file that looks finished may still grow.
     */
    public static boolean looksFinished(byte[] bytes, BatchFormat format) {
        if (bytes.length == 0 || hasNul(bytes)) {
            return false;
        }
        if (format == BatchFormat.JSON) {
            return JsonBatch.isClosed(new String(bytes, StandardCharsets.UTF_8));
        }
        return bytes[bytes.length - 1] == '\n' && !(format == BatchFormat.CSV && CsvBatch.endsInQuotes(bytes));
    }

    private static boolean hasNul(byte[] bytes) {
        for (byte each : bytes) {
            if (each == 0) {
                return true;
            }
        }
        return false;
    }

    private static String text(byte[] bytes) throws RequestException {
        try {
            String text = Texts.utf8(bytes);
            if (hasNul(bytes)) {
                throw new RequestException(RefusalCode.BATCH_UNFINISHED, "");
            }
            return text;
        } catch (CharacterCodingException notUtf8) {
            throw new RequestException(RefusalCode.BATCH_NOT_UTF8, "");
        }
    }
}
