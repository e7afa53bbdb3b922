package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The vector is the one of the specification's reference libraries; the other was made with
 * {@code openssl dgst -sha256 -mac HMAC -macopt hexkey:}.
 */
class WebhookSignerTest {

    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long TIMESTAMP = 1614265330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.US_ASCII);
    private static final String PUBLISHED_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    /** The longest that is allowed. */
    private static final String OTHER_SECRET =
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";

    private static final String OTHER = "v1,LZ5zuwHTqQH3VM8ERUusjzVQq1FXzemvpR8Mk7Ivp5c=";

    @TempDir
    Path directory;

    @Test
    void signsAsTheSpecificationDoes() throws Exception {
        assertThat(sign(PUBLISHED_SECRET)).isEqualTo(PUBLISHED);
    }

    @Test
    void signsInPiecesAsInOne() throws Exception {
        WebhookSigner.Signature signature = new WebhookSigner(secrets(PUBLISHED_SECRET)).start(ID, TIMESTAMP);
        for (byte one : BODY) {
            signature.write(one);
        }

        assertThat(signature.length()).isEqualTo(BODY.length);
        assertThat(signature.header()).isEqualTo(PUBLISHED);
    }

    @Test
    void takesASecretWithoutPrefixForTheSameBase64() throws Exception {
        assertThat(sign(PUBLISHED_SECRET.substring("whsec_".length()))).isEqualTo(PUBLISHED);
    }

    @Test
    void putsOneSignaturePerSecretInTheirOrder() throws Exception {
        assertThat(sign(PUBLISHED_SECRET, OTHER_SECRET)).isEqualTo(PUBLISHED + " " + OTHER);
    }

    /** Earlier builds signed with the bytes as they were written; every receiver's library refused that for days. */
    @ParameterizedTest
    @CsvSource({
        "whsec_?canary?, is no base64 after whsec_",
        "correct-horse-battery-canary, is no base64",
        "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXI=, is base64 of 23 bytes",
        "Y2FuYXJ5, is base64 of 6 bytes",
        "whsec_, is base64 of 0 bytes"
    })
    void refusesWhatReceiversTakeForSomethingElse(String secret, String says) throws Exception {
        List<SecretRef> secrets = secrets(secret);

        assertThatThrownBy(() -> new WebhookSigner(secrets).start(ID, TIMESTAMP))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("{{file:")
                .hasMessageContaining(says)
                .hasMessageContaining("openssl rand -base64 32")
                .hasMessageNotContaining("canary")
                .hasMessageNotContaining("Y2Fu");
    }

    private String sign(String... texts) throws Exception {
        WebhookSigner.Signature signature = new WebhookSigner(secrets(texts)).start(ID, TIMESTAMP);
        signature.write(BODY);
        return signature.header();
    }

    private List<SecretRef> secrets(String... texts) throws Exception {
        List<SecretRef> secrets = new ArrayList<>();
        for (String text : texts) {
            secrets.add(SinkHarness.secret(directory, text));
        }
        return secrets;
    }
}
