package dev.passcourier.ledger;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.audit.AuditArchive;
import dev.passcourier.audit.AuditArchive.Due;
import dev.passcourier.audit.AuditCarry;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger keeps of records that are archived, so that it can be made again without them: the rows that never leave it,
 * and those requests that it let go of and whose later records remain. Lines of JSON, packed with gzip: first what was let
 * go of and up to which record, then a line for each row.
 */
public final class LedgerCarry {

    private static final String FORMAT = "passcourier ledger carry";
    private static final int VERSION = 1;
    private static final List<LedgerTable> TABLES =
            List.of(LedgerTable.BATCH, LedgerTable.FINGERPRINT, LedgerTable.MACHINE);

    /** Columns of those tables that hold times. */
    private static final Set<String> TIMES =
            Set.of("planned", "taken_at", "reported_at", "seen_at", "begun_at", "ended_at");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    private final LedgerDatabase database;
    private final String trail;

    LedgerCarry(LedgerDatabase database, String trail) {
        this.database = database;
        this.trail = trail;
    }

    /**
     * Files of the trail that nothing in the ledger rests on.
     *
     * @param files    oldest first
     * @param position up to this record nothing of what they name was in the ledger any more
     */
    public record Free(List<Due> files, long position) {

        /** Copies the list. */
        public Free {
            files = List.copyOf(files);
        }

        /** Number of their last record. */
        public long last() {
            return files.get(files.size() - 1).last();
        }

        /** All requests that they name. */
        private Set<String> requests() {
            Set<String> all = new HashSet<>();
            files.forEach(file -> all.addAll(file.requests()));
            return all;
        }
    }

    /** Those before the first file that names a request or a line of a batch which the ledger still lists. */
    public Free free(List<Due> due) {
        return database.read(sql -> {
            long position = TrailPosition.all(sql).stream()
                    .filter(each -> each.trail().equals(trail))
                    .mapToLong(TrailPosition::sequence)
                    .findFirst()
                    .orElse(0);
            Set<String> requests = new HashSet<>();
            Set<String> batches = new HashSet<>();
            for (Due file : due) {
                requests.addAll(file.requests());
                batches.addAll(file.batches());
            }
            requests.retainAll(listed(
                    sql,
                    requests,
                    "select id from request",
                    "select request from delivery",
                    "select request from batch_line where request is not null"));
            batches.retainAll(listed(sql, batches, "select batch from batch_line"));
            List<Due> free = new ArrayList<>();
            for (Due file : due) {
                if (file.last() > position
                        || file.requests().stream().anyMatch(requests::contains)
                        || file.batches().stream().anyMatch(batches::contains)) {
                    break;
                }
                free.add(file);
            }
            return new Free(free, position);
        });
    }

    /** One pass over a column is faster than to ask for many thousands of names. */
    private static Set<String> listed(Sql sql, Collection<String> names, String... columns) throws SQLException {
        Set<String> listed = new HashSet<>();
        for (String column : columns) {
            sql.each(column, row -> {
                String name = row.getString(1);
                if (names.contains(name)) {
                    listed.add(name);
                }
            });
        }
        return listed;
    }

    /**
     * The requests of files that are free, and of those before them, which later records name, too.
     *
     * @param archive where the files go
     */
    public Spent spent(Free free, AuditArchive archive) throws IOException, AuditDamage {
        Map<String, Long> gone = new HashMap<>();
        Optional<AuditCarry> before = archive.carry();
        if (before.isPresent()) {
            gone.putAll(spent(before.get()).requests());
        }
        free.requests().forEach(request -> gone.put(request, free.position()));
        gone.keySet().retainAll(archive.named(gone.keySet(), free.last()));
        return new Spent(gone);
    }

    /** Writes what must be kept when files are archived. */
    public void write(OutputStream out, Spent spent) throws IOException {
        GZIPOutputStream packing = new GZIPOutputStream(out, 1 << 16);
        try (JsonGenerator json = JSON.createGenerator(packing)) {
            json.setRootValueSeparator(new SerializedString("\n"));
            ObjectNode first = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION);
            new TreeMap<>(spent.requests()).forEach(first.putObject("spent")::put);
            JSON.writeValue(json, first);
            database.read(sql -> {
                for (LedgerTable table : TABLES) {
                    sql.each(table.all(), row -> write(json, table, LedgerTable.row(row)));
                }
                return null;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        packing.finish();
    }

    private static void write(JsonGenerator json, LedgerTable table, Map<String, @Nullable Object> row) {
        ObjectNode line = JSON.createObjectNode().put("table", table.table());
        row.forEach((column, value) -> {
            if (value instanceof Integer number) {
                line.put(column, number);
            } else if (value != null) {
                line.put(column, value.toString());
            }
        });
        try {
            JSON.writeValue(json, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Requests that were no longer in the ledger, some of whose records remain.
     *
     * @param requests and up to which record of the trail each was in the ledger no longer
     */
    public record Spent(Map<String, Long> requests) {

        static final Spent NONE = new Spent(Map.of());

        /** Copies the map. */
        public Spent {
            requests = Map.copyOf(requests);
        }

        /** Whether a record is only of one of them, and so makes no rows. */
        boolean has(AuditRecord record) {
            return !requests.isEmpty()
                    && record.sequence()
                            <= requests.getOrDefault(record.event().facts().getOrDefault(Fact.REQUEST, ""), 0L);
        }
    }

    /** Whose records make no rows. */
    static Spent spent(AuditCarry carry) throws IOException {
        try (InputStream in = new GZIPInputStream(carry.open());
                MappingIterator<JsonNode> lines = reader().readValues(in)) {
            return spent(lines.next());
        }
    }

    private static ObjectReader reader() {
        return JSON.readerFor(JsonNode.class);
    }

    private static Spent spent(JsonNode first) {
        if (!first.path("format").asText().equals(FORMAT)
                || first.path("version").asInt() != VERSION) {
            throw new LedgerException("LEDGER_CARRY_NEWER");
        }
        Map<String, Long> requests = new HashMap<>();
        first.path("spent")
                .properties()
                .forEach(each -> requests.put(each.getKey(), each.getValue().asLong()));
        return new Spent(requests);
    }

    /** Puts the rows into a ledger that has applied nothing of that trail. */
    static void apply(AuditCarry carry, Sql sql) throws IOException, SQLException {
        try (InputStream in = new GZIPInputStream(carry.open());
                MappingIterator<JsonNode> lines = reader().readValues(in)) {
            spent(lines.next());
            while (lines.hasNext()) {
                JsonNode line = lines.next();
                String name = line.path("table").asText();
                Optional<LedgerTable> table = TABLES.stream()
                        .filter(each -> each.table().equals(name))
                        .findFirst();
                if (table.isEmpty()) {
                    throw new LedgerException("LEDGER_CARRY_NEWER");
                }
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                line.properties().forEach(column -> {
                    if (!column.getKey().equals("table")) {
                        row.put(column.getKey(), value(column.getKey(), column.getValue()));
                    }
                });
                sql.update(
                        table.get().insert(row) + " on conflict do nothing",
                        row.values().toArray());
            }
        }
    }

    private static Object value(String column, JsonNode value) {
        if (value.isInt()) {
            return value.asInt();
        }
        return TIMES.contains(column) ? Instant.parse(value.asText()) : value.asText();
    }
}
