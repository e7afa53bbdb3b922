package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonStringsTest {

    @Test
    void undoesEveryEscapeThereIs() throws Exception {
        assertThat(found("{\"a\":\"\\b\\f\\n\\r\\t\\\"\\\\\\/\\u0041\"}", "a")).isEqualTo("\b\f\n\r\t\"\\/A");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff, 0x1d11e})
    void writesEscapedCharactersInUtf8(int codePoint) throws Exception {
        String character = Character.toString(codePoint);
        String escaped = character
                .chars()
                .mapToObj(unit -> String.format("\\u%04X", unit))
                .reduce("", String::concat);

        assertThat(found("{\"a\":\"" + escaped + "\"}", "a")).isEqualTo(character);
        assertThat(found("{\"a\":\"" + escaped.toLowerCase(java.util.Locale.ROOT) + "\"}", "a"))
                .isEqualTo(character);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":\"x\"}                         | a   | x",
                "{\"a\":{\"b\":\"x\"},\"b\":\"y\"}     | a.b | x",
                "{\"b\":\"y\",\"a\":{\"c\":1,\"b\":\"x\"}} | a.b | x",
                "{\"a\":{\"c\":\"x\"},\"b\":\"y\"}     | a.b |",
                "{\"a\":null}                          | a   |",
                "{\"a\":null}                          | a.b |",
                "{\"c\":[{\"a\":\"y\"}]}               | a   |",
                "{}                                    | a   |"
            })
    void findsTheStringOnItsWay(String json, String way, @Nullable String expected) throws Exception {
        assertThat(found(json, way.split("\\."))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[\"a\"]",
                "\"a\"",
                "{\"a\":1}",
                "{\"a\":[]}",
                "{\"a\":{}}",
                "{\"a\":\"x\",\"a\":\"y\"}",
                "{\"a\":\"x\"} 1",
                "{\"a\":\"x\"",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\\ud800x\"}",
                "{\"a\":\"\\ud800\\n1234\"}",
                "{\"a\":\"\\ud800\\u0041\"}",
                "{\"a\":\"\\udc00\\ud800\"}",
                "\ufeff{\"a\":\"x\"}",
                "{\"a\":\"x\"}\u0000"
            })
    void refusesWhatIsNoJsonOrNoString(String json) {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> found(json, "a"));
    }

    @Test
    void refusesOtherEncodings() {
        String json = "{\"a\":\"x\"}";

        for (var charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16)) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> JsonStrings.find(json.getBytes(charset), List.of("a")));
        }
    }

    private static @Nullable String found(String json, String... way) throws IOException {
        Optional<SecretBytes> found = JsonStrings.find(json.getBytes(StandardCharsets.UTF_8), List.of(way));
        try (SecretBytes string = found.orElse(null)) {
            return string == null ? null : new String(string.borrow(), StandardCharsets.UTF_8);
        }
    }
}
