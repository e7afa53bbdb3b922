package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

class PrivateKeyFuzzTest {

    private static final Path FILE = Path.of("some.pem");

    @FuzzTest
    void anyFileIsAKeyOrRefusedByACode(byte[] content) {
        for (Passphrase passphrase : new Passphrase[] {null, () -> "canary".getBytes(StandardCharsets.UTF_8)}) {
            try {
                assertThat(new PrivateKeyFile(FILE, passphrase).parse(content)).isNotNull();
            } catch (KeyLoadException refused) {
                RefusedKey.tellsNothing(refused);
            }
        }
    }
}
