package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.vault.UnverifiedException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One signature over several files that lies beside them. */
class SignedFilesTest {

    private static final Instant AT = Instant.parse("2026-11-29T23:05:12Z");
    private static final byte[] PDF = {1, 2, 3};
    private static final List<SignedFiles.File> FILES = List.of(
            new SignedFiles.File("weekly.pdf", "application/pdf", PDF),
            new SignedFiles.File("weekly.csv", "text/csv", "결제".getBytes(StandardCharsets.UTF_8)));
    private static final Map<String, String> ABOUT = Map.of("report", "weekly", "trailSequence", "7");

    @TempDir
    private Path directory;

    private ServiceKeys keys;
    private StatementVerifier verifier;

    @BeforeEach
    void makeKeys() throws Exception {
        keys = ServiceKeys.loadOrCreate(directory.resolve("signing.jwk"), directory.resolve("at-rest.key"));
        verifier = StatementVerifier.load(List.of(keys.publicSigningKey()), FormatBench.CLOCK);
    }

    @Test
    void saysWhoSignedWhichFilesWhenAndWhatAboutThem() throws Exception {
        String signature = keys.sign(FILES, ABOUT, AT);
        SignedFiles signed = verifier.verifyFiles(signature + "\n");

        assertThat(signed.keyId()).isEqualTo(keys.signingThumbprint());
        assertThat(signed.signedAt()).isEqualTo(AT);
        assertThat(signed.about()).isEqualTo(ABOUT);
        assertThat(signed.hashes())
                .containsOnlyKeys("weekly.pdf", "weekly.csv")
                .containsEntry("weekly.pdf", sha256(PDF));
        assertThat(keys.sign(FILES, ABOUT, AT)).as("the same again").isEqualTo(signature);
    }

    @Test
    void isTakenByAnotherJoseLibrary() throws Exception {
        String signature = keys.sign(FILES, ABOUT, AT);
        JsonWebSignature jws = new JsonWebSignature();
        jws.setAlgorithmConstraints(new AlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "ES256"));
        jws.setKnownCriticalHeaders("sigD");
        jws.setCompactSerialization(signature);
        jws.setPayload("");
        jws.setKey(JsonWebKey.Factory.newJwk(Files.readString(keys.publicSigningKey()))
                .getKey());

        assertThat(jws.verifySignature()).isTrue();
        JsonNode header = new ObjectMapper()
                .readTree(Base64.getUrlDecoder().decode(signature.substring(0, signature.indexOf('.'))));
        assertThat(header.path("sigD").path("mId").asText()).isEqualTo("http://uri.etsi.org/19182/ObjectIdByURIHash");
        assertThat(header.path("sigD").path("hashV").get(0).asText()).isEqualTo(sha256(PDF));
    }

    @Test
    void ofAnotherKeyIsNotBelieved() throws Exception {
        ServiceKeys other = ServiceKeys.loadOrCreate(directory.resolve("other.jwk"), directory.resolve("at-rest.key"));

        assertThat(reason(other.sign(FILES, ABOUT, AT))).isEqualTo(Reason.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "weekly.pdf>weekly.exe",
                "\"7\">\"8\"",
                "ES256>none",
                "ES256>HS256",
                "passcourier-files>passcourier-result",
                "[\"b64\",\"sigD\"]>[\"b64\"]",
                "[\"b64\",\"sigD\"]>[\"b64\",\"sigD\",\"exp\"]",
                "\"b64\":false>\"b64\":true",
                "ObjectIdByURIHash>ObjectIdByURI"
            })
    void doesNotHoldOnceItsHeaderWasChanged(String change) throws Exception {
        String[] parts = keys.sign(FILES, ABOUT, AT).split("\\.", -1);
        String header = new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8);
        String[] words = change.split(">");
        assertThat(header).contains(words[0]);
        String changed = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(header.replace(words[0], words[1]).getBytes(StandardCharsets.UTF_8));

        assertThat(reason(changed + ".." + parts[2])).isEqualTo(Reason.INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b.c", "e30..AAAA", "e30.", "\u0000..", "not a signature"})
    void nothingElseIsTakenForOne(String text) {
        assertThat(reason(text)).isEqualTo(Reason.INVALID);
    }

    private Reason reason(String signature) {
        return catchThrowableOfType(UnverifiedException.class, () -> verifier.verifyFiles(signature))
                .reason();
    }

    private static String sha256(byte[] content) throws Exception {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
