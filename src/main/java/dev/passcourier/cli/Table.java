package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.files.CsvText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * Rows for people and programs. For people, text breaks between words until the columns fit the terminal; where single
 * words are too wide for that, each row is printed as a record of lines, as an id that is broken cannot be copied.
 */
final class Table {

    /** Between words that belong together; shown as a blank. */
    static final String TOGETHER = "\u00a0";

    /** Two blanks are around what is to be typed. */
    private static final String BETWEEN_WORDS = "(?<=[^ ]) (?=[^ ])";

    private static final String GAP = "  ";
    private static final Set<Character.UnicodeScript> WIDE = Set.of(
            Character.UnicodeScript.HAN,
            Character.UnicodeScript.HANGUL,
            Character.UnicodeScript.HIRAGANA,
            Character.UnicodeScript.KATAKANA);

    private final List<String> columns;
    private final List<List<@Nullable Object>> rows = new ArrayList<>();
    private final Map<String, Function<String, @Nullable String>> styles = new HashMap<>();

    /** With columns named as in JSON, such as {@code lastReason}. */
    Table(String... columns) {
        this.columns = List.of(columns);
    }

    /**
     * Adds a row.
     *
     * @param cells as many as columns: text, numbers, truth values, collections of texts, or null for nothing
     */
    Table row(@Nullable Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("one cell for each of " + columns);
        }
        rows.add(new ArrayList<>(Arrays.asList(cells)));
        return this;
    }

    /** Says how a column's values are coloured: picocli's name of a style, or null for none. */
    Table style(String column, Function<String, @Nullable String> style) {
        styles.put(column, style);
        return this;
    }

    /** Whether there is no row. */
    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** As lines of at most {@code width} columns, unless a single word is longer; none without a row. */
    List<String> lines(int width, Ansi ansi) {
        if (rows.isEmpty()) {
            return List.of();
        }
        List<List<String>> cells = rows.stream()
                .map(row -> row.stream().map(Table::shown).toList())
                .toList();
        int[] widths = fit(cells, width);
        List<String> lines = widths.length == 0 ? records(cells, width, ansi) : grid(cells, widths, ansi);
        return lines.stream().map(line -> line.replace(TOGETHER, " ")).toList();
    }

    /** The columns' widths, or none if they cannot be made to fit. */
    private int[] fit(List<List<String>> cells, int width) {
        int count = columns.size();
        int[] widest =
                IntStream.range(0, count).map(i -> most(cells, i, Table::width)).toArray();
        int[] least = IntStream.range(0, count)
                .map(i -> most(cells, i, Table::longestWord))
                .toArray();
        long room = (long) width - (long) GAP.length() * (count - 1);
        if (Arrays.stream(least).asLongStream().sum() > room) {
            return new int[0];
        }
        while (Arrays.stream(widest).asLongStream().sum() > room) {
            int broadest = IntStream.range(0, count)
                    .filter(i -> widest[i] > least[i])
                    .reduce((a, b) -> widest[b] >= widest[a] ? b : a)
                    .orElseThrow();
            widest[broadest]--;
        }
        return widest;
    }

    private int most(List<List<String>> cells, int column, Function<String, Integer> measure) {
        int header = width(header(column));
        return cells.stream().map(row -> measure.apply(row.get(column))).reduce(header, Math::max);
    }

    private static int longestWord(String text) {
        return Arrays.stream(text.split(BETWEEN_WORDS, -1))
                .mapToInt(Table::width)
                .max()
                .orElse(0);
    }

    private List<String> grid(List<List<String>> cells, int[] widths, Ansi ansi) {
        List<String> lines = new ArrayList<>();
        lines.addAll(
                row(IntStream.range(0, widths.length).mapToObj(this::header).toList(), widths, null));
        cells.forEach(row -> lines.addAll(row(row, widths, ansi)));
        return lines;
    }

    private List<String> row(List<String> cells, int[] widths, @Nullable Ansi ansi) {
        List<List<String>> parts = IntStream.range(0, widths.length)
                .mapToObj(i -> wrap(cells.get(i), widths[i], ""))
                .toList();
        int height = parts.stream().mapToInt(List::size).max().orElse(1);
        List<String> lines = new ArrayList<>();
        for (int line = 0; line < height; line++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String part = line < parts.get(i).size() ? parts.get(i).get(line) : "";
                String padding = " ".repeat(widths[i] - width(part));
                text.append(ansi == null ? part : coloured(i, cells.get(i), part, ansi))
                        .append(padding)
                        .append(GAP);
            }
            lines.add(text.toString().stripTrailing());
        }
        return lines;
    }

    private List<String> records(List<List<String>> cells, int width, Ansi ansi) {
        int names = IntStream.range(0, columns.size())
                .map(i -> width(header(i)))
                .max()
                .orElse(0);
        List<String> lines = new ArrayList<>();
        for (List<String> row : cells) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            for (int i = 0; i < row.size(); i++) {
                int cell = i;
                field(header(i), names + GAP.length(), row.get(i), width)
                        .forEach(line -> lines.add(coloured(cell, row, line, ansi)));
            }
        }
        return lines;
    }

    /** The part behind the names' column. */
    private String coloured(int column, List<String> row, Field line, Ansi ansi) {
        return (line.before() + coloured(column, row.get(column), line.text(), ansi)).stripTrailing();
    }

    /** A line of a record: what stands before its text, and the text. */
    record Field(String before, String text) {}

    /**
     * A name and its text, broken between words behind it; a single word that is too long there has a line of its own, as
     * an id that the terminal breaks is hard to read.
     *
     * @param indent where texts begin
     */
    static List<Field> field(String name, int indent, String text, int width) {
        if (indent + width(text) > width && !text.contains(" ")) {
            return List.of(new Field(name, ""), new Field(GAP, text));
        }
        List<Field> lines = new ArrayList<>();
        String before = name + " ".repeat(Math.max(0, indent - width(name)));
        for (String part : wrap(text, Math.max(1, width - indent), "")) {
            lines.add(new Field(before, part));
            before = " ".repeat(indent);
        }
        return lines;
    }

    private String coloured(int column, String value, String part, Ansi ansi) {
        String style = styles.getOrDefault(columns.get(column), any -> null).apply(value);
        return style == null || part.isEmpty() || part.contains("|@")
                ? part
                : ansi.string("@|" + style + " " + part + "|@");
    }

    private String header(int column) {
        return columns.get(column).replaceAll("(?=[A-Z])", " ").toUpperCase(Locale.ROOT);
    }

    private static String shown(@Nullable Object cell) {
        String text = text(cell);
        return text.isEmpty() ? "-" : harmless(text);
    }

    private static String text(@Nullable Object cell) {
        return cell instanceof Collection<?> several
                ? several.stream().map(Objects::toString).collect(Collectors.joining(" "))
                : Objects.toString(cell, "");
    }

    /** A row for each, under the columns' names (RFC 4180). */
    String csv() {
        return CsvText.of(
                columns,
                rows.stream().map(row -> row.stream().map(Table::text).toList()).toList());
    }

    /** An object for each row. */
    ArrayNode json() {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (List<@Nullable Object> row : rows) {
            ObjectNode object = all.addObject();
            for (int i = 0; i < columns.size(); i++) {
                put(object, columns.get(i), row.get(i));
            }
        }
        return all;
    }

    private static void put(ObjectNode object, String name, @Nullable Object cell) {
        if (cell == null) {
            object.putNull(name);
        } else if (cell instanceof Collection<?> several) {
            ArrayNode array = object.putArray(name);
            several.forEach(each -> array.add(each.toString()));
        } else if (cell instanceof Boolean truth) {
            object.put(name, truth);
        } else if (cell instanceof Number number) {
            object.put(name, number.longValue());
        } else {
            object.put(name, cell.toString());
        }
    }

    /** Breaks a text between words; a word that is longer than a line stays whole. Lines after the first are indented. */
    static List<String> wrap(String text, int width, String indent) {
        if (width(text) <= width) {
            return List.of(text);
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(BETWEEN_WORDS, -1)) {
            if (line.length() > 0 && width(line.toString()) + 1 + width(word) > width) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(indent).append(word);
            } else {
                line.append(line.length() == 0 ? "" : " ").append(word);
            }
        }
        lines.add(line.toString());
        return lines;
    }

    /** Text of others as it may be shown on a terminal: what could steer it is escaped. */
    static String harmless(String text) {
        return escaped(text, type -> type == Character.CONTROL || type == Character.FORMAT);
    }

    /** Text with those characters escaped whose {@linkplain Character#getType type} could do harm. */
    static String escaped(String text, IntPredicate harmful) {
        StringBuilder kept = new StringBuilder();
        text.codePoints().forEach(codePoint -> {
            if (harmful.test(Character.getType(codePoint))) {
                kept.append(String.format(Locale.ROOT, "\\u%04x", codePoint));
            } else {
                kept.appendCodePoint(codePoint);
            }
        });
        return kept.toString();
    }

    /** How many columns of a terminal a text takes. */
    private static int width(String text) {
        return text.codePoints()
                .map(c -> WIDE.contains(Character.UnicodeScript.of(c)) ? 2 : 1)
                .sum();
    }
}
