package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsCsvTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00.123Z");

    @Test
    void writesOneRowALine() {
        LineResult delivered = new LineResult(
                1,
                "r1",
                "acc",
                "i-1",
                Verdict.DELIVERED,
                null,
                NOON,
                NOON.plusSeconds(2),
                3,
                List.of(delivery("hook", DeliveryState.FAILED), delivery("mail", DeliveryState.DELIVERED)),
                null);
        LineResult unread = new LineResult(2, null, null, null, Verdict.REFUSED, "BAD", null, NOON, 0, List.of(), null);
        LineResult refused = new LineResult(
                3,
                "r3",
                "acc",
                "i-3",
                Verdict.REFUSED,
                "NOT_ALLOWED",
                null,
                NOON,
                0,
                List.of(),
                "rule any: its users do not fit, as only requests from a queue have a user");
        assertThat(new ResultsCsv(ZoneOffset.UTC).of(List.of(delivered, unread, refused)))
                .isEqualTo(
                        "line,id,account,instance,verdict,code,accepted_at,ended_at,attempts,destinations,advice,deliveries\r\n"
                                + "1,r1,acc,i-1,DELIVERED,,2026-11-01T12:00:00Z,2026-11-01T12:00:02Z,3,"
                                + "hook:FAILED mail:DELIVERED,,hook:d mail:d\r\n"
                                + "2,,,,REFUSED,BAD,,2026-11-01T12:00:00Z,0,,"
                                + "\"Correct the request as the code says, then send it with a new id.\",\r\n"
                                + "3,r3,acc,i-3,REFUSED,NOT_ALLOWED,,2026-11-01T12:00:00Z,0,,\"Ask the service's operator for a policy"
                                + " rule that grants this source the account and destinations; bin/passcourier policy explain says"
                                + " what each rule says to a request. Nearest is rule any: its users do not fit, as only requests"
                                + " from a queue have a user.\",\r\n");
    }

    @Test
    void writesTimesWithTheOffsetOfTheZone() {
        assertThat(new ResultsCsv(ZoneId.of("Europe/Berlin")).of(List.of(line("r1"))))
                .contains("2026-11-01T13:00:00+01:00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"})
    void letsNoCellBeAFormula(String value) {
        assertThat(readBack(value)).isEqualTo("'" + value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b", "a\"b", "a\nb", "a=1", "'x", " x ", ""})
    void keepsEveryOtherValueAsItIs(String value) {
        assertThat(readBack(value)).isEqualTo(value);
    }

    private static String readBack(String value) {
        String csv = new ResultsCsv(ZoneOffset.UTC).of(List.of(line(value)));
        List<CsvRecord> rows = CsvReader.builder().ofCsvRecord(csv).stream().toList();
        assertThat(rows).hasSize(2);
        return rows.get(1).getField(3);
    }

    private static LineResult line(String instance) {
        return new LineResult(1, "r1", "acc", instance, Verdict.DELIVERED, null, NOON, NOON, 1, List.of(), null);
    }

    private static DeliveryRow delivery(String alias, DeliveryState state) {
        return new DeliveryRow("r1", alias, "d", state, null, 1, NOON);
    }
}
