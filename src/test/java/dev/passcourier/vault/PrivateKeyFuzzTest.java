package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

class PrivateKeyFuzzTest {

    private static final Path FILE = Path.of("some.pem");
    private static final Set<String> ADVICE = Set.of(
            "PuTTY's own format is not read; convert it with: puttygen some.pem -O private-openssh-new -o some.pem.key",
            "it is not a private key in PEM or OpenSSH form",
            "it cannot be parsed",
            "its BEGIN and END lines hold no private key",
            "the passphrase does not open it, or it is damaged",
            "it holds no key that can be used",
            "it is encrypted and no passphrase is given for it");

    @FuzzTest
    void anyFileIsAKeyOrRefusedByACode(byte[] content) {
        for (Passphrase passphrase : new Passphrase[] {null, () -> "canary".getBytes(StandardCharsets.UTF_8)}) {
            try {
                assertThat(new PrivateKeyFile(FILE, passphrase).parse(content)).isNotNull();
            } catch (KeyLoadException refused) {
                Refusal.standsAlone(refused);
                assertThat(refused.findings()).singleElement().satisfies(finding -> assertThat(finding.advice())
                        .isIn(ADVICE));
            }
        }
    }
}
