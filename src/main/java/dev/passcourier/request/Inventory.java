package dev.passcourier.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads lists of machines as inventories export them: CSV with a header row, in the shapes of a batch's, or NDJSON. Each
 * machine has an account and an instance; {@code name}, {@code key} and {@code parameters.<name>} are taken if they are
 * there, and everything else is left aside. Ids are not checked here: one that is none is refused when it is asked for,
 * and so has a line in the report.
 */
public final class Inventory {

    private static final String NAME = "name";
    private static final List<String> NAMES =
            List.of("name", "instancename", "servername", "vmname", "machinename", "hostname", "displayname");
    private static final String PARAMETER = RequestFields.PARAMETERS + ".";

    private Inventory() {}

    /**
     * A machine.
     *
     * @param name       what people call it, or null
     * @param key        name of the key pair to open its password with, or null
     * @param parameters further ids that its cloud needs
     */
    public record Machine(
            String account,
            String instance,
            @Nullable String name,
            @Nullable String key,
            Map<String, String> parameters) {

        /** Copies the parameters. */
        public Machine {
            parameters = Map.copyOf(parameters);
        }

        /** One of which nothing else is known. */
        public Machine(String account, String instance) {
            this(account, instance, null, null, Map.of());
        }
    }

    /**
     * The machines of a file in their order.
     *
     * @throws RequestException naming the first line that cannot be used; then none of the file is
     */
    public static List<Machine> read(byte[] content, BatchFormat format) throws RequestException {
        String text = BatchReader.text(content);
        List<Machine> machines =
                switch (format) {
                    case CSV -> csv(text);
                    case NDJSON -> ndjson(text);
                    case JSON, JWS -> throw new RequestException(RefusalCode.BATCH_NO_FORMAT, "");
                };
        if (machines.size() > BatchReader.MAX_LIST) {
            throw new RequestException(RefusalCode.BATCH_TOO_LARGE, "");
        }
        return machines;
    }

    private static List<Machine> csv(String text) throws RequestException {
        List<Machine> machines = new ArrayList<>();
        List<String> columns = null;
        char separator = ',';
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (Texts.isBlank(line)) {
                continue;
            }
            if (columns == null) {
                separator = CsvBatch.separator(line);
                columns = columns(number, cells(number, line, separator));
            } else {
                List<String> cells = cells(number, line, separator);
                Map<String, String> machine = new TreeMap<>();
                for (int i = 0; i < Math.min(cells.size(), columns.size()); i++) {
                    String cell = Texts.trimmed(cells.get(i));
                    if (!cell.isEmpty() && !columns.get(i).isEmpty()) {
                        machine.putIfAbsent(columns.get(i), cell);
                    }
                }
                if (cells.stream().anyMatch(cell -> !Texts.isBlank(cell))) {
                    machines.add(machine(number, machine));
                }
            }
        }
        return machines;
    }

    private static List<String> columns(int number, List<String> header) throws RequestException {
        List<String> columns = new ArrayList<>();
        for (String cell : header) {
            String plain = CsvBatch.plain(Texts.trimmed(cell));
            columns.add(NAMES.contains(plain) ? NAME : CsvBatch.column(cell));
        }
        for (String needed : List.of(RequestFields.ACCOUNT, RequestFields.INSTANCE)) {
            if (!columns.contains(needed)) {
                throw new RequestException(RefusalCode.BATCH_HEADER, "line " + number + ", " + needed);
            }
        }
        return columns;
    }

    private static List<String> cells(int number, String line, char separator) throws RequestException {
        if (line.length() > BatchReader.MAX_LINE_BYTES) {
            throw new RequestException(RefusalCode.BATCH_LINE_TOO_LONG, "line " + number);
        }
        try {
            return CsvBatch.cells(line, separator);
        } catch (RequestException quotes) {
            throw new RequestException(quotes.code(), "line " + number);
        }
    }

    private static List<Machine> ndjson(String text) throws RequestException {
        List<Machine> machines = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank()) {
                machines.add(machine(number, fields(number, line)));
            }
        }
        return machines;
    }

    private static Map<String, String> fields(int number, String line) throws RequestException {
        ObjectNode object;
        try {
            object = RequestReader.tree(line.getBytes(StandardCharsets.UTF_8));
        } catch (RequestException notJson) {
            throw new RequestException(RefusalCode.BATCH_NOT_JSON, "line " + number);
        }
        Map<String, String> machine = new TreeMap<>();
        for (String field : List.of(RequestFields.ACCOUNT, RequestFields.INSTANCE, RequestFields.KEY, NAME)) {
            text(object.path(field)).ifPresent(value -> machine.put(field, value));
        }
        object.path(RequestFields.PARAMETERS).properties().forEach(entry -> text(entry.getValue())
                .ifPresent(value -> machine.put(PARAMETER + entry.getKey(), value)));
        return machine;
    }

    private static Optional<String> text(JsonNode node) {
        return Optional.of(node).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }

    private static Machine machine(int number, Map<String, String> fields) throws RequestException {
        String account = fields.get(RequestFields.ACCOUNT);
        String instance = fields.get(RequestFields.INSTANCE);
        if (account == null || instance == null) {
            throw new RequestException(
                    RefusalCode.FIELD_MISSING,
                    "line " + number + ", " + (account == null ? RequestFields.ACCOUNT : RequestFields.INSTANCE));
        }
        Map<String, String> parameters = new TreeMap<>();
        fields.forEach((field, value) -> {
            if (field.startsWith(PARAMETER)) {
                parameters.put(field.substring(PARAMETER.length()), value);
            }
        });
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            if (!Texts.isId(parameter.getKey()) || !Texts.isId(parameter.getValue())) {
                throw new RequestException(RefusalCode.FIELD_INVALID, "line " + number + ", " + PARAMETER);
            }
        }
        return new Machine(account, instance, fields.get(NAME), fields.get(RequestFields.KEY), parameters);
    }
}
