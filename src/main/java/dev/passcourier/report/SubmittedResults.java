package dev.passcourier.report;

import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LineResult;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The results of a batch for the command that submitted it, a page at a time: the same lines that a dropped file's
 * {@code .results.csv} and {@code .results.ndjson} have.
 */
public final class SubmittedResults {

    /** Name of the order that asks for a page. */
    public static final String NAME = "submit-results";

    /** So that an answer has room for lines with many destinations. */
    private static final int PAGE = 200;

    private final Ledger ledger;

    /** The forms that results have. */
    public enum Form {
        /** RFC 4180, with a head. */
        CSV,
        /** One JSON object a line. */
        NDJSON
    }

    /**
     * Asks for the lines behind one.
     *
     * @param after number of the line that was the last one of the page before, or 0
     */
    public record Question(String batch, Form form, int after) {}

    /**
     * Some lines.
     *
     * @param text as the file has them; on the first page with its head
     * @param last number of the last one, or 0 if there are no more
     */
    public record Page(String text, int last) {}

    /** On one ledger. */
    public SubmittedResults(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Answers with the next lines; of a batch that is not on record there are none. */
    public Page page(Question question) {
        List<LineResult> lines = ledger.lines(question.batch(), question.after(), PAGE);
        StringWriter text = new StringWriter();
        BatchLines these = taker -> {
            for (LineResult line : lines) {
                taker.take(line);
            }
        };
        try {
            if (question.form() == Form.NDJSON) {
                ResultsNdjson.write(text, these);
            } else {
                ResultsCsv csv = new ResultsCsv(ZoneOffset.UTC);
                if (question.after() == 0) {
                    csv.write(text, these);
                } else {
                    csv.writeRows(text, these);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Page(
                text.toString(),
                lines.isEmpty() ? 0 : lines.get(lines.size() - 1).line());
    }
}
