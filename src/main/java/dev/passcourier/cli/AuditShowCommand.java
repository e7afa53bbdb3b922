package dev.passcourier.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditSearch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what the trail says about one request. The service may be running. */
@Command(
        name = "show",
        description = {
            "Prints the audit trail's records of one request, in their order.",
            "Each printed record is checked by its own hash; the trail as a whole is checked by  passcourier audit verify."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:printed",
            "1:there is no record of the request, or one of its records was changed",
            "2:wrong usage, or the trail cannot be read"
        },
        footerHeading = "%nExample:%n",
        footer = "  passcourier audit show --config data/sandbox/config --request first")
final class AuditShowCommand implements Callable<Integer> {

    @Mixin
    private DataPlace place = new DataPlace();

    @Option(names = "--request", required = true, paramLabel = "ID", description = "the request")
    private String request = "";

    @Option(
            names = "--archive",
            paramLabel = "DIR",
            description = "look too in this directory, where retention.audit has put older records")
    private @Nullable Path archive;

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<AuditRecord> found = new ArrayList<>();
        try {
            place.demandTrail();
            AuditVerifyCommand.demandArchive(archive);
            String archived = AuditSearch.find(place.trail(), archive, request, found)
                    .map(cut -> ": records 1 to " + cut.last() + " were archived by " + cut.at()
                            + "; name the archive with --archive")
                    .orElse("");
            print(found);
            if (found.isEmpty()) {
                return failed(1, "no record of this request" + archived);
            }
            if (!archived.isEmpty() && !isBegun(found.get(0))) {
                output.talk("its first records are not here" + archived);
            }
            return 0;
        } catch (CommandFailure e) {
            return failed(2, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return failed(2, place.trail() + ": cannot be read (" + e.getClass().getSimpleName() + ")");
        } catch (AuditDamage e) {
            print(found);
            return failed(1, "the trail is damaged, " + e.getMessage() + ": run  passcourier audit verify");
        }
    }

    /** Whether it is the first that a request can have. */
    private static boolean isBegun(AuditRecord first) {
        return switch (first.event().type()) {
            case ASKED, GET, NOT_GOT, NOT_CLEARED -> true;
            default -> false;
        };
    }

    private void print(List<AuditRecord> found) {
        Table table = new Table("record", "time", "type", "facts");
        for (AuditRecord record : found) {
            List<String> facts = facts(record).entrySet().stream()
                    .map(fact -> fact.getKey() + "=" + fact.getValue())
                    .toList();
            table.row(record.sequence(), record.event().at(), record.event().type(), facts);
        }
        output.print(table, () -> json(found));
    }

    /** Without the request itself, which is the same in all rows. */
    private static Map<String, String> facts(AuditRecord record) {
        Map<Fact, String> sorted = new EnumMap<>(Fact.class);
        sorted.putAll(record.event().facts());
        sorted.remove(Fact.REQUEST);
        Map<String, String> named = new LinkedHashMap<>();
        sorted.forEach((fact, value) -> named.put(fact.name().toLowerCase(Locale.ROOT), value));
        return named;
    }

    private static ArrayNode json(List<AuditRecord> found) {
        ArrayNode records = new ObjectMapper().createArrayNode();
        for (AuditRecord record : found) {
            ObjectNode json = records.addObject();
            json.put("record", record.sequence());
            json.put("time", record.event().at().toString());
            json.put("type", record.event().type().name());
            ObjectNode facts = json.putObject("facts");
            facts(record).forEach(facts::put);
        }
        return records;
    }

    private int failed(int code, String why) {
        return output.failed(code, why);
    }
}
