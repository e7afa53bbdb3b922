package dev.passcourier.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.LineResult;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The lines of a batch as one JSON object each: ids, verdicts, codes and times, never a password. Times are in UTC. */
final class ResultsNdjson {

    private ResultsNdjson() {}

    static void write(Writer out, BatchLines lines) throws IOException {
        lines.each(line -> out.write(object(line) + "\n"));
    }

    private static ObjectNode object(LineResult line) {
        ObjectNode object = JsonNodeFactory.instance
                .objectNode()
                .put("line", line.line())
                .put("id", line.request())
                .put("account", line.account())
                .put("instance", line.instance())
                .put("verdict", line.verdict() == null ? null : line.verdict().name())
                .put("code", line.code())
                .put("acceptedAt", time(line.acceptedAt()))
                .put("endedAt", time(line.endedAt()))
                .put("attempts", line.attempts());
        ArrayNode destinations = object.putArray("destinations");
        for (DeliveryRow delivery : line.deliveries()) {
            destinations
                    .addObject()
                    .put("alias", delivery.alias())
                    .put("state", delivery.state().name())
                    .put("code", delivery.code())
                    .put("deliveryId", delivery.deliveryId())
                    .put("endedAt", time(delivery.endedAt()));
        }
        return object.put("advice", ReportPage.advice(line));
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
