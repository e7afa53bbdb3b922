package dev.passcourier.provider.keystone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBytesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "",
                "q\"b\\s/",
                "\u0000\u0001\b\t\n\u001f\u007f",
                "\u00e9\u4e2d\ud83d\ude00\u2028",
                "\\u0041"
            })
    void writesSecretsThatReadBackTheSame(String secret) throws IOException {
        byte[] json = new JsonBytes().secret(secret.getBytes(UTF_8)).finish();

        assertThat(new ObjectMapper().readTree(json).textValue()).isEqualTo(secret);
    }

    @Test
    void leavesTheSecretToItsOwner() {
        byte[] secret = "canary".getBytes(UTF_8);

        new JsonBytes().secret(secret).finish();

        assertThat(secret).asString(UTF_8).isEqualTo("canary");
    }

    @Test
    void isEmptyAfterwards() {
        JsonBytes json = new JsonBytes().raw("{\"a\":").text("b\"").raw("}");

        assertThat(json.finish()).asString(UTF_8).isEqualTo("{\"a\":\"b\\\"\"}");
        assertThat(json.finish()).isEmpty();
    }
}
