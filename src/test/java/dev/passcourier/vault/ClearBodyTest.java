package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.vault.LockedSecret.InClear;
import dev.passcourier.vault.VaultException.Code;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClearBodyTest {

    private static final List<List<String>> ZSTACK = List.of(List.of("password"), List.of("consolePassword"));
    private static final List<List<String>> GSE =
            List.of(List.of("Response", "InstanceAccess", "Credentials", "Secret"));

    static Stream<Arguments> bodies() {
        return Stream.of(
                arguments("{\"password\":\"Vnc#Pass1\"}", "Vnc#Pass1"),
                arguments("{\"password\":\"Vnc#Pass1\",\"schema\":{}}", "Vnc#Pass1"),
                arguments("{\"schema\":{\"password\":\"no\"},\"password\":\"Vnc#Pass1\"}", "Vnc#Pass1"),
                arguments("{\"consolePassword\":\"Vnc#Pass1\"}", "Vnc#Pass1"),
                arguments("{\"consolePassword\":\"second\",\"password\":\"first\"}", "first"),
                arguments("{\"password\":null,\"consolePassword\":\"second\"}", "second"),
                arguments(" \r\n{ \"ü\" : [1,{\"a\":\"é€\"},true] , \"password\" : \"x\" } \n", "x"),
                arguments("{\"password\":\"\\\"\\\\\\/ \\u00e4\\u20AC\\ud834\\udd1E\"}", "\"\\/ ä€𝄞"),
                arguments("{\"password\":\"Pässwörd €𝄞\"}", "Pässwörd €𝄞"),
                arguments("{\"p\\u0061ssword\":\"x\"}", "x"),
                arguments("{\"password\":\"******\"}", "******"),
                arguments("{\"password\":\"Vnc#Pass1\\n\"}", "Vnc#Pass1"),
                arguments("{\"password\":\"Vnc#Pass1\\r\\n\\u0000\"}", "Vnc#Pass1"),
                arguments("{\"password\":\"" + "x".repeat(8192) + "\"}", "x".repeat(8192)));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void takesTheSecretFromTheFirstPlaceThatHasOne(String body, String secret) throws Exception {
        assertThat(read(body, ZSTACK)).isEqualTo(secret);
    }

    @Test
    void goesDownToANestedSecret() throws Exception {
        assertThat(read(
                        "{\"Response\":{\"InstanceAccess\":{\"Credentials\":{\"Secret\":\"s\",\"UserName\":\"root\"},"
                                + "\"FleetId\":\"f\"},\"RequestId\":\"r\"}}",
                        GSE))
                .isEqualTo("s");
    }

    @Test
    void keepsTheLinesOfAPrivateKey() throws Exception {
        String escaped = "-----BEGIN RSA PRIVATE KEY-----\\r\\nAAAA\\n-----END RSA PRIVATE KEY-----\\n";
        assertThat(read("{\"password\":\"" + escaped + "\"}", ZSTACK))
                .isEqualTo("-----BEGIN RSA PRIVATE KEY-----\r\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    }

    static Stream<Arguments> nothing() {
        return Stream.of(
                        "{}",
                        "{\"password\":\"\"}",
                        "{\"password\":null}",
                        "{\"password\":17}",
                        "{\"password\":[\"x\"]}",
                        "{\"password\":{\"password\":\"x\"}}",
                        "{\"password\":\"x\",\"password\":\"y\"}",
                        "{\"password\":\"x\"} {}",
                        "{\"password\":\"x\"",
                        "{\"password\":\"x",
                        "{\"password\":\"x\\ud834\"}",
                        "{\"password\":\"\\ud834\\u0041\"}",
                        "{\"password\":\"\\udd1e\"}",
                        "{\"password\":\"\\x41\"}",
                        "{\"password\":\"a\nb\"}",
                        "{\"password\":\"a\\nb\"}",
                        "{\"password\":\"a\\u0000b\"}",
                        "{\"password\":\"a\\u001b[2J\"}",
                        "{\"password\":\"" + "x".repeat(8193) + "\"}",
                        "{'password':'x'}",
                        "{\"a\":" + "[".repeat(40) + "]".repeat(40) + ",\"password\":\"x\"}",
                        "[{\"password\":\"x\"}]",
                        "\"password\"",
                        "\ufeff{\"password\":\"x\"}",
                        "",
                        "<html>")
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("nothing")
    void findsNoSecretInAnythingElse(String body) {
        var failure = failure(body.getBytes(StandardCharsets.UTF_8));
        assertThat(failure.code()).isEqualTo(Code.NO_SECRET);
        assertThat(failure).hasMessage("NO_SECRET").hasNoCause();
    }

    @Test
    void refusesOtherEncodings() {
        for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE")) {
            assertThat(failure("{\"password\":\"x\"}".getBytes(Charset.forName(charset)))
                            .code())
                    .isEqualTo(Code.NO_SECRET);
        }
        assertThat(failure(new byte[] {
                            '{', '"', 'p', 'a', 's', 's', 'w', 'o', 'r', 'd', '"', ':', '"', (byte) 0xFF, '"', '}'
                        })
                        .code())
                .isEqualTo(Code.NO_SECRET);
    }

    @Test
    void saysWhenTheCloudMaskedIt() {
        assertThat(failure("{\"password\":\"*****\"}".getBytes(StandardCharsets.UTF_8))
                        .code())
                .isEqualTo(Code.MASKED);
    }

    @Test
    void wipesTheBodyWhateverHappens() throws Exception {
        for (String text :
                List.of("{\"password\":\"Canary#1\"}", "{\"password\":\"Canary", "{\"password\":\"*****\"}")) {
            var locked = new InClear(text.getBytes(StandardCharsets.UTF_8), ZSTACK);
            try (SecretBytes secret = ClearBody.read(locked)) {
                assertThat(secret.length()).isPositive();
            } catch (VaultException e) {
                // Just as well.
            }
            assertThat(locked.body()).containsOnly(0);
        }
    }

    private static String read(String body, List<List<String>> pointers) throws VaultException {
        try (SecretBytes secret = ClearBody.read(new InClear(body.getBytes(StandardCharsets.UTF_8), pointers))) {
            return new String(secret.borrow(), StandardCharsets.UTF_8);
        }
    }

    private static VaultException failure(byte[] body) {
        return catchThrowableOfType(VaultException.class, () -> ClearBody.read(new InClear(body, ZSTACK)));
    }
}
