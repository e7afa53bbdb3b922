package dev.passcourier.request;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Collects the lines of one batch. */
final class LineReader {

    private final IntFunction<String> idIfMissing;
    private final List<BatchLine> lines = new ArrayList<>();

    LineReader(IntFunction<String> idIfMissing) {
        this.idIfMissing = idIfMissing;
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
        lines.add(read(line, text, parser));
    }

    /**
     * Takes a signed request as it is.
     *
     * @throws RequestException if the batch has too many lines
     */
    void addSigned(int line, String compact) throws RequestException {
        demandRoom();
        lines.add(signed(line, compact));
    }

    private void demandRoom() throws RequestException {
        if (lines.size() == BatchReader.MAX_LINES) {
            throw new RequestException(RefusalCode.BATCH_TOO_LARGE, "");
        }
    }

    private static BatchLine signed(int line, String compact) {
        if (isTooLong(compact)) {
            return new BatchLine.Bad(line, RefusalCode.BATCH_LINE_TOO_LONG, "", "");
        }
        byte[] bytes = compact.getBytes(StandardCharsets.UTF_8);
        return Submission.looksSigned(bytes)
                ? new BatchLine.Signed(line, bytes)
                : new BatchLine.Bad(line, RefusalCode.SIGNATURE_MISSING, "", "");
    }

    List<BatchLine> finish() throws RequestException {
        if (lines.isEmpty()) {
            throw new RequestException(RefusalCode.BATCH_EMPTY, "");
        }
        return List.copyOf(lines);
    }

    private BatchLine read(int line, String text, Parser parser) {
        try {
            if (isTooLong(text)) {
                throw new RequestException(RefusalCode.BATCH_LINE_TOO_LONG, "");
            }
            return new BatchLine.Good(line, RequestReader.read(parser.json(text), idIfMissing.apply(line)));
        } catch (RequestException refused) {
            return BatchLine.Bad.of(line, parser.placed(refused));
        }
    }

    private static boolean isTooLong(String text) {
        return text.length() > BatchReader.MAX_LINE_BYTES
                || text.getBytes(StandardCharsets.UTF_8).length > BatchReader.MAX_LINE_BYTES;
    }
}
