package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the audit trail's checkpoints are believed by. */
class StatementVerifierTest {

    private static final String STATEMENT = "passcourier audit checkpoint 1\nname\n";

    @TempDir
    private Path directory;

    private ServiceKeys service;
    private ServiceKeys other;

    @BeforeEach
    void makeKeys() throws Exception {
        service = keys("service");
        other = keys("other");
    }

    @ParameterizedTest
    @ValueSource(strings = {".pub.jwk", ".crt.pem", ".pub.asc"})
    void believesTheServicesSignatureOverExactlyThisText(String form) throws Exception {
        StatementVerifier verifier = verifier(directory.resolve("service/signing" + form));
        String thumbprint = service.signingThumbprint();
        String signature = service.sign(STATEMENT);

        assertThat(verifier.knows(thumbprint)).isTrue();
        assertThat(verifier.knows(other.signingThumbprint())).isFalse();
        assertThat(verifier.hasSigned(thumbprint, STATEMENT, signature)).isTrue();
        assertThat(verifier.hasSigned(thumbprint, STATEMENT + "\n", signature)).isFalse();
        assertThat(verifier.hasSigned(thumbprint, STATEMENT, other.sign(STATEMENT)))
                .isFalse();
        assertThat(verifier.hasSigned(other.signingThumbprint(), STATEMENT, other.sign(STATEMENT)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "?", "AAAA"})
    void believesNothingThatIsNoSignature(String signature) throws Exception {
        StatementVerifier verifier = verifier(service.publicSigningKey());

        assertThat(verifier.hasSigned(service.signingThumbprint(), STATEMENT, signature))
                .isFalse();
        assertThat(verifier.hasSigned(
                        service.signingThumbprint(),
                        STATEMENT,
                        Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[64])))
                .isFalse();
    }

    @Test
    void knowsOldKeysAndNewOnes() throws Exception {
        StatementVerifier both = verifier(service.publicSigningKey(), other.publicSigningKey());

        for (ServiceKeys each : List.of(service, other)) {
            assertThat(both.hasSigned(each.signingThumbprint(), STATEMENT, each.sign(STATEMENT)))
                    .isTrue();
        }
        assertThat(both.hasSigned(service.signingThumbprint(), STATEMENT, other.sign(STATEMENT)))
                .isFalse();
    }

    @Test
    void signsNoTextThatCouldBeTakenForAResult() {
        assertThatIllegalArgumentException().isThrownBy(() -> service.sign("eyJ.eyJ"));
        assertThat(Base64.getUrlDecoder().decode(service.sign("\n"))).hasSize(64);
    }

    @Test
    void takesKeysOfTheServicesKindOnly() {
        for (var pair : List.of(TestKeys.ec("secp384r1"), TestKeys.rsa2048())) {
            Path file = TestKeys.file(directory.resolve("key.pem"), TestKeys.pem(pair.getPublic()));
            assertThat(catchThrowableOfType(KeyLoadException.class, () -> verifier(file))
                            .findings()
                            .get(0)
                            .code())
                    .isEqualTo(Code.KEY_FORMAT);
        }
    }

    private ServiceKeys keys(String name) throws KeyLoadException {
        return ServiceKeys.loadOrCreate(
                directory.resolve(name + "/signing.jwk"), directory.resolve(name + "/at-rest.key"));
    }

    private static StatementVerifier verifier(Path... files) throws KeyLoadException {
        return StatementVerifier.load(List.of(files), FormatBench.CLOCK);
    }
}
