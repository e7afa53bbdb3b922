package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {

    private static final String START = "{'id':'r-1','account':'huawei','instance':'i-1'";
    private static final String WHOLE = START + ",'deliverTo':['ops']";

    @Test
    void readsEveryField() throws RequestException {
        PasswordRequest request = read(WHOLE
                + ",'$schema':'../request.schema.json','parameters':{'fleetId':'f-1'},'key':'k:1'"
                + ",'deadline':'2026-03-01T12:00:00+09:00','requestedBy':'김민수','reason':'a “broken” box'}");

        assertThat(request)
                .isEqualTo(new PasswordRequest(
                        "r-1",
                        "huawei",
                        "i-1",
                        Map.of("fleetId", "f-1"),
                        "k:1",
                        List.of("ops"),
                        Instant.parse("2026-03-01T03:00:00Z"),
                        "김민수",
                        "a “broken” box"));
    }

    @Test
    void readsWhatTheWriterWrites() throws RequestException {
        PasswordRequest request = read(WHOLE + ",'parameters':{'a':'b'},'deadline':'2026-03-01T12:00:00.5Z'}");

        assertThat(RequestReader.read(WorkCodec.toBytes(request))).isEqualTo(request);
    }

    @Test
    void readsARequestBehindAByteOrderMark() throws RequestException {
        assertThat(read("\uFEFF" + WHOLE + "}").id()).isEqualTo("r-1");
    }

    static Stream<Arguments> limits() {
        return Stream.of(
                arguments("id", "x".repeat(128), "x".repeat(129)),
                arguments("id", "a.b_c:d-e", "a/b"),
                arguments("id", "0", ""),
                arguments("id", "0", "-x"),
                arguments("id", "0", ".x"),
                arguments("account", "x".repeat(128), "x".repeat(129)),
                arguments("instance", "x".repeat(128), "x".repeat(129)),
                arguments("instance", "i-1", "i-1\\n"),
                arguments("instance", "i-1", "í"),
                arguments("instance", "i-1", "../i"),
                arguments("key", "x".repeat(128), "x".repeat(129)),
                arguments("requestedBy", "x".repeat(200), "x".repeat(201)),
                arguments("reason", "x".repeat(200), "x".repeat(201)),
                arguments("reason", "x", ""),
                arguments("reason", "tab", "tab\\t"),
                arguments("reason", "é", "\\u0000"),
                arguments("reason", "é", "\\u007f"),
                arguments("reason", "\\ud83d\\ude00", "\\ud83d"),
                arguments("reason", "\\ud83d\\ude00", "\\ude00\\ud83d"),
                arguments("reason", "עברית", "abc\\u202e"),
                arguments("reason", "עברית", "\\u2066abc"),
                arguments("reason", "a\\u202fb", "a\\u202ab"),
                arguments("reason", "a\\u2065b", "a\\u2066b"),
                arguments("reason", "a\\u206ab", "a\\u2069b"),
                arguments("reason", "a\\u061bb", "a\\u200eb"),
                arguments("reason", "a\\u200db", "a\\u200fb"),
                arguments("reason", "x", "a\\u2028b"),
                arguments("reason", "x", "\\u061cb"),
                arguments("deadline", "2026-12-31T23:59:59Z", "2026-12-31T23:59:60Z"),
                arguments("deadline", "2026-12-31T23:59:59.123456789Z", "2026-12-31T23:59:59.1234567890Z"),
                arguments("deadline", "2026-12-31T23:59:59+18:00", "2026-12-31T23:59:59+18:01"),
                arguments("deadline", "2028-02-29T00:00:00Z", "2026-02-29T00:00:00Z"),
                arguments("deadline", "2026-12-31T23:59:59Z", "2026-12-31T23:59Z"),
                arguments("deadline", "2026-12-31T23:59:59Z", "2026-12-31T23:59:59"),
                arguments("deadline", "2026-12-31T23:59:59Z", "PT15M"));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void takesAFieldAtItsLimitAndRefusesItBeyond(String field, String atLimit, String beyond) throws RequestException {
        assertThat(read(with(field, "'" + atLimit + "'"))).isNotNull();
        assertRefused(with(field, "'" + beyond + "'"), RefusalCode.FIELD_INVALID, field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "['a']", "{}", "1.5"})
    void refusesWhatIsNotAText(String value) {
        for (String field : List.of("id", "account", "instance", "key", "deadline", "requestedBy", "reason")) {
            assertRefused(with(field, value), RefusalCode.FIELD_INVALID, field);
        }
    }

    static Stream<Arguments> destinations() {
        return Stream.of(
                arguments("[]", false),
                arguments("['a']", true),
                arguments("'a'", false),
                arguments("['a','a']", false),
                arguments("['a',1]", false),
                arguments("['a',['b']]", false),
                arguments("['mailto:a@b']", false),
                arguments("{'a':'b'}", false),
                arguments(aliases(16), true),
                arguments(aliases(17), false));
    }

    @ParameterizedTest
    @MethodSource("destinations")
    void wantsOneToSixteenDifferentAliases(String deliverTo, boolean good) throws RequestException {
        String json = START + ",'deliverTo':" + deliverTo + "}";
        if (good) {
            assertThat(read(json).deliverTo()).isNotEmpty();
        } else {
            assertRefused(json, RefusalCode.FIELD_INVALID, "deliverTo");
        }
    }

    static Stream<Arguments> parameters() {
        return Stream.of(
                arguments("{}", true),
                arguments("{'a':'b'}", true),
                arguments("{'a b':'c'}", false),
                arguments("{'':'c'}", false),
                arguments("{'a':'b c'}", false),
                arguments("{'a':1}", false),
                arguments("{'a':{'b':'c'}}", false),
                arguments("['a']", false),
                arguments(parameters(16), true),
                arguments(parameters(17), false));
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void wantsParametersToBeIds(String parameters, boolean good) throws RequestException {
        if (good) {
            assertThat(read(with("parameters", parameters))).isNotNull();
        } else {
            assertRefused(with("parameters", parameters), RefusalCode.FIELD_INVALID, "parameters");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "account", "instance", "deliverTo"})
    void namesTheFieldThatIsMissing(String field) {
        String json = (WHOLE + "}")
                .replaceAll("'" + field + "':('[^']*'|\\['ops'\\]),?", "")
                .replace(",}", "}");

        assertRefused(json, RefusalCode.FIELD_MISSING, field);
    }

    @Test
    void refusesARequestThatNamesAnAddress() {
        assertRefused(with("replyTo", "'https://evil.example/'"), RefusalCode.FIELD_UNKNOWN, "field 5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'id':'a','id':'b'}", "{'parameters':{'a':'b','a':'c'}}"})
    void refusesARepeatedField(String json) {
        assertThat(refusal(json).code()).isEqualTo(RefusalCode.DUPLICATE_FIELD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[]", "1", "'id'", "null", "{", "{}{}", "{} x", "{'id':}", "id=1", "{'a':NaN}"})
    void refusesWhatIsNotOneObject(String json) {
        assertThat(refusal(json).code()).isEqualTo(RefusalCode.REQUEST_NOT_JSON);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':x}|REQUEST_NOT_JSON at line 1, column 6",
                "{'id':'a',~ 'id':'b'}|DUPLICATE_FIELD at line 2, column 6",
                "{}~~x|REQUEST_NOT_JSON at line 3, column 1",
                "[]|REQUEST_NOT_JSON"
            })
    void namesThePlaceWhereTheTextIsWrong(String json, String refusal) {
        assertThat(refusal(json.replace('~', '\n'))).hasMessage(refusal);
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        for (byte[] bytes : List.of(
                new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', '}'},
                "{\"id\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1),
                "{}".getBytes(StandardCharsets.UTF_16BE),
                new byte[] {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'})) {
            assertThat(refusal(bytes).code()).isEqualTo(RefusalCode.REQUEST_NOT_JSON);
        }
    }

    static Stream<Arguments> sizes() {
        return Stream.of(
                arguments("whole", pad(RequestReader.MAX_BYTES), pad(RequestReader.MAX_BYTES + 1)),
                arguments("depth", nested(31), nested(32)),
                arguments("string", schema(16 * 1024), schema(16 * 1024 + 1)),
                arguments("name", named(128), named(129)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sizes")
    void refusesWhatIsTooLarge(String what, String atLimit, String beyond) {
        RequestException fine = catchThrowableOfType(RequestException.class, () -> read(atLimit));
        assertThat(fine == null || fine.code() != RefusalCode.REQUEST_TOO_LARGE).isTrue();
        assertThat(refusal(beyond).code()).isEqualTo(RefusalCode.REQUEST_TOO_LARGE);
    }

    @Test
    void refusesALongNumberAndManyTokens() {
        assertThat(refusal("{'n':" + "9".repeat(33) + ",'m':[1,").code()).isNotNull();
        assertThat(refusal("{'a':[" + "1,".repeat(2000) + "1]}").code()).isEqualTo(RefusalCode.REQUEST_TOO_LARGE);
    }

    @Test
    void neverQuotesTheContent() {
        String canary = "CANARY";
        for (String json : List.of(
                "{'" + canary + "':1}",
                "{'id':'" + canary + "/'}",
                "{'id':" + canary + "}",
                "{'" + canary + "':1,'" + canary + "':2}",
                canary,
                with("deadline", "'" + canary + "'"),
                with("parameters", "{'" + canary + " ':'x'}"))) {
            RequestException refused = refusal(json);
            assertThat(refused.getMessage()).doesNotContain(canary);
            assertThat(refused.where()).doesNotContain(canary);
            assertThat(refused).hasNoCause();
        }
    }

    @Test
    void salvagesWhatIsValidByItself() {
        PartialRequest salvaged = RequestReader.salvage(
                bytes("{'id':'r-1','account':'a b','instance':7,'deliverTo':['ops','x y',1],'z':1}"));

        assertThat(salvaged).isEqualTo(new PartialRequest("r-1", "", "", List.of("ops")));
        assertThat(RequestReader.salvage(bytes("{'deliverTo':" + aliases(17) + "}"))
                        .deliverTo())
                .hasSize(16)
                .last()
                .isEqualTo("a15");
        assertThat(RequestReader.salvage(bytes("{'id':'r-1'"))).isEqualTo(PartialRequest.NOTHING);
    }

    @Test
    void everyRefusalTellsWhatToDo() {
        for (RefusalCode code : RefusalCode.values()) {
            assertThat(code.advice()).as(code.name()).matches("[A-Z].{10,}\\.");
        }
    }

    private static String with(String field, String value) {
        String known = "'" + field + "':";
        return WHOLE.contains(known)
                ? (WHOLE + "}").replaceAll(known + "'[^']*'", known + value.replace("\\", "\\\\"))
                : WHOLE + "," + known + value + "}";
    }

    private static String aliases(int count) {
        return IntStream.range(0, count).mapToObj(n -> "'a" + n + "'").collect(Collectors.joining(",", "[", "]"));
    }

    private static String parameters(int count) {
        return IntStream.range(0, count).mapToObj(n -> "'a" + n + "':'b'").collect(Collectors.joining(",", "{", "}"));
    }

    private static String pad(int length) {
        return WHOLE + " ".repeat(length - WHOLE.length() - 1) + "}";
    }

    private static String nested(int arrays) {
        return "{'z':" + "[".repeat(arrays) + "]".repeat(arrays) + "}";
    }

    private static String schema(int length) {
        return with("$schema", "'" + "x".repeat(length) + "'");
    }

    private static String named(int length) {
        return "{'" + "x".repeat(length) + "':1}";
    }

    private static void assertRefused(String json, RefusalCode code, String where) {
        RequestException refused = refusal(json);
        assertThat(refused.code()).as(json).isEqualTo(code);
        assertThat(refused.where()).as(json).isEqualTo(where);
    }

    private static RequestException refusal(String json) {
        return refusal(bytes(json));
    }

    private static RequestException refusal(byte[] json) {
        return catchThrowableOfType(RequestException.class, () -> RequestReader.read(json));
    }

    private static PasswordRequest read(String json) throws RequestException {
        return RequestReader.read(bytes(json));
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
