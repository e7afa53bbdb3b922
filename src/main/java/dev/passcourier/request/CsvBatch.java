package dev.passcourier.request;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * RFC 4180 with a header row. Columns are named as the fields are; {@code parameters.<name>} is a parameter;
 * {@code deliverTo} holds aliases separated by spaces or semicolons. An empty cell is a field left out. No field may
 * hold a line break, so every physical line is read by itself: an unclosed quote harms its own line only.
 */
final class CsvBatch {

    private static final String PARAMETER = RequestFields.PARAMETERS + ".";
    private static final Set<String> COLUMNS = Set.of(
            RequestFields.ID,
            RequestFields.ACCOUNT,
            RequestFields.INSTANCE,
            RequestFields.KEY,
            RequestFields.DELIVER_TO,
            RequestFields.DEADLINE,
            RequestFields.REQUESTED_BY,
            RequestFields.REASON);
    private static final List<String> NEEDED =
            List.of(RequestFields.ACCOUNT, RequestFields.INSTANCE, RequestFields.DELIVER_TO);

    private final List<String> columns;

    private CsvBatch(List<String> columns) {
        this.columns = columns;
    }

    static void read(String text, LineReader lines) throws RequestException {
        Iterator<String> physical = text.lines().iterator();
        if (!physical.hasNext()) {
            return;
        }
        CsvBatch batch = new CsvBatch(header(physical.next()));
        for (int number = 2; physical.hasNext(); number++) {
            String line = physical.next();
            if (!line.isBlank()) {
                lines.add(number, line, batch::json);
            }
        }
    }

    /** Whether a quote stays open in the last line. */
    static boolean endsInQuotes(byte[] bytes) {
        boolean open = false;
        for (int i = bytes.length - 2; i >= 0 && bytes[i] != '\n'; i--) {
            open ^= bytes[i] == '"';
        }
        return open;
    }

    private static List<String> header(String line) throws RequestException {
        List<String> columns = line.length() > BatchReader.MAX_LINE_BYTES ? List.of() : cells(line);
        Set<String> seen = new HashSet<>();
        for (String column : columns) {
            if (!isColumn(column) || !seen.add(column)) {
                throw new RequestException(RefusalCode.BATCH_HEADER, "column " + (seen.size() + 1));
            }
        }
        for (String needed : NEEDED) {
            if (!seen.contains(needed)) {
                throw new RequestException(RefusalCode.BATCH_HEADER, needed);
            }
        }
        return columns;
    }

    private static boolean isColumn(String name) {
        return COLUMNS.contains(name) || (name.startsWith(PARAMETER) && Texts.isId(name.substring(PARAMETER.length())));
    }

    private byte[] json(String line) throws RequestException {
        List<String> cells = cells(line);
        if (cells.size() != columns.size()) {
            throw new RequestException(RefusalCode.BATCH_COLUMNS, "");
        }
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < cells.size(); i++) {
            if (!cells.get(i).isEmpty()) {
                put(request, columns.get(i), cells.get(i));
            }
        }
        return request.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void put(ObjectNode request, String column, String cell) {
        if (column.equals(RequestFields.DELIVER_TO)) {
            for (String alias : cell.strip().split("[ ;]+", -1)) {
                request.withArray(column).add(alias);
            }
        } else if (column.startsWith(PARAMETER)) {
            request.withObjectProperty(RequestFields.PARAMETERS).put(column.substring(PARAMETER.length()), cell);
        } else {
            request.put(column, cell);
        }
    }

    private static List<String> cells(String line) throws RequestException {
        try {
            return CsvReader.builder()
                    .allowExtraCharsAfterClosingQuote(false)
                    .allowUnclosedQuote(false)
                    .skipEmptyLines(false)
                    .ofSingleCsvRecord(line)
                    .getFields();
        } catch (CsvParseException quotesContent) {
            throw new RequestException(RefusalCode.BATCH_COLUMNS, "");
        }
    }
}
