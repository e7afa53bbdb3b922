package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.jwk.JWK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import org.junit.jupiter.api.io.TempDir;

class PublicKeyFuzzTest {

    @TempDir
    static Path directory;

    @FuzzTest
    void anyFileIsAPublicKeyOrRefusedByACode(byte[] content) throws IOException, ParseException {
        Path file = Files.write(directory.resolve("some.pem"), content);
        try {
            JWK key = new PublicKeyFile(file, Instant.EPOCH).read().jwk();
            assertThat(key.isPrivate()).isFalse();
            assertThat(JWK.parse(key.toJSONString())).isEqualTo(key);
        } catch (KeyLoadException refused) {
            RefusedKey.tellsNothing(refused);
        }
    }
}
