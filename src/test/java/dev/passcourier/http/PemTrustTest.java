package dev.passcourier.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.sandbox.SandboxCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
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
    void readsCertificatesWhateverWroteThem() throws Exception {
        String pem = SandboxCertificate.forLoopback(Clock.systemUTC()).pem();
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^\n]+-----", ""));
        List<byte[]> files = List.of(
                pem.getBytes(StandardCharsets.US_ASCII),
                der,
                (pem.strip() + pem.strip()).getBytes(StandardCharsets.US_ASCII),
                ("\uFEFF" + pem).getBytes(StandardCharsets.UTF_16LE),
                pem.replace("\n", "\\n").getBytes(StandardCharsets.US_ASCII),
                pem.replace('\n', ' ').getBytes(StandardCharsets.US_ASCII));
        for (byte[] content : files) {
            Path file = Files.write(directory.resolve("ca.pem"), content);
            assertThat(PemTrust.context(file).getProtocol()).isEqualTo("TLS");
        }
    }

    @Test
    void saysWhatAFileIsInstead() throws Exception {
        Path key = Files.writeString(
                directory.resolve("key.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> PemTrust.context(key)).hasMessageContaining("private key and no certificate");
        Path cut = Files.writeString(directory.resolve("cut.pem"), "-----BEGIN CERTIFICATE-----\nMIIB\n");
        assertThatThrownBy(() -> PemTrust.context(cut)).hasMessageContaining("its END line is missing");
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
