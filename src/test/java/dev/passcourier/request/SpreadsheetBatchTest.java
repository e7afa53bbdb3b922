package dev.passcourier.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.request.BatchLine.Bad;
import dev.passcourier.request.BatchLine.Good;
import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches as spreadsheets, editors and serializers write them. */
class SpreadsheetBatchTest {

    private static final String OBJECT = "{\"account\":\"a\",\"instance\":\"i-1\",\"deliverTo\":[\"x\"]}";

    /** Each is the request of i-1 and nothing else. */
    static Stream<String> theSameRequest() {
        return Stream.of(
                "account,instance,deliverTo\na,i-1,x\n",
                // missing last cells and their commas
                "account,instance,deliverTo,key,reason\na,i-1,x\n",
                "account,instance,deliverTo,key,reason\na,i-1,x,,\n",
                "account,instance,deliverTo,,\na,i-1,x\n",
                // rows without content, before, between and at the end
                ",,\n\naccount,instance,deliverTo\n,,\na,i-1,x\n , \u00a0,\t\n\"\",,\"\"\n,,,,,,\n",
                // cells of the header row
                " account , Instance,DELIVERTO\na,i-1,x\n",
                "\u00a0account\u00a0,Deliver To,in_stance\na,x,i-1\n",
                "\uFEFFaccount,instance,deliver-to\na,i-1,x\n",
                "\uFEFF\uFEFF\"account\",\"instance\",\"deliverTo\"\n\"a\",\"i-1\",\"x\"\n",
                "account,\u3000instance,\u200BdeliverTo\na,i-1,x\n",
                "account,,instance,deliverTo\na,,i-1,x\n",
                // what inventories and people call columns
                "cloud,server_id,destination\na,i-1,x\n",
                "Cloud Account;UUID;Deliver To\na;i-1;x\n",
                "vm,destinations,account_name\ni-1,x,a\n",
                "Server\tTo\tAccount\ni-1\tx\ta\n",
                "instance_id,account,deliver_to\ni-1,a,x\n",
                // separators
                "account;instance;deliverTo\na;i-1;x\n",
                "account\tinstance\tdeliverTo\na\ti-1\tx\n",
                "sep=;\naccount;instance;deliverTo\na;i-1;x\n",
                "\"sep=,\"\r\naccount,instance,deliverTo\r\na,i-1,x\r\n",
                "account;instance;deliverTo;reason\na;i-1;x;\n",
                // cells
                "account,instance,deliverTo\n a , i-1\u00a0,\u00a0x \n",
                "account;instance;deliverTo\na;i-1;\"x;\"\n",
                "account,instance,deliverTo\na,i-1,\" x ,\"\n",
                // line ends
                "account,instance,deliverTo\ra,i-1,x\r",
                "account,instance,deliverTo\na,i-1,x",
                "account,instance,deliverTo\r\n\r\na,i-1,x\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("theSameRequest")
    void readsWhatSpreadsheetsWrite(String text) throws RequestException {
        assertThat(read(text, BatchFormat.CSV)).singleElement().satisfies(line -> {
            assertThat(line).isInstanceOf(Good.class);
            PasswordRequest request = ((Good) line).request();
            assertThat(List.of(request.account(), request.instance(), request.deliverTo()))
                    .hasToString("[a, i-1, [x]]");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"x y", "x,y", "x; y", "x\u00a0y", " x ;y; "})
    void takesDestinationsHoweverTheyAreSeparated(String cell) throws RequestException {
        List<BatchLine> lines = read("account,instance,deliverTo\na,i-1,\"" + cell + "\"\n", BatchFormat.CSV);

        assertThat(((Good) lines.get(0)).request().deliverTo()).containsExactly("x", "y");
    }

    @Test
    void takesNoLastRowForWholeThatMayHaveBeenCut() throws RequestException {
        List<BatchLine> lines = read("account,instance,deliverTo,key\na,i-1,x\na,i-2,x", BatchFormat.CSV);

        assertThat(lines.get(0)).isInstanceOf(Good.class);
        assertThat(lines.get(1))
                .isEqualTo(new Bad(
                        3,
                        RefusalCode.BATCH_COLUMNS,
                        "column 4",
                        "the file ends here, in a row without a line end that has 3 of 4 cells"));
    }

    static Stream<Arguments> headersThatCannotBeRead() {
        return Stream.of(
                Arguments.of("account,instnace,deliverTo", "line 1, column 2", "'instnace'"),
                Arguments.of("\n,,\naccount, \u00a0instance!,deliverTo", "line 3, column 2", "' \\u00A0instance!'"),
                Arguments.of("account,instance,deliverTo,Account ", "line 1, column 4", "'Account '"),
                Arguments.of("account:instance:deliverTo", "line 1, column 1", "'account:instance:deliverTo'"),
                Arguments.of("account,instance", "deliverTo", "'account', 'instance'"),
                Arguments.of("vm,account,server_id,to", "line 1, column 3", "'server_id', which is named before"),
                Arguments.of("acount,instance,deliverTo", "line 1, column 1", "'acount'"),
                Arguments.of("서버,instance,deliverTo", "line 1, column 1", "'서버'"),
                Arguments.of("a\u202Eb,instance,deliverTo", "line 1, column 1", "'a\\u202Eb'"));
    }

    @ParameterizedTest
    @MethodSource("headersThatCannotBeRead")
    void showsTheCellOfTheHeaderRowAsItWasRead(String header, String where, String shown) {
        RequestException refused = refusal(header + "\na,i-1,x\n", BatchFormat.CSV);

        assertThat(refused.code()).isEqualTo(RefusalCode.BATCH_HEADER);
        assertThat(refused.where()).isEqualTo(where);
        assertThat(refused.says()).startsWith("read " + shown);
        assertThat(refused.getMessage()).doesNotContain(shown);
    }

    @Test
    void namesTheCharacterThatNoNameHolds() throws RequestException {
        Bad bad = (Bad) read("account,instance,deliverTo\na,i 12 (web),x\n", BatchFormat.CSV)
                .get(0);

        assertThat(bad.where()).isEqualTo("instance, column 2");
        assertThat(bad.says()).startsWith("its character 2 is ' '; expected letters, digits");
    }

    static Stream<Arguments> brokenJson() {
        return Stream.of(
                Arguments.of("[" + OBJECT + ",\n]", "line 1, column 52", "no comma"),
                Arguments.of("[\n{\"account\":\"a\",\n}]", "line 2, column 15", "no comma"),
                Arguments.of("[\n  // note\n" + OBJECT + "]", "line 2, column 3", "no comments"),
                Arguments.of("# note\n[" + OBJECT + "]", "line 1, column 1", "no comments"),
                Arguments.of("[" + OBJECT + " /* note */]", "line 1, column 53", "no comments"),
                Arguments.of("[{'account':'a'}]", "line 1, column 3", "straight double quotes"),
                Arguments.of("[{\u201Caccount\u201D:1}]", "line 1, column 3", "straight double quotes"),
                Arguments.of("[" + OBJECT + "\n" + OBJECT + "]", "line 2, column 1", "comma or colon is missing"),
                Arguments.of("[{\"account\":\"a\nb\"}]", "line 1, column 15", "no line break"),
                Arguments.of("[{\"account\":a}]", "line 1, column 13", "does not allow 'a'"),
                Arguments.of("[" + OBJECT + ",\n", "line 2, column 1", "ends before"));
    }

    @ParameterizedTest
    @MethodSource("brokenJson")
    void saysWhereJsonIsBrokenAndWhatIsNotAllowed(String text, String where, String says) {
        RequestException refused = refusal(text, BatchFormat.JSON);

        assertThat(refused).hasMessage("BATCH_NOT_JSON at " + where);
        assertThat(refused.says()).contains(says);
    }

    @Test
    void saysWhereALineOfNdjsonIsBroken() throws RequestException {
        Bad bad = (Bad)
                read(OBJECT + "\n{\"account\":\"a\",}\n", BatchFormat.NDJSON).get(1);

        assertThat(bad)
                .isEqualTo(new Bad(
                        2,
                        RefusalCode.REQUEST_NOT_JSON,
                        "column 15",
                        "no comma may stand before a closing bracket in JSON"));
    }

    @Test
    void refusesBytesOfAnotherEncodingAndSaysHowToSaveTheFile() {
        byte[] korean = "account,instance,deliverTo,reason\na,i-1,x,서버\n".getBytes(Charset.forName("MS949"));

        RequestException refused = catchThrowableOfType(
                RequestException.class, () -> BatchReader.read(korean, BatchFormat.CSV, line -> "line"));

        assertThat(refused).hasMessage("BATCH_NOT_UTF8 at line 2, column 9");
        assertThat(refused.says()).contains("CP949");
        assertThat(refused.code().advice()).contains("CSV UTF-8", "iconv -f CP949");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "x-UTF-16LE-BOM", "UTF-32"})
    void readsWhatExcelCallsUnicodeText(String charset) throws RequestException {
        String text = "account\tinstance\tdeliverTo\treason\r\na\ti-1\tx\t서버\r\n";
        if (charset.equals("UTF-32")) {
            text = "\uFEFF" + text;
        }
        byte[] bytes = text.getBytes(Charset.forName(charset));

        assertThat(BatchFormat.of("list.txt", bytes)).contains(BatchFormat.CSV);
        assertThat(BatchReader.looksFinished(bytes, BatchFormat.CSV)).isTrue();
        assertThat(BatchReader.read(bytes, BatchFormat.CSV, line -> "line-" + line))
                .singleElement()
                .satisfies(line -> assertThat(((Good) line).request().reason()).isEqualTo("서버"));
    }

    @Test
    void saysThatAFileIsASpreadsheetsOwn() {
        byte[] packed = {'P', 'K', 3, 4, (byte) 0x80, 1};

        RequestException refused = catchThrowableOfType(
                RequestException.class, () -> BatchReader.read(packed, BatchFormat.CSV, line -> "line"));

        assertThat(refused.says()).contains("spreadsheet program's own file");
    }

    static Stream<Arguments> contents() {
        return Stream.of(
                Arguments.of("list.txt", "account;instance;deliverTo\na;i;x\n", BatchFormat.CSV),
                Arguments.of("list", "\uFEFFAccount\tInstance\tDeliverTo\n", BatchFormat.CSV),
                Arguments.of("list.tsv", "nothing of ours", BatchFormat.CSV),
                Arguments.of("list.json", OBJECT + "\n" + OBJECT + "\n", BatchFormat.NDJSON),
                Arguments.of("list.json", OBJECT, BatchFormat.JSON),
                Arguments.of("list.json", "[" + OBJECT + ",]", BatchFormat.JSON),
                Arguments.of("list.ndjson", "[" + OBJECT + "]", BatchFormat.JSON),
                Arguments.of("list.ndjson", OBJECT, BatchFormat.NDJSON),
                Arguments.of("list.ndjson", "[broken\n" + OBJECT + "\n", BatchFormat.NDJSON),
                Arguments.of("list.csv", "[" + OBJECT + "]", BatchFormat.JSON),
                Arguments.of("list.txt", "[" + OBJECT + "]", BatchFormat.JSON),
                Arguments.of("list.jws", OBJECT, BatchFormat.JWS),
                Arguments.of("list.txt", "dear all\nplease\n", null),
                Arguments.of("list.txt", "{\\rtf1 dear all}", null),
                Arguments.of("list.txt", "", null),
                Arguments.of("list.txt", "eyJhbGciOiJFUzI1NiJ9.e30.x\n", null));
    }

    @ParameterizedTest
    @MethodSource("contents")
    void tellsTheFormatByTheContentFirst(String name, String text, BatchFormat format) {
        assertThat(BatchFormat.of(name, text.getBytes(UTF_8)).orElse(null)).isEqualTo(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"account,instance,deliverTo\ra,i,x\r", "account,instance,deliverTo\r\na,i,x\r\n"})
    void aLineEndOfAnySystemFinishesAFile(String text) {
        assertThat(BatchReader.looksFinished(text.getBytes(UTF_8), BatchFormat.CSV))
                .isTrue();
        assertThat(BatchReader.looksFinished(text.strip().getBytes(UTF_8), BatchFormat.CSV))
                .isFalse();
    }

    private static List<BatchLine> read(String text, BatchFormat format) throws RequestException {
        return BatchReader.read(text.getBytes(UTF_8), format, line -> "line-" + line);
    }

    private static RequestException refusal(String text, BatchFormat format) {
        return catchThrowableOfType(RequestException.class, () -> read(text, format));
    }
}
