package dev.passcourier.request;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** Reads the lines of one batch, one after the other. */
final class LineReader {

    private final IntFunction<String> idIfMissing;
    private final BatchReader.Taker taker;
    private final Map<String, Integer> firstOfId = new HashMap<>();
    private BatchDefaults defaults;
    private int lines;

    LineReader(BatchDefaults defaults, IntFunction<String> idIfMissing, BatchReader.Taker taker) {
        this.defaults = defaults;
        this.idIfMissing = idIfMissing;
        this.taker = taker;
    }

    BatchDefaults defaults() {
        return defaults;
    }

    /** From here on lines have these. */
    void use(BatchDefaults head) {
        defaults = head;
    }

    /** Whether no line has been read yet. */
    boolean isNew() {
        return lines == 0;
    }

    /** Turns a line's text into JSON of a request. */
    @FunctionalInterface
    interface Parser {
        byte[] json(String text) throws RequestException;

        /** The refusal of what {@link #json} made, with the place in the line. */
        default RequestException placed(RequestException refused) {
            return refused;
        }
    }

    /** Reads a line of JSON. */
    void add(int line, String json) throws RequestException {
        add(line, json, text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads a line of another form; what is wrong with it is kept as a bad line.
     *
     * @throws RequestException if the batch has too many lines
     */
    void add(int line, String text, Parser parser) throws RequestException {
        demandRoom();
        taker.take(read(line, text, parser));
    }

    /**
     * Takes a signed request as it is.
     *
     * @throws RequestException if the batch has too many lines
     */
    void addSigned(int line, String compact) throws RequestException {
        demandRoom();
        taker.take(signed(line, compact));
    }

    private void demandRoom() throws RequestException {
        if (lines == BatchReader.MAX_LINES) {
            throw new RequestException(RefusalCode.BATCH_TOO_LARGE, "");
        }
        lines++;
    }

    /** The first line that has the id, if it is not this one: all others wait for it only, and not for each other. */
    private int repeats(String id, int line) {
        Integer first = firstOfId.putIfAbsent(id, line);
        return first == null ? 0 : first;
    }

    private BatchLine signed(int line, String compact) {
        if (isTooLong(compact)) {
            return new BatchLine.Bad(line, RefusalCode.BATCH_LINE_TOO_LONG, "", "");
        }
        byte[] bytes = compact.getBytes(StandardCharsets.UTF_8);
        if (!Submission.looksSigned(bytes)) {
            return new BatchLine.Bad(line, RefusalCode.SIGNATURE_MISSING, "", "");
        }
        String id = Submission.claimedId(compact);
        return new BatchLine.Signed(line, bytes, id.isEmpty() ? 0 : repeats(id, line));
    }

    void finish() throws RequestException {
        if (isNew()) {
            throw new RequestException(RefusalCode.BATCH_EMPTY, "");
        }
    }

    private BatchLine read(int line, String text, Parser parser) {
        try {
            if (isTooLong(text)) {
                throw new RequestException(RefusalCode.BATCH_LINE_TOO_LONG, "");
            }
            PasswordRequest request = RequestReader.read(parser.json(text), defaults, idIfMissing.apply(line));
            return new BatchLine.Good(line, request, repeats(request.id(), line));
        } catch (RequestException refused) {
            return BatchLine.Bad.of(line, parser.placed(refused));
        }
    }

    private static boolean isTooLong(String text) {
        return text.length() > BatchReader.MAX_LINE_BYTES
                || text.getBytes(StandardCharsets.UTF_8).length > BatchReader.MAX_LINE_BYTES;
    }
}
