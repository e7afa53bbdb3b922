package dev.passcourier.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemTrustTest {

    @TempDir
    Path directory;

    @Test
    void trustsThePlatformsAuthoritiesWithoutAFile() throws Exception {
        assertThat(PemTrust.context(null).getProtocol()).isEqualTo("TLS");
    }

    @Test
    void namesAFileThatCannotBeUsed() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        Path garbage = Files.writeString(directory.resolve("garbage.pem"), "-----BEGIN CERTIFICATE-----\ncanary\n");

        for (Path file : new Path[] {empty, garbage, directory.resolve("missing.pem")}) {
            assertThatThrownBy(() -> PemTrust.context(file))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageNotContaining("canary")
                    .hasNoCause();
        }
    }
}
