package dev.passcourier.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import java.nio.charset.StandardCharsets;

/**
 * Says what was wrong with a file or its lines: places, codes, and what was expected. Of the content it shows a cell of the
 * header row, or one character, at most.
 */
final class Rejects {

    private Rejects() {}

    /** A line of NDJSON: an object that says what is wrong with a line, and what would be right. */
    static byte[] row(int line, RequestException why) {
        ObjectNode row = JsonNodeFactory.instance.objectNode().put("line", line);
        return bytes(reason(row, why.code(), why.where(), why.says()));
    }

    /** The same. */
    static byte[] row(BatchLine.Bad bad) {
        ObjectNode row = JsonNodeFactory.instance.objectNode().put("line", bad.line());
        return bytes(reason(row, bad.code(), bad.where(), bad.says()));
    }

    private static byte[] bytes(ObjectNode row) {
        return (row + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** JSON with why a whole file was refused. */
    static byte[] error(RequestException why) {
        ObjectNode error = reason(JsonNodeFactory.instance.objectNode(), why.code(), why.where(), why.says());
        return bytes(error);
    }

    /** JSON with which batch a file repeats. */
    static byte[] repeated(BatchSummary earlier) {
        ObjectNode page = JsonNodeFactory.instance
                .objectNode()
                .put("code", "BATCH_REPEATED")
                .put("repeats", earlier.name())
                .put("takenAt", earlier.takenAt().toString())
                .put("results", results(earlier))
                .put(
                        "advice",
                        "Nothing was asked again. The results are there when all requests of the earlier file have ended; to"
                                + " ask anew, give the requests new ids.");
        return bytes(page);
    }

    /** The name of the page that says how an earlier batch ended. */
    static String results(BatchSummary earlier) {
        return earlier.name() + ".results.csv";
    }

    private static ObjectNode reason(ObjectNode object, RefusalCode code, String where, String says) {
        object.put("code", code.name());
        if (!where.isEmpty()) {
            object.put("where", where);
        }
        if (!says.isEmpty()) {
            object.put("says", says);
        }
        return object.put("advice", code.advice());
    }
}
