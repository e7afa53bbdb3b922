package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.jwk.JWK;
import dev.passcourier.fuzz.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
            Refusal.standsAlone(refused);
            assertThat(refused.findings()).singleElement().satisfies(finding -> assertThat(finding.advice())
                    .matches("[A-Za-z0-9 ,.;:'\"()/-]{1,200}")
                    .doesNotContain(marks(content)));
        }
    }

    /** A long piece of the content, if it has one that none of our sentences has. */
    private static String marks(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        return text.length() < 40 ? "\u0000" : text.substring(text.length() / 2 - 15, text.length() / 2 + 15);
    }
}
