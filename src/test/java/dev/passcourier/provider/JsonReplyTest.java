package dev.passcourier.provider;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.provider.JsonReply.Presence;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReplyTest {

    @Test
    void readsValuesByPath() {
        JsonReply json = read(
                "{\"a\":{\"s\":\"x\",\"n\":404,\"t\":true,\"d\":1.5,\"z\":null},\"l\":[{\"id\":\"1\"},{\"id\":\"2\"}]}");

        assertThat(json.text("a", "s")).contains("x");
        assertThat(json.text("a", "n")).isEmpty();
        assertThat(json.scalar("a", "n")).contains("404");
        assertThat(json.scalar("a", "t")).contains("true");
        assertThat(json.scalar("a", "d")).contains("1.5");
        assertThat(json.scalar("a", "z")).isEmpty();
        assertThat(json.scalar("a")).isEmpty();
        assertThat(json.number("a", "n")).contains(404L);
        assertThat(json.number("a", "d")).isEmpty();
        assertThat(json.flag("a", "t")).contains(true);
        assertThat(json.flag("a", "s")).isEmpty();
        assertThat(json.items("l"))
                .extracting(item -> item.text("id"))
                .containsExactly(Optional.of("1"), Optional.of("2"));
        assertThat(json.items("a")).isEmpty();
        assertThat(json.names()).containsExactly("a", "l");
        assertThat(json.names("l")).isEmpty();
        assertThat(json.text("no", "such")).isEmpty();
        assertThat(json.isObject()).isTrue();
        assertThat(json.isObject("a")).isTrue();
        assertThat(json.isObject("l")).isFalse();
        assertThat(json.isObject("no")).isFalse();
    }

    @Test
    void takesOnlyShortPlainTextAsCode() {
        JsonReply json = read("{\"a\":\"APIGW.0301\",\"b\":\"two words\",\"c\":\"line\\nbreak\",\"d\":404,\"e\":\"\"}");

        assertThat(json.code("a")).contains("APIGW.0301");
        assertThat(json.code("b")).isEmpty();
        assertThat(json.code("c")).isEmpty();
        assertThat(json.code("d")).contains("404");
        assertThat(json.code("e")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                | ABSENT",
                "{'password':null}                 | BLANK",
                "{'password':''}                   | BLANK",
                "{'password':'  '}                 | BLANK",
                "{'password':'x'}                  | PRESENT",
                "{'x':'y', 'password' : ' canary'} | PRESENT",
                "{'password':{'deep':'x'}}         | PRESENT",
                "{'password':['x']}                | PRESENT",
                "{'password':7}                    | PRESENT",
                "{'password':false}                | PRESENT",
            })
    void tellsWhetherThereIsASecretAndNothingElse(String body, Presence presence) {
        JsonReply json = JsonReply.of(reply(body.replace('\'', '"'), UTF_8), Set.of("password"))
                .orElseThrow();

        assertThat(json.presence("password")).isEqualTo(presence);
        assertThat(read(body.replace('\'', '"')).presence("password")).isEqualTo(presence);
        assertThat(json.scalar("password").orElse("")).isIn("", "hidden");
        assertThat(json.names("password")).isEmpty();
    }

    @Test
    void goesOnReadingAfterASecret() {
        JsonReply json = JsonReply.of(
                        reply(
                                "\ufeff{\"e\":\"\u00e9\",\"deep\":{\"secret\":\"\"},\"secret\":{\"a\":[1,{}]},\"after\":\"x\"}",
                                UTF_8),
                        Set.of("secret"))
                .orElseThrow();

        assertThat(json.text("after")).contains("x");
        assertThat(json.presence("deep", "secret")).isEqualTo(Presence.BLANK);
        assertThat(json.presence("secret")).isEqualTo(Presence.PRESENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "<html>",
                "{",
                "[1",
                "{\"a\":",
                "{\"a\":\"b",
                "{\"a\":1,\"a\":2}",
                "{} {}",
                "{\"a\":tru}",
                "[1e4000000000]",
                "{'a':1}",
                "{\"secret\":\"x",
                "{\"secret\":[",
                "{\"secret\":1,\"secret\":2}",
            })
    void callsEverythingElseUnreadable(String body) {
        assertThat(JsonReply.of(reply(body, UTF_8), Set.of("secret"))).isEmpty();
    }

    @Test
    void refusesOtherEncodingsAndExcess() {
        assertThat(JsonReply.of(reply("{\"a\":\"b\"}", UTF_16LE))).isEmpty();
        assertThat(JsonReply.of(reply("[".repeat(33) + "]".repeat(33), UTF_8))).isEmpty();
        assertThat(JsonReply.of(reply("\"" + "x".repeat(64 * 1024 + 1) + "\"", UTF_8)))
                .isEmpty();
        assertThat(JsonReply.of(reply("1".repeat(33), UTF_8))).isEmpty();
    }

    @Test
    void printsNothing() {
        assertThat(read("{\"password\":\"canary\"}")).hasToString("JsonReply");
    }

    private static JsonReply read(String body) {
        return JsonReply.of(reply(body, UTF_8)).orElseThrow();
    }

    private static HttpReply reply(String body, Charset charset) {
        return new HttpReply(200, Map.of(), body.getBytes(charset));
    }
}
