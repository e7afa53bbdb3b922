package dev.passcourier.files;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;

/** Rows as CSV (RFC 4180), as spreadsheets and programs read them. */
public final class CsvText {

    private static final String FORMULA_STARTS = "=+-@\t\r";

    private CsvText() {}

    /** The header and the rows, with CR LF; a cell that a spreadsheet would take for a formula begins with {@code '}. */
    public static String of(List<String> header, List<List<String>> rows) {
        return verbatim(
                header,
                rows.stream()
                        .map(row -> row.stream().map(CsvText::neutral).toList())
                        .toList());
    }

    /** The same with cells exactly as they are: for rows that hold a secret, which another character would spoil. */
    public static String verbatim(List<String> header, List<List<String>> rows) {
        StringWriter text = new StringWriter();
        try (CsvWriter csv =
                CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(text)) {
            csv.writeRecord(header);
            for (List<String> row : rows) {
                csv.writeRecord(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Gives rows one after the other. */
    @FunctionalInterface
    public interface Rows {

        /** Gives all rows. */
        void each(Row row) throws IOException;
    }

    /** Takes one row. */
    @FunctionalInterface
    public interface Row {

        /** Takes the next row. */
        void take(List<String> cells) throws IOException;
    }

    /** As {@link #of} for rows that are too many to be in memory. Flushes the writer, and leaves it open. */
    public static void write(Writer out, List<String> header, Rows rows) throws IOException {
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(out);
        csv.writeRecord(header);
        csv.flush();
        writeRows(out, rows);
    }

    /** The same without a header. */
    public static void writeRows(Writer out, Rows rows) throws IOException {
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(out);
        rows.each(row -> csv.writeRecord(row.stream().map(CsvText::neutral).toList()));
        csv.flush();
    }

    /** A spreadsheet must not take what somebody else wrote for a formula. */
    private static String neutral(String cell) {
        return !cell.isEmpty() && FORMULA_STARTS.indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
    }
}
