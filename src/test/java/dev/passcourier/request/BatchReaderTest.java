package dev.passcourier.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.request.BatchLine.Bad;
import dev.passcourier.request.BatchLine.Good;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchReaderTest {

    private static final String HEADER = "id,account,instance,deliverTo\n";
    private static final String GOOD = "{\"account\":\"a\",\"instance\":\"i\",\"deliverTo\":[\"x\"]}";

    @ParameterizedTest
    @CsvSource({
        "a.json,JSON",
        "A.JSON,JSON",
        "a.ndjson,NDJSON",
        "a.jsonl,NDJSON",
        "a.csv,CSV",
        "a.b.csv,CSV",
        "a.jws,JWS",
        "a.TSV,CSV",
        "a.xml,",
        "csv,"
    })
    void tellsTheFormatByTheEnding(String name, BatchFormat format) {
        assertThat(BatchFormat.of(name).orElse(null)).isEqualTo(format);
    }

    @Test
    void readsCsvWithEveryColumn() throws RequestException {
        List<BatchLine> lines =
                csv("\uFEFFreason,account,instance,deliverTo,parameters.fleetId,key,deadline,requestedBy,id\r\n"
                        + "\"broken, \"\"again\"\"\",a,i-1,x y;z,f-1,k,2026-03-01T00:00:00Z,me,r-1\r\n"
                        + "\r\n"
                        + ",a,i-2,x,,,,,\r\n");

        assertThat(lines)
                .containsExactly(
                        new Good(
                                2,
                                new PasswordRequest(
                                        "r-1",
                                        "a",
                                        "i-1",
                                        Map.of("fleetId", "f-1"),
                                        "k",
                                        List.of("x", "y", "z"),
                                        Instant.parse("2026-03-01T00:00:00Z"),
                                        "me",
                                        "broken, \"again\""),
                                0),
                        new Good(
                                4,
                                new PasswordRequest(
                                        "line-4", "a", "i-2", Map.of(), null, List.of("x"), null, null, null),
                                0));
    }

    @Test
    void aBadCsvLineNeverStopsItsNeighbours() throws RequestException {
        List<BatchLine> lines = csv(HEADER
                + "r1,a,i,x\n"
                + "r2,a,i\n"
                + "r3,a,i,x,more\n"
                + "r4,a,\"i,x\n"
                + "r5,a,\"i\"i,x\n"
                + "r6,a,../i,x\n"
                + "r7,,i,x\n"
                + "r8,a,i,x " + " ".repeat(BatchReader.MAX_LINE_BYTES) + "\n"
                + "r9,a,i,x");

        assertThat(lines)
                .filteredOn(Good.class::isInstance)
                .extracting(BatchLine::line)
                .containsExactly(2, 10);
        assertThat(lines)
                .filteredOn(Bad.class::isInstance)
                .extracting(line -> line.line() + " " + ((Bad) line).code() + " at " + ((Bad) line).where())
                .containsExactly(
                        "3 FIELD_MISSING at deliverTo, column 4",
                        "4 BATCH_COLUMNS at column 5",
                        "5 BATCH_COLUMNS at ",
                        "6 BATCH_COLUMNS at ",
                        "7 FIELD_INVALID at instance, column 3",
                        "8 FIELD_MISSING at account, column 2",
                        "9 BATCH_LINE_TOO_LONG at ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r1,a,i,x",
                "id,account,instance",
                "account,instance,deliverTo,account",
                "account,instance,deliverTo,password",
                "account,instance,deliverTo,parameters.",
                "account,instance,deliverTo,parameters.a b",
                "account|instance|deliverTo"
            })
    void wantsAHeaderOfKnownColumns(String header) {
        assertThat(refusal(header + "\na,i,x\n", BatchFormat.CSV).code()).isEqualTo(RefusalCode.BATCH_HEADER);
    }

    @Test
    void namesTheColumnOfTheHeaderThatIsWrong() {
        assertThat(refusal("account,password,instance\n", BatchFormat.CSV))
                .hasMessage("BATCH_HEADER at line 1, column 2");
        assertThat(refusal("account,instance\n", BatchFormat.CSV)).hasMessage("BATCH_HEADER at deliverTo");
        assertThat(refusal("acount,instance,deliverTo\n", BatchFormat.CSV).says())
                .endsWith("did you mean 'account'?");
    }

    @Test
    void looksIntoAHeaderUpToTheLongestLineOnly() {
        String longest = "x".repeat(BatchReader.MAX_LINE_BYTES);

        assertThat(refusal(longest + "\na,i,x\n", BatchFormat.CSV)).hasMessage("BATCH_HEADER at line 1, column 1");
        assertThat(refusal(longest + "x\na,i,x\n", BatchFormat.CSV)).hasMessage("BATCH_HEADER at account");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é"})
    void takesALineAtItsLimitOfBytesAndRefusesItBeyond(String character) throws RequestException {
        int width = character.getBytes(StandardCharsets.UTF_8).length;
        String start = GOOD.substring(0, GOOD.length() - 1) + ",\"$schema\":\"";
        int room = BatchReader.MAX_LINE_BYTES - start.length() - 2;
        String fill = character.repeat(room / width) + "x".repeat(room % width);

        assertThat(read(start + fill + "\"}", BatchFormat.NDJSON))
                .singleElement()
                .isInstanceOf(Good.class);
        assertThat(read(start + fill + "x\"}", BatchFormat.NDJSON))
                .containsExactly(new Bad(1, RefusalCode.BATCH_LINE_TOO_LONG, "", ""));
    }

    @Test
    void handsSignedLinesOnAsTheyAreAndRefusesOthers() throws RequestException {
        String longest = "eyJ" + "a".repeat(BatchReader.MAX_LINE_BYTES - 3);
        List<BatchLine> lines = read("eyJ.a.b\n\n" + GOOD + "\n " + longest + " \n" + longest + "a\n", BatchFormat.JWS);

        assertThat(lines).extracting(BatchLine::line).containsExactly(1, 3, 4, 5);
        assertThat(lines)
                .filteredOn(BatchLine.Signed.class::isInstance)
                .extracting(line -> new String(((BatchLine.Signed) line).compact(), StandardCharsets.UTF_8))
                .containsExactly("eyJ.a.b", longest);
        assertThat(lines)
                .filteredOn(Bad.class::isInstance)
                .containsExactly(
                        new Bad(3, RefusalCode.SIGNATURE_MISSING, "", ""),
                        new Bad(5, RefusalCode.BATCH_LINE_TOO_LONG, "", ""));
    }

    @Test
    void saysWhichLineWasTheFirstToHaveTheId() throws RequestException {
        String same = GOOD.replace("{", "{\"id\":\"r-1\",") + "\n";
        assertThat(read(same + "{}\n" + same + same + GOOD, BatchFormat.NDJSON))
                .extracting(BatchLine::repeats)
                .containsExactly(0, 0, 1, 1, 0);

        String claims =
                "." + Base64.getUrlEncoder().withoutPadding().encodeToString("{\"jti\":\"r-1\"}".getBytes(UTF_8));
        assertThat(read("eyJ" + claims + ".a\neyJ.a.b\neyJ" + claims + ".c\n", BatchFormat.JWS))
                .as("what a signed line claims, before its signature is checked")
                .extracting(BatchLine::repeats)
                .containsExactly(0, 0, 1);
    }

    @Test
    void takesTenThousandSignedLinesAndNoMore() throws RequestException {
        String most = "eyJ\n".repeat(BatchReader.MAX_LIST);

        assertThat(read(most, BatchFormat.JWS)).hasSize(BatchReader.MAX_LIST);
        assertThat(refusal(most + "eyJ", BatchFormat.JWS).code()).isEqualTo(RefusalCode.BATCH_TOO_LARGE);
    }

    @Test
    void aBadNdjsonLineNeverStopsItsNeighbours() throws RequestException {
        List<BatchLine> lines = read(
                GOOD + "\n{\n\n" + GOOD + GOOD + "\r\n{\"account\":\"a\",\"account\":\"b\"}\n" + GOOD,
                BatchFormat.NDJSON);

        assertThat(lines)
                .filteredOn(Good.class::isInstance)
                .extracting(BatchLine::line)
                .containsExactly(1, 6);
        assertThat(lines)
                .filteredOn(Bad.class::isInstance)
                .extracting(line -> line.line() + " " + ((Bad) line).code())
                .containsExactly("2 REQUEST_NOT_JSON", "4 REQUEST_NOT_JSON", "5 DUPLICATE_FIELD");
    }

    @Test
    void aBadElementNeverStopsItsNeighbours() throws RequestException {
        String large = "{\"reason\":\"" + "x".repeat(BatchReader.MAX_LINE_BYTES) + "\"}";
        List<BatchLine> lines = read(
                "[" + GOOD + ", {\"id\":1,\"id\":2},\n \"x\", 17, [" + GOOD + "], " + large + ", " + GOOD + " ]\n",
                BatchFormat.JSON);

        assertThat(lines)
                .extracting(line ->
                        line.line() + " " + (line instanceof Bad bad ? bad.code() + " at " + bad.where() : "good"))
                .containsExactly(
                        "1 good",
                        "2 DUPLICATE_FIELD at line 1, column 13",
                        "3 REQUEST_NOT_JSON at ",
                        "4 REQUEST_NOT_JSON at ",
                        "5 REQUEST_NOT_JSON at ",
                        "6 BATCH_LINE_TOO_LONG at ",
                        "7 good");
    }

    @Test
    void readsASingleObjectOverManyLines() throws RequestException {
        List<BatchLine> lines = read(GOOD.replace(",", ",\n  "), BatchFormat.JSON);

        assertThat(lines).singleElement().isInstanceOf(Good.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[{]", "{}x", "[]]", "17", "\"x\"", "[{},]", "id,account"})
    void refusesAFileThatIsNotJson(String text) {
        assertThat(refusal(text, BatchFormat.JSON).code()).isEqualTo(RefusalCode.BATCH_NOT_JSON);
    }

    @ParameterizedTest
    @EnumSource
    void refusesAFileWithoutRequests(BatchFormat format) {
        String text =
                switch (format) {
                    case JSON -> "[ ]";
                    case NDJSON -> "\n \n";
                    case CSV -> HEADER;
                    case JWS -> "\n";
                };
        assertThat(refusal(text, format).code()).isEqualTo(RefusalCode.BATCH_EMPTY);
    }

    @ParameterizedTest
    @EnumSource
    void refusesAFileThatIsNotUtf8(BatchFormat format) {
        byte[] latin = (HEADER + "é").getBytes(StandardCharsets.ISO_8859_1);

        RequestException refused =
                catchThrowableOfType(RequestException.class, () -> BatchReader.read(latin, format, n -> "x"));

        assertThat(refused.code()).isEqualTo(RefusalCode.BATCH_NOT_UTF8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "NDJSON|{'defaults':{'account':'a','deliverTo':['x']}}\\n"
                        + "{'instance':'i'}\\n"
                        + "{'instance':'j','account':'b'}",
                "JSON|{'defaults':{'account':'a','deliverTo':['x']},'requests':[{'instance':'i'},{'account':'b','instance':'j'}]}",
                "JSON|{'requests':[{'instance':'i'},{'account':'b','instance':'j'}],'defaults':{'account':'a','deliverTo':['x']}}"
            })
    void readsWhatTheHeadOfABatchSaysForAll(BatchFormat format, String text) throws RequestException {
        assertThat(read(text.replace('\'', '"').replace("\\n", "\n"), format))
                .extracting(line -> ((Good) line).request())
                .extracting(request -> request.account() + " " + request.instance() + " " + request.deliverTo())
                .containsExactly("a i [x]", "b j [x]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'defaults':1,'requests':[{'instance':'i'}]}",
                "{'defaults':{'instance':'j'},'requests':[{'instance':'i'}]}",
                "{'defaults':{'acount':'j'},'requests':[{'instance':'i'}]}",
                "{'defaults':{'deadline':'soon'},'requests':[{'instance':'i'}]}",
                "{'requests':[{'instance':'i'}],'count':1}"
            })
    void refusesABatchWhoseDefaultsAreNone(String text) {
        assertThat(refusal(text.replace('\'', '"'), BatchFormat.JSON).code()).isEqualTo(RefusalCode.BATCH_DEFAULTS);
    }

    @Test
    void fillsParametersInByTheirNames() throws RequestException {
        assertThat(read(
                        "{\"defaults\":{\"account\":\"a\",\"deliverTo\":[\"x\"],\"parameters\":{\"f\":\"1\",\"g\":\"2\"}}}\n"
                                + "{\"instance\":\"i\",\"parameters\":{\"g\":\"3\"}}",
                        BatchFormat.NDJSON))
                .extracting(line -> ((Good) line).request().parameters())
                .containsExactly(Map.of("f", "1", "g", "3"));
    }

    @Test
    void takesAsManyLinesAsAListMayHaveAndNoMore() throws RequestException {
        String most = (GOOD + "\n").repeat(BatchReader.MAX_LIST);

        assertThat(read(most, BatchFormat.NDJSON)).hasSize(BatchReader.MAX_LIST);
        assertThat(refusal(most + GOOD, BatchFormat.NDJSON).code()).isEqualTo(RefusalCode.BATCH_TOO_LARGE);
    }

    @Test
    void takesAsManyLinesAsABatchMayHaveAndNoMore() throws RequestException {
        byte[] most = (GOOD + "\n").repeat(BatchReader.MAX_LINES).getBytes(StandardCharsets.UTF_8);
        AtomicInteger lines = new AtomicInteger();

        BatchReader.each(
                most, BatchFormat.NDJSON, BatchDefaults.NONE, line -> "line-" + line, line -> lines.incrementAndGet());
        assertThat(lines).hasValue(BatchReader.MAX_LINES);
        byte[] more = (new String(most, StandardCharsets.UTF_8) + GOOD).getBytes(StandardCharsets.UTF_8);
        assertThat(catchThrowableOfType(
                                RequestException.class,
                                () -> BatchReader.each(
                                        more, BatchFormat.NDJSON, BatchDefaults.NONE, line -> "l", line -> {}))
                        .code())
                .isEqualTo(RefusalCode.BATCH_TOO_LARGE);
    }

    @Test
    void takesAFileOfTheLargestSizeAndNoMore() throws RequestException {
        String most = GOOD + " ".repeat(BatchReader.MAX_BYTES - GOOD.length());

        assertThat(read(most, BatchFormat.JSON)).hasSize(1);
        assertThat(refusal(most + " ", BatchFormat.JSON).code()).isEqualTo(RefusalCode.BATCH_TOO_LARGE);
    }

    private static List<BatchLine> csv(String text) throws RequestException {
        return read(text, BatchFormat.CSV);
    }

    private static List<BatchLine> read(String text, BatchFormat format) throws RequestException {
        return BatchReader.read(text.getBytes(StandardCharsets.UTF_8), format, line -> "line-" + line);
    }

    private static RequestException refusal(String text, BatchFormat format) {
        return catchThrowableOfType(RequestException.class, () -> read(text, format));
    }
}
