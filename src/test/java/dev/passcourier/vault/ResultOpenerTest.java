package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.passcourier.vault.NotOpenedException.Reason;
import dev.passcourier.vault.ResultOpener.Expected;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jws.JsonWebSignature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultOpenerTest {

    private static final KeyPair EC = TestKeys.ec("secp256r1");
    private static final Passphrase PASSPHRASE = () -> TestKeys.PASSPHRASE.getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private VaultBench bench;
    private RecipientKey recipient;
    private Path key;

    @BeforeEach
    void makeAVaultAndARecipient() throws Exception {
        bench = new VaultBench(directory);
        recipient = bench.recipient(EC.getPublic());
        key = TestKeys.file(directory.resolve("my.key"), TestKeys.pkcs8(EC));
    }

    static Stream<Arguments> privateKeys() {
        KeyPair rsa = TestKeys.rsa2048();
        return Stream.of(
                arguments("EC PKCS#8", EC, TestKeys.pkcs8(EC)),
                arguments("EC SEC 1", EC, TestKeys.sec1(EC)),
                arguments("EC JWK", EC, jwk(EC).toJSONString()),
                arguments("P-384", TestKeys.ec("secp384r1"), TestKeys.pkcs8(TestKeys.ec("secp384r1"))),
                arguments("P-521", TestKeys.ec("secp521r1"), TestKeys.pkcs8(TestKeys.ec("secp521r1"))),
                arguments("RSA PKCS#1", rsa, TestKeys.pem(rsa.getPrivate())),
                arguments("RSA OpenSSH with passphrase", rsa, TestKeys.openSsh(rsa, true)),
                arguments("RSA legacy", rsa, TestKeys.legacy(rsa, "AES-256-CBC")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("privateKeys")
    void opensWithAnyFormOfPrivateKey(String form, KeyPair pair, String content) throws Exception {
        TestKeys.file(key, content);
        Sealed sealed = bench.seal("Canary#1", VaultBench.FACTS, bench.recipient(pair.getPublic()));
        var opener = ResultOpener.load(key, PASSPHRASE, bench.keys().publicSigningKey(), VaultBench.CLOCK);
        try (OpenedResult result = opener.open(sealed.bytes(), Expected.ANY)) {
            assertThat(secret(result)).isEqualTo("Canary#1");
            assertThat(result.signatureChecked()).isTrue();
            assertThat(result.notAfter()).isEqualTo(VaultBench.NOT_AFTER);
            assertThat(result.facts())
                    .containsEntry("requestId", "req-1")
                    .containsEntry("deliveryId", sealed.deliveryId())
                    .containsEntry("userName", "Administrator")
                    .doesNotContainKey("secret");
            assertThat(result.toString()).doesNotContain("Canary");
        }
    }

    @Test
    void toleratesWrappedLines() throws Exception {
        String jwe =
                compact(bench.seal("Canary#1", VaultBench.FACTS, recipient)).replaceAll("(.{64})", "$1\r\n");
        open(jwe, Expected.ANY).close();
    }

    @Test
    void saysWhenTheSignatureWasNotChecked() throws Exception {
        Sealed sealed = bench.seal("Canary#1", VaultBench.FACTS, recipient);
        try (OpenedResult result =
                ResultOpener.load(key, null, null, VaultBench.CLOCK).open(sealed.bytes(), Expected.ANY)) {
            assertThat(result.signatureChecked()).isFalse();
        }
    }

    @Test
    void refusesAResultForAnotherKey() throws Exception {
        PublicKey other = TestKeys.rsa2048().getPublic();
        assertThat(reason(compact(bench.seal("Canary#1", VaultBench.FACTS, bench.recipient(other)))))
                .isEqualTo(Reason.NOT_FOR_THIS_KEY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void refusesAnAlteredResult(int part) throws Exception {
        String[] parts =
                compact(bench.seal("Canary#1", VaultBench.FACTS, recipient)).split("\\.", 5);
        char first = parts[part].charAt(0);
        parts[part] = (first == 'A' ? 'B' : 'A') + parts[part].substring(1);
        assertThat(reason(String.join(".", parts))).isEqualTo(Reason.ALTERED);
    }

    @Test
    void refusesAResultPutTogetherFromTwo() throws Exception {
        String[] one =
                compact(bench.seal("Canary#1", VaultBench.FACTS, recipient)).split("\\.", 5);
        String[] two =
                compact(bench.seal("Canary#2", VaultBench.FACTS, recipient)).split("\\.", 5);
        assertThat(reason(String.join(".", one[0], one[1], two[2], two[3], two[4])))
                .isEqualTo(Reason.ALTERED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b.c", "a.b.c.d.e", "no result", "{}", "....", "ä.ä.ä.ä.ä"})
    void refusesWhatIsNoResult(String text) throws Exception {
        assertThat(reason(text)).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void refusesACutResult() throws Exception {
        String jwe = compact(bench.seal("Canary#1", VaultBench.FACTS, recipient));
        assertThat(reason(jwe.substring(0, jwe.lastIndexOf('.')))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(jwe.substring(0, jwe.length() - 5))).isEqualTo(Reason.ALTERED);
        assertThat(reason(jwe + "A".repeat(256 * 1024))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void refusesASwappedResult() throws Exception {
        String jwe = compact(bench.seal("Canary#1", VaultBench.FACTS, recipient));
        open(jwe, new Expected("req-1", DeliveryIds.of("req-1", "ops"), "i-0815", false))
                .close();
        assertThat(reason(jwe, new Expected("req-2", null, null, false))).isEqualTo(Reason.OTHER_RESULT);
        assertThat(reason(jwe, new Expected(null, DeliveryIds.of("req-1", "other"), null, false)))
                .isEqualTo(Reason.OTHER_RESULT);
        assertThat(reason(jwe, new Expected("req-1", null, "i-0816", false))).isEqualTo(Reason.OTHER_RESULT);
        assertThat(reason(jwe, new Expected(null, null, "i-0816", true))).isEqualTo(Reason.OTHER_RESULT);
    }

    @Test
    void refusesAnExpiredResultUnlessItIsAllowed() throws Exception {
        Sealed sealed = bench.seal("Canary#1", VaultBench.FACTS, recipient);
        var late = opener(VaultBench.NOT_AFTER);
        assertThat(catchThrowableOfType(NotOpenedException.class, () -> late.open(sealed.bytes(), Expected.ANY))
                        .reason())
                .isEqualTo(Reason.EXPIRED);
        late.open(sealed.bytes(), new Expected(null, null, null, true)).close();
        opener(VaultBench.NOT_AFTER.minusMillis(1))
                .open(sealed.bytes(), Expected.ANY)
                .close();
    }

    @Test
    void refusesAResultOfAnotherService() throws Exception {
        var other = new VaultBench(directory.resolve("other"));
        assertThat(reason(compact(other.seal("Canary#1", VaultBench.FACTS, recipient))))
                .isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void refusesAResultThatSomebodyElseSealed() throws Exception {
        ECKey stranger = new ECKeyGenerator(Curve.P_256).generate();
        assertThat(reason(sealedBy(stranger, "passcourier-result", recipient.thumbprint())))
                .isEqualTo(Reason.NOT_OURS);
        assertThat(reason(inJwe("not signed at all"))).isEqualTo(Reason.MALFORMED);
        String none = "eyJhbGciOiJub25lIn0";
        assertThat(reason(inJwe(none + ".e30."))).isEqualTo(Reason.MALFORMED);
        String hmac = "eyJhbGciOiJIUzI1NiJ9";
        assertThat(reason(inJwe(hmac + ".e30.AAAA"))).isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void refusesOurOwnResultResealedForSomebodyElse() throws Exception {
        ECKey signing = bench.keys().signing();
        assertThat(reason(sealedBy(signing, "passcourier-result", "somebody-else")))
                .isEqualTo(Reason.NOT_FOR_THIS_KEY);
        assertThat(reason(sealedBy(signing, "something-else", recipient.thumbprint())))
                .isEqualTo(Reason.NOT_OURS);
        assertThat(reason(sealedBy(signing, "passcourier-result", recipient.thumbprint())))
                .describedAs("rightly signed, but no result inside")
                .isEqualTo(Reason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ECDH-ES", "ECDH-ES+A128KW"})
    void refusesOtherAlgorithms(String algorithm) throws Exception {
        assertThat(reason(inJwe("x", algorithm, "A256GCM"))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(inJwe("x", "ECDH-ES+A256KW", "A128CBC-HS256"))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void refusesKeysThatCannotOpenAnything() {
        TestKeys.file(key, TestKeys.pkcs8(TestKeys.ed25519()));
        assertThat(catchThrowableOfType(
                        KeyLoadException.class, () -> ResultOpener.load(key, null, null, VaultBench.CLOCK)))
                .hasMessageContaining("KEY_FORMAT")
                .hasMessageContaining("my.key");
        TestKeys.file(key, jwk(EC).toPublicJWK().toJSONString());
        assertThat(catchThrowableOfType(
                        KeyLoadException.class, () -> ResultOpener.load(key, null, null, VaultBench.CLOCK)))
                .hasMessageContaining("KEY_FORMAT");
    }

    private String sealedBy(ECKey signer, String type, String sealedFor) throws Exception {
        var jws = new JsonWebSignature();
        jws.setAlgorithmHeaderValue("ES256");
        jws.setHeader("typ", type);
        jws.setHeader("sealedFor", sealedFor);
        jws.setKey(signer.toECPrivateKey());
        jws.setPayload("{\"secret\":\"x\"}");
        return inJwe(jws.getCompactSerialization());
    }

    private String inJwe(String payload) throws Exception {
        return inJwe(payload, "ECDH-ES+A256KW", "A256GCM");
    }

    private String inJwe(String payload, String algorithm, String encryption) throws Exception {
        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmHeaderValue(algorithm);
        jwe.setEncryptionMethodHeaderParameter(encryption);
        jwe.setKeyIdHeaderValue(recipient.thumbprint());
        jwe.setKey(EC.getPublic());
        jwe.setPayload(payload);
        return jwe.getCompactSerialization();
    }

    private Reason reason(String jwe) throws Exception {
        return reason(jwe, Expected.ANY);
    }

    private Reason reason(String jwe, Expected expected) {
        var failure = catchThrowableOfType(NotOpenedException.class, () -> open(jwe, expected));
        assertThat(failure).hasNoCause();
        return failure.reason();
    }

    private OpenedResult open(String jwe, Expected expected) throws Exception {
        return opener(VaultBench.NOW).open(jwe.getBytes(StandardCharsets.UTF_8), expected);
    }

    private ResultOpener opener(Instant now) throws KeyLoadException {
        return ResultOpener.load(key, null, bench.keys().publicSigningKey(), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static String secret(OpenedResult result) throws Exception {
        var out = new ByteArrayOutputStream();
        result.writeSecretTo(out);
        assertThat(out.size()).isEqualTo(result.secretLength());
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String compact(Sealed sealed) {
        return new String(sealed.bytes(), StandardCharsets.US_ASCII);
    }

    private static ECKey jwk(KeyPair pair) {
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                .privateKey(pair.getPrivate())
                .build();
    }
}
