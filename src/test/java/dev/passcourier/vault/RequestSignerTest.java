package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import org.jose4j.jws.JsonWebSignature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestSignerTest {

    @TempDir
    private Path directory;

    @Test
    void signsWhatAnotherLibraryVerifies() throws Exception {
        KeyPair pair = TestKeys.ec("secp256r1");
        String compact =
                RequestSigner.load(file(pair), null, "ci").sign("{\"id\":\"ä\"}".getBytes(StandardCharsets.UTF_8));

        var read = new JsonWebSignature();
        read.setCompactSerialization(compact);
        read.setKey(pair.getPublic());
        assertThat(read.verifySignature()).isTrue();
        assertThat(read.getPayload()).isEqualTo("{\"id\":\"ä\"}");
        assertThat(read.getKeyIdHeaderValue()).isEqualTo("ci");
        assertThat(read.getAlgorithmHeaderValue()).isEqualTo("ES256");
    }

    @Test
    void takesNoOtherKindOfKey() throws Exception {
        assertThat(refused(TestKeys.ec("secp384r1"))).isEqualTo(Code.KEY_WEAK);
        assertThat(refused(TestKeys.rsa2048())).isEqualTo(Code.KEY_WEAK);
    }

    private Code refused(KeyPair pair) {
        return catchThrowableOfType(KeyLoadException.class, () -> RequestSigner.load(file(pair), null, "ci"))
                .findings()
                .get(0)
                .code();
    }

    private Path file(KeyPair pair) {
        return TestKeys.file(directory.resolve(pair.hashCode() + ".pem"), TestKeys.pkcs8(pair));
    }
}
