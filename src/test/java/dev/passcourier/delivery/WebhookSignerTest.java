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

/**
 * The vector is the one of the specification's reference libraries; the raw secret's was made with
 * {@code openssl dgst -sha256 -hmac}.
 */
class WebhookSignerTest {

    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long TIMESTAMP = 1614265330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.US_ASCII);
    private static final String PUBLISHED_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

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
    void takesARawSecretAsItsBytes() throws Exception {
        assertThat(sign("correct horse")).isEqualTo("v1,ZquVke8vjahY5FUylxSXNumFQQGbjldZLz39AEzazrc=");
    }

    @Test
    void putsOneSignaturePerSecretInTheirOrder() throws Exception {
        assertThat(sign(PUBLISHED_SECRET, "correct horse"))
                .isEqualTo(PUBLISHED + " v1,ZquVke8vjahY5FUylxSXNumFQQGbjldZLz39AEzazrc=");
    }

    @Test
    void refusesASecretThatIsNotBase64AfterItsPrefix() throws Exception {
        List<SecretRef> secrets = secrets("whsec_?canary?");

        assertThatThrownBy(() -> new WebhookSigner(secrets).start(ID, TIMESTAMP))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("{{file:")
                .hasMessageNotContaining("canary");
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
