package dev.passcourier.cli;

import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How a command prints its data. Named as typed on the command line. */
public enum OutputFormat {
    /** For people. */
    table,
    /** For programs. */
    json,
    /** For spreadsheets: a header, and a row for each thing. */
    csv;

    /** Reads what is typed. {@code text}, which some commands once called their table, still is one. */
    static final class Reader implements ITypeConverter<OutputFormat> {

        @Override
        public OutputFormat convert(String typed) {
            String name = typed.toLowerCase(Locale.ROOT);
            return Stream.of(values())
                    .filter(format -> format.name().equals(name.equals("text") ? "table" : name))
                    .findAny()
                    .orElseThrow(() -> new TypeConversionException("expected table, json or csv"));
        }
    }
}
