package dev.passcourier.request;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import dev.passcourier.config.Suggestion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * RFC 4180 with a header row, in the shapes that spreadsheets write: cells are separated by commas, semicolons or tabs,
 * as the header row is; blanks around a cell do not count, nor does the letter case of a column's name; last cells that
 * are empty may be left out, with their separators; rows without any content are no rows. Columns are named as the fields
 * are; {@code parameters.<name>} is a parameter; {@code deliverTo} holds aliases separated by blanks, commas or
 * semicolons. Columns may also have the names that inventories give them ({@code server_id}, {@code vm}, {@code uuid} …).
 * An empty cell is a field left out. No field may hold a line break, so every physical line is read by itself:
 * an unclosed quote harms its own line only.
 */
final class CsvBatch {

    private static final String PARAMETER = RequestFields.PARAMETERS + ".";
    private static final List<String> FIELDS = List.of(
            RequestFields.ID,
            RequestFields.ACCOUNT,
            RequestFields.INSTANCE,
            RequestFields.DELIVER_TO,
            RequestFields.KEY,
            RequestFields.DEADLINE,
            RequestFields.REQUESTED_BY,
            RequestFields.REASON);

    /** What other programs and people call them. */
    private static final Map<String, List<String>> ALIASES = Map.of(
            RequestFields.ID, List.of("request_id", "request"),
            RequestFields.ACCOUNT, List.of("account_name", "cloud_account", "cloud"),
            RequestFields.INSTANCE,
                    List.of(
                            "instance_id",
                            "instance_uuid",
                            "server",
                            "server_id",
                            "server_uuid",
                            "vm",
                            "vm_id",
                            "vm_uuid",
                            "machine",
                            "machine_id",
                            "uuid"),
            RequestFields.DELIVER_TO, List.of("destination", "destinations", "to"),
            RequestFields.KEY, List.of("key_name", "key_pair", "keypair_name"),
            RequestFields.DEADLINE, List.of("until"),
            RequestFields.REQUESTED_BY, List.of("requester"),
            RequestFields.REASON, List.of("comment"));

    private static final Map<String, String> BY_PLAIN_NAME = FIELDS.stream()
            .flatMap(field -> Stream.concat(Stream.of(field), ALIASES.get(field).stream())
                    .map(name -> Map.entry(plain(name), field)))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    private static final List<String> NEEDED =
            List.of(RequestFields.ACCOUNT, RequestFields.INSTANCE, RequestFields.DELIVER_TO);
    private static final String EXPECTED = String.join(", ", FIELDS) + " or " + PARAMETER + "NAME";

    /** What Excel takes as the separator, in a line before the header row. */
    private static final Pattern SEPARATOR_LINE = Pattern.compile("(?i)\"?sep=([,;\t])\"?[,;\t]*");

    private static final List<Character> SEPARATORS = List.of(',', ';', '\t');
    private static final int MOST_SHOWN = 10;

    private final char separator;
    private final List<String> columns;

    private CsvBatch(char separator, List<String> columns) {
        this.separator = separator;
        this.columns = columns;
    }

    static void read(String text, LineReader lines) throws RequestException {
        Iterator<String> physical = text.lines().iterator();
        boolean ended = text.endsWith("\n") || text.endsWith("\r");
        CsvBatch batch = null;
        Optional<Character> declared = Optional.empty();
        for (int number = 1; physical.hasNext(); number++) {
            String line = physical.next();
            if (batch != null) {
                boolean whole = ended || physical.hasNext();
                if (!isEmptyRow(line, batch.separator)) {
                    lines.add(number, line, batch.new Row(whole));
                }
            } else if (SEPARATOR_LINE.matcher(line).matches()) {
                declared = declared(line);
            } else if (!isEmptyRow(line, declared.orElse(','))) {
                batch = header(number, line, declared, lines.defaults()::has);
            }
        }
    }

    /** Whether the text begins with a header row that has every column that is needed. */
    static boolean hasHeader(String text) {
        Optional<Character> declared = Optional.empty();
        for (String line : (Iterable<String>) text.lines().limit(MOST_SHOWN)::iterator) {
            if (SEPARATOR_LINE.matcher(line).matches()) {
                declared = declared(line);
            } else if (!isEmptyRow(line, declared.orElse(','))) {
                try {
                    // What stands elsewhere is not known here; a table of something else has no instances.
                    header(1, line, declared, field -> !field.equals(RequestFields.INSTANCE));
                    return true;
                } catch (RequestException none) {
                    return false;
                }
            }
        }
        return false;
    }

    private static Optional<Character> declared(String line) {
        Matcher matcher = SEPARATOR_LINE.matcher(line);
        return matcher.matches() ? Optional.of(matcher.group(1).charAt(0)) : Optional.empty();
    }

    /** Whether a quote stays open in the last line. */
    static boolean endsInQuotes(String text) {
        boolean open = false;
        for (int i = text.length() - 2; i >= 0 && text.charAt(i) != '\n'; i--) {
            open ^= text.charAt(i) == '"';
        }
        return open;
    }

    /** The columns, of which those that are given elsewhere may be missing. */
    private static CsvBatch header(
            int number, String line, Optional<Character> declared, Predicate<String> givenElsewhere)
            throws RequestException {
        char separator = declared.orElseGet(() -> separator(line));
        List<String> cells = line.length() > BatchReader.MAX_LINE_BYTES ? List.of() : cells(line, separator);
        List<String> columns = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String cell : cells) {
            String column = column(cell);
            String place = "line " + number + ", column " + (columns.size() + 1);
            if (column.isEmpty() && !Texts.isBlank(cell)) {
                throw new RequestException(
                        RefusalCode.BATCH_HEADER,
                        place,
                        "read " + Texts.shown(cell) + ", expected " + EXPECTED + nearest(cell));
            }
            if (!column.isEmpty() && !seen.add(column)) {
                throw new RequestException(
                        RefusalCode.BATCH_HEADER, place, "read " + Texts.shown(cell) + ", which is named before");
            }
            columns.add(column);
        }
        for (String needed : NEEDED) {
            if (!seen.contains(needed) && !givenElsewhere.test(needed)) {
                throw new RequestException(
                        RefusalCode.BATCH_HEADER,
                        needed,
                        "read " + shown(cells) + " in line " + number + ", expected " + needed + " among them");
            }
        }
        return new CsvBatch(separator, columns);
    }

    /** The one that cuts the header row into most columns that there are. No column's name holds one of them. */
    static char separator(String header) {
        return SEPARATORS.stream()
                .max(Comparator.comparingLong((Character each) -> known(header, each))
                        .thenComparing(each -> -SEPARATORS.indexOf(each)))
                .orElseThrow();
    }

    private static long known(String header, char separator) {
        if (header.length() > BatchReader.MAX_LINE_BYTES) {
            return 0;
        }
        try {
            return cells(header, separator).stream()
                    .filter(cell -> !column(cell).isEmpty())
                    .count();
        } catch (RequestException none) {
            return 0;
        }
    }

    private static String nearest(String cell) {
        String near = Suggestion.near(Texts.trimmed(cell), FIELDS);
        return near.isEmpty() ? "" : "; " + near;
    }

    private static String shown(List<String> cells) {
        return Stream.concat(
                        cells.stream().limit(MOST_SHOWN).map(Texts::shown),
                        Stream.of("more").filter(more -> cells.size() > MOST_SHOWN))
                .collect(Collectors.joining(", "));
    }

    /** The column that a cell of the header row names, or empty if there is none of this name. */
    static String column(String cell) {
        String name = Texts.trimmed(cell);
        if (name.regionMatches(true, 0, PARAMETER, 0, PARAMETER.length())) {
            String parameter = Texts.trimmed(name.substring(PARAMETER.length()));
            return Texts.isId(parameter) ? PARAMETER + parameter : "";
        }
        return BY_PLAIN_NAME.getOrDefault(plain(name), "");
    }

    /** {@code Deliver To} and {@code deliver_to} are what {@code deliverTo} is. */
    static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[\\s\\p{Z}_-]", "");
    }

    private static boolean isEmptyRow(String line, char separator) {
        if (Texts.isBlank(line)) {
            return true;
        }
        if (line.length() > BatchReader.MAX_LINE_BYTES
                || !line.chars().allMatch(each -> each == separator || each == '"' || Texts.isBlank(each))) {
            return false;
        }
        try {
            return cells(line, separator).stream().allMatch(Texts::isBlank);
        } catch (RequestException quotes) {
            return false;
        }
    }

    /** A row under the header row. */
    private final class Row implements LineReader.Parser {

        private final boolean whole;

        /** A file's last row without a line end may have been cut, so its cells must all be there. */
        Row(boolean whole) {
            this.whole = whole;
        }

        @Override
        public byte[] json(String line) throws RequestException {
            List<String> cells = cells(line, separator);
            if (cells.size() < columns.size() && !whole) {
                throw new RequestException(
                        RefusalCode.BATCH_COLUMNS,
                        "column " + (cells.size() + 1),
                        "the file ends here, in a row without a line end that has " + cells.size() + " of "
                                + columns.size() + " cells");
            }
            ObjectNode request = JsonNodeFactory.instance.objectNode();
            for (int i = 0; i < cells.size(); i++) {
                String cell = Texts.trimmed(cells.get(i));
                String column = i < columns.size() ? columns.get(i) : "";
                if (!cell.isEmpty() && column.isEmpty()) {
                    throw new RequestException(
                            RefusalCode.BATCH_COLUMNS,
                            "column " + (i + 1),
                            "the cell is not empty, and the header row has no name for its column");
                }
                if (!cell.isEmpty()) {
                    put(request, column, cell);
                }
            }
            return request.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public RequestException placed(RequestException refused) {
            int column = columns.indexOf(refused.where());
            return column < 0
                    ? refused
                    : new RequestException(
                            refused.code(), refused.where() + ", column " + (column + 1), refused.says());
        }
    }

    private static void put(ObjectNode request, String column, String cell) {
        if (column.equals(RequestFields.DELIVER_TO)) {
            var aliases = request.withArray(column);
            for (String alias : cell.split("[\\s\\p{Z},;]+", -1)) {
                if (!alias.isEmpty()) {
                    aliases.add(alias);
                }
            }
        } else if (column.startsWith(PARAMETER)) {
            request.withObjectProperty(RequestFields.PARAMETERS).put(column.substring(PARAMETER.length()), cell);
        } else {
            request.put(column, cell);
        }
    }

    static List<String> cells(String line, char separator) throws RequestException {
        try {
            return CsvReader.builder()
                    .fieldSeparator(separator)
                    .allowExtraCharsAfterClosingQuote(false)
                    .allowUnclosedQuote(false)
                    .skipEmptyLines(false)
                    .ofSingleCsvRecord(line)
                    .getFields();
        } catch (CsvParseException quotesContent) {
            throw new RequestException(
                    RefusalCode.BATCH_COLUMNS,
                    "",
                    "a quote is not closed in its cell: a cell that holds a quote is quoted and has two for each, and"
                            + " no cell holds a line break");
        }
    }
}
