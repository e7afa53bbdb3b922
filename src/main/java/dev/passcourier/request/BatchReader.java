package dev.passcourier.request;

import dev.passcourier.files.EncodedText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Reads the requests of a file that anybody may have written. A bad line never stops its neighbours. */
public final class BatchReader {

    /** Largest file, in bytes. */
    public static final int MAX_BYTES = 32 * 1024 * 1024;

    /** Most requests in a file. */
    public static final int MAX_LINES = 100_000;

    /** Most requests in a schedule's list, which one transaction hands over and one report tells of. */
    public static final int MAX_LIST = 10_000;

    /** Longest line, or element of a JSON array, in bytes. */
    public static final int MAX_LINE_BYTES = 16 * 1024;

    private BatchReader() {}

    /** Takes the lines of a file one after the other, so that they need not be in memory all at once. */
    @FunctionalInterface
    public interface Taker {
        /** Takes the next line. */
        void take(BatchLine line);
    }

    /**
     * Reads the lines of a schedule's list in their order; empty ones are left out.
     *
     * @param bytes       the whole file
     * @param idIfMissing the id of a request that has none, by its line
     * @return at least one line
     * @throws RequestException if the file as a whole cannot be used
     */
    public static List<BatchLine> read(byte[] bytes, BatchFormat format, IntFunction<String> idIfMissing)
            throws RequestException {
        List<BatchLine> lines = new ArrayList<>();
        each(bytes, format, BatchDefaults.NONE, idIfMissing, lines::add);
        if (lines.size() > MAX_LIST) {
            throw new RequestException(RefusalCode.BATCH_TOO_LARGE, "");
        }
        return List.copyOf(lines);
    }

    /**
     * The same for a file that may be large.
     *
     * @param defaults what requests have that they do not say themselves; those at the file's head count before them
     * @param taker    is given at least one line, and may have been given some before the file is refused
     * @throws RequestException if the file as a whole cannot be used
     */
    public static void each(
            byte[] bytes, BatchFormat format, BatchDefaults defaults, IntFunction<String> idIfMissing, Taker taker)
            throws RequestException {
        if (bytes.length > MAX_BYTES) {
            throw new RequestException(RefusalCode.BATCH_TOO_LARGE, "");
        }
        LineReader lines = new LineReader(defaults, idIfMissing, taker);
        switch (format) {
            case JSON -> JsonBatch.read(text(bytes), lines);
            case NDJSON -> {
                JsonLine parser = new JsonLine();
                eachLine(text(bytes), (number, line) -> {
                    BatchDefaults head = lines.isNew() ? lines.defaults().head(line) : null;
                    if (head == null) {
                        lines.add(number, line, parser);
                    } else {
                        lines.use(head);
                    }
                });
            }
            case CSV -> CsvBatch.read(text(bytes), lines);
            case JWS -> eachLine(text(bytes), (number, line) -> lines.addSigned(number, line.strip()));
        }
        lines.finish();
    }

    private interface Line {
        void take(int number, String line) throws RequestException;
    }

    /** The place within a line, as its number stands beside it. */
    private static final class JsonLine implements LineReader.Parser {

        @Override
        public byte[] json(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public RequestException placed(RequestException refused) {
            String where = refused.where().replaceFirst("^line 1, ", "");
            return new RequestException(refused.code(), where, refused.says());
        }
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
        String text;
        try {
            text = text(bytes);
        } catch (RequestException noText) {
            // Bytes that are no text are so in the next poll too, but for a character that is cut at the end.
            return noText.code() == RefusalCode.BATCH_NOT_UTF8 && bytes[bytes.length - 1] == '\n';
        }
        if (format == BatchFormat.JSON) {
            return JsonBatch.isClosed(text);
        }
        return endsInALineEnd(text) && !(format == BatchFormat.CSV && CsvBatch.endsInQuotes(text));
    }

    /** A carriage return at the end is one where it is the only kind of line end, and else the half of one. */
    private static boolean endsInALineEnd(String text) {
        return text.endsWith("\n")
                || (text.endsWith("\r") && text.indexOf('\n') < 0 && text.indexOf('\r') < text.length() - 1);
    }

    /** What a file is that {@link BatchFormat#of(String, byte[])} knows no format for, and what to do with it. */
    public static String whyNoBatch(byte[] bytes) {
        if (bytes.length == 0) {
            return "it is empty; write requests into it, or remove it";
        }
        return isPacked(bytes)
                ? "it is a spreadsheet program's own file, or another archive; save it as CSV UTF-8, or unpack it"
                : "neither its name nor its content is a batch's; end its name in .csv, .json, .ndjson or .jws to be told"
                        + " what is wrong with it, or remove it";
    }

    private static boolean isPacked(byte[] bytes) {
        return bytes.length > 1
                && ((bytes[0] == 'P' && bytes[1] == 'K')
                        || (bytes[0] == (byte) 0xD0 && bytes[1] == (byte) 0xCF)
                        || (bytes[0] == 0x1F && bytes[1] == (byte) 0x8B));
    }

    /**
     * The file as text: UTF-8, or UTF-16 as Excel's "Unicode Text" and PowerShell write it. No other encoding can be told
     * from bytes for sure, and a wrong guess would ask for another machine.
     *
     * @throws RequestException if it is none, or ends in room that a copier has reserved
     */
    static String text(byte[] bytes) throws RequestException {
        try {
            byte[] utf8 = EncodedText.Encoding.of(bytes).isWide() ? EncodedText.utf8(bytes) : bytes;
            String text = Texts.utf8(utf8);
            if (text.indexOf('\0') >= 0) {
                throw new RequestException(RefusalCode.BATCH_UNFINISHED, "");
            }
            return text;
        } catch (CharacterCodingException notUtf8) {
            throw new RequestException(RefusalCode.BATCH_NOT_UTF8, place(bytes), says(bytes));
        }
    }

    /** Where the first byte stands that is not UTF-8. */
    private static String place(byte[] bytes) {
        if (EncodedText.Encoding.of(bytes).isWide()) {
            return "";
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(bytes.length), true);
        String before = new String(bytes, 0, in.position(), StandardCharsets.UTF_8);
        long line = 1 + before.chars().filter(each -> each == '\n').count();
        return "line " + line + ", column " + (before.length() - before.lastIndexOf('\n'));
    }

    private static String says(byte[] bytes) {
        if (EncodedText.Encoding.of(bytes).isWide()) {
            return "this begins as " + EncodedText.Encoding.of(bytes).words() + " and does not go on so";
        }
        return isPacked(bytes)
                ? "this is a spreadsheet program's own file, or another archive, and no text"
                : "this byte is no UTF-8; Excel writes so in CSV that it does not call UTF-8, in Korea CP949";
    }
}
