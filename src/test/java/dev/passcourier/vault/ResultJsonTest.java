package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResultJsonTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Every character that ASCII has, the controls among them, and some of two, three and four bytes. */
    private static final String EVERYTHING =
            IntStream.range(0, 128).mapToObj(Character::toString).collect(Collectors.joining()) + "ä€𝄞";

    @Test
    void saysInPlainJsonWhatAResultIs() {
        assertThat(new String(written(VaultBench.FACTS, "Canary#1"), StandardCharsets.UTF_8))
                .isEqualTo("{\"requestId\":\"req-1\",\"deliveryId\":\"dlv_1\",\"alias\":\"ops\","
                        + "\"provider\":\"huawei-ecs\",\"account\":\"main\",\"instance\":\"i-0815\","
                        + "\"kind\":\"password\",\"userName\":\"Administrator\",\"secret\":\"Canary#1\","
                        + "\"issuedAt\":\"" + VaultBench.NOW + "\",\"notAfter\":\"" + VaultBench.NOT_AFTER + "\"}");
    }

    @Test
    void isReadByAnotherProgramWhateverItHolds() throws Exception {
        ResultFacts facts = VaultBench.FACTS;
        ResultFacts odd = new ResultFacts(
                EVERYTHING,
                facts.provider(),
                facts.account(),
                EVERYTHING,
                facts.kind(),
                null,
                facts.issuedAt(),
                facts.notAfter());

        JsonNode read = read(written(odd, EVERYTHING));

        assertThat(read.get("requestId").textValue()).isEqualTo(EVERYTHING);
        assertThat(read.get("instance").textValue()).isEqualTo(EVERYTHING);
        assertThat(read.get("secret").textValue()).isEqualTo(EVERYTHING);
        assertThat(read.has("userName")).isFalse();
    }

    @Test
    void escapesControlsAndNothingElseThanItMust() {
        String secret = written("\u0000\n\r\t\u001f \u007f/\"\\");

        assertThat(secret).isEqualTo("\\u0000\\n\\u000d\\u0009\\u001f \u007f/\\\"\\\\");
    }

    private static String written(String secret) {
        String json = new String(written(VaultBench.FACTS, secret), StandardCharsets.UTF_8);
        int start = json.indexOf("\"secret\":\"") + 10;
        return json.substring(start, json.indexOf("\",\"issuedAt\""));
    }

    private static byte[] written(ResultFacts facts, String secret) {
        try (SecretBytes bytes = SecretBytes.owning(secret.getBytes(StandardCharsets.UTF_8));
                SecretBytes json = ResultJson.of(facts, "password", "dlv_1", "ops", bytes)) {
            return json.borrow().clone();
        }
    }

    private static JsonNode read(byte[] json) throws IOException {
        return JSON.readTree(json);
    }
}
