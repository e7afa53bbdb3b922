package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.KeyLoadException.Finding;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jose4j.jwk.JsonWebKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecipientKeyTest {

    private static final Instant NOW = VaultBench.NOW;

    @TempDir
    private Path directory;

    static Stream<Arguments> keys() throws Exception {
        KeyPair rsa = TestKeys.rsa2048();
        KeyPair ec = TestKeys.ec("secp384r1");
        return Stream.of(
                arguments("RSA PEM", TestKeys.pem(rsa.getPublic()), rsa),
                arguments("RSA JWK", rsaJwk(rsa).build().toPublicJWK().toJSONString(), rsa),
                arguments("RSA certificate", certificate(rsa, -1, 1), rsa),
                arguments("EC PEM", TestKeys.pem(ec.getPublic()), ec),
                arguments("EC JWK", "\n " + ecJwk(ec).build().toJSONString(), ec),
                arguments("EC certificate", certificate(ec, -1, 1), ec));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void readsAKeyAndNamesItByItsThumbprint(String form, String content, KeyPair pair) throws Exception {
        String thumbprint = JsonWebKey.Factory.newJwk(pair.getPublic()).calculateBase64urlEncodedThumbprint("SHA-256");
        Path file = TestKeys.file(directory.resolve("ops.key"), content);
        RecipientKey key = RecipientKey.load(file, thumbprint, VaultBench.CLOCK);
        assertThat(key.thumbprint()).isEqualTo(thumbprint);
        assertThat(key.algorithm()).isEqualTo(form.startsWith("RSA") ? "RSA 2048" : "EC 384");
        assertThat(key.toString()).isEqualTo("RecipientKey[" + thumbprint + "]");
    }

    @ParameterizedTest
    @CsvSource({"CMS, recipient.crt, RSA 2048", "OPENPGP, recipient.asc, EC 256", "AGE, recipient.age, X25519"})
    void saysWhichKindOfKeyItIs(SealFormat format, String resource, String algorithm) throws Exception {
        assertThat(VaultBench.recipient(format, directory, resource).algorithm())
                .isEqualTo(algorithm);
    }

    static Stream<Arguments> lessUsual() throws Exception {
        KeyPair pair = TestKeys.rsa2048();
        String pem = certificate(pair, -1, 1);
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^\n]+-----", ""));
        String jwk = rsaJwk(pair).build().toPublicJWK().toJSONString();
        return Stream.of(
                arguments("certificate in DER", der),
                arguments(
                        "certificate in base64 without its lines",
                        Base64.getMimeEncoder().encode(der)),
                arguments("certificate in UTF-16", ("\uFEFF" + pem).getBytes(StandardCharsets.UTF_16LE)),
                arguments("certificate with a mark", ("\uFEFF" + pem).getBytes(StandardCharsets.UTF_8)),
                arguments("public key in DER", pair.getPublic().getEncoded()),
                arguments(
                        "OpenSSH's public key",
                        ("ssh-rsa "
                                        + Base64.getEncoder()
                                                .encodeToString(TestKeys.rsaPublic((RSAPublicKey) pair.getPublic()))
                                        + " ops@host\r\n")
                                .getBytes(StandardCharsets.UTF_8)),
                arguments("JWK in UTF-16", ("\uFEFF" + jwk).getBytes(StandardCharsets.UTF_16BE)),
                arguments("a set of one JWK", ("{\"keys\":[" + jwk + "]}").getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lessUsual")
    void readsLessUsualForms(String form, byte[] content) throws Exception {
        Path file = TestKeys.file(directory.resolve("ops.key"), content);
        String thumbprint =
                rsaJwk(TestKeys.rsa2048()).build().computeThumbprint().toString();
        assertThat(RecipientKey.load(file, null, VaultBench.CLOCK).thumbprint()).isEqualTo(thumbprint);
    }

    @ParameterizedTest
    @CsvSource({
        "JWE, -----BEGIN PGP PUBLIC KEY BLOCK-----, an OpenPGP public key, openpgp",
        "JWE, age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p, an age recipient, age",
        "CMS, age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p, an age recipient, age",
        "OPENPGP, -----BEGIN CERTIFICATE-----, an X.509 certificate, cms",
        "AGE, -----BEGIN CERTIFICATE-----, an X.509 certificate, cms",
        "AGE, -----BEGIN PUBLIC KEY-----, a bare public key, jwe"
    })
    void saysWhichFormatAKeyOfAnotherKindHas(SealFormat format, String content, String kind, String better)
            throws Exception {
        Path file = TestKeys.file(directory.resolve("ops.key"), (content + "\n").getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> RecipientKey.load(new Settings.Recipient(format, file, null, null), VaultBench.CLOCK))
                .isInstanceOf(KeyLoadException.class)
                .hasMessageContaining("it is " + kind + "; ")
                .hasMessageEndingWith("; for a recipient with it, write format: " + better);
    }

    static Stream<Arguments> notPublic() throws Exception {
        return Stream.of(
                arguments(
                        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n",
                        "private key in PuTTY's own format); give"),
                arguments("AGE-PLUGIN-YUBIKEY-1QQPSQ", "age plugin"),
                arguments("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "convert it with: ssh-keygen -i -f"),
                arguments("-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "openssl pkcs7 -print_certs"),
                arguments(
                        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n",
                        "it is an OpenPGP public key; a public JWK, PEM public key or certificate is needed; "));
    }

    @ParameterizedTest
    @MethodSource("notPublic")
    void saysWhatItIsAndWhatToGive(String content, String says) {
        assertThat(finding(TestKeys.file(directory.resolve("ops.key"), content), null)
                        .advice())
                .contains(says);
    }

    static Stream<Arguments> refused() throws Exception {
        KeyPair rsa = TestKeys.rsa2048();
        KeyPair ec = TestKeys.ec("secp256r1");
        return Stream.of(
                arguments("RSA-1024", TestKeys.pem(TestKeys.rsa("w", 1024).getPublic()), Code.KEY_WEAK),
                arguments(
                        "RSA-1024 JWK",
                        rsaJwk(TestKeys.rsa("w", 1024)).build().toPublicJWK().toJSONString(),
                        Code.KEY_WEAK),
                arguments("Ed25519", TestKeys.pem(TestKeys.ed25519().getPublic()), Code.KEY_WEAK),
                arguments(
                        "X25519 JWK",
                        "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" + "A".repeat(43) + "\"}",
                        Code.KEY_WEAK),
                arguments("expired", certificate(rsa, -2, -1), Code.CERTIFICATE_EXPIRED),
                arguments("not valid yet", certificate(rsa, 1, 2), Code.CERTIFICATE_EXPIRED),
                arguments("private PKCS#8", TestKeys.pkcs8(rsa), Code.KEY_IS_PRIVATE),
                arguments("private PKCS#1", TestKeys.pem(rsa.getPrivate()), Code.KEY_IS_PRIVATE),
                arguments("private OpenSSH", TestKeys.openSsh(rsa, true), Code.KEY_IS_PRIVATE),
                arguments("private JWK", rsaJwk(rsa).build().toJSONString(), Code.KEY_IS_PRIVATE),
                arguments(
                        "private and public", TestKeys.pem(rsa.getPublic()) + TestKeys.pkcs8(rsa), Code.KEY_IS_PRIVATE),
                arguments(
                        "secret key",
                        new OctetSequenceKey.Builder(new byte[32]).build().toJSONString(),
                        Code.KEY_IS_PRIVATE),
                arguments(
                        "for signing",
                        ecJwk(ec).keyUse(KeyUse.SIGNATURE).build().toJSONString(),
                        Code.KEY_WEAK),
                arguments(
                        "for another algorithm",
                        rsaJwk(rsa)
                                .algorithm(com.nimbusds.jose.JWEAlgorithm.RSA_OAEP_512)
                                .build()
                                .toPublicJWK()
                                .toJSONString(),
                        Code.KEY_WEAK),
                arguments(
                        "not on its curve",
                        ecJwk(ec).build().toJSONString().replaceFirst("\"y\":\"....", "\"y\":\"AAAA"),
                        Code.KEY_DAMAGED),
                arguments("no key", "ops", Code.KEY_FORMAT),
                arguments("empty", "", Code.KEY_FORMAT),
                arguments("other JSON", "{\"a\":1}", Code.KEY_DAMAGED),
                arguments(
                        "cut",
                        TestKeys.pem(rsa.getPublic()).substring(0, 200) + "\n-----END PUBLIC KEY-----\n",
                        Code.KEY_DAMAGED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesWhatMustNotSeal(String what, String content, Code code) {
        Path file = TestKeys.file(directory.resolve("ops.key"), content);
        Finding finding = finding(file, null);
        assertThat(finding.code()).isEqualTo(code);
        assertThat(finding.file()).isEqualTo(file);
    }

    @Test
    void refusesAKeyThatIsNotThePinnedOne() {
        Path file = TestKeys.file(
                directory.resolve("ops.key"), TestKeys.pem(TestKeys.rsa2048().getPublic()));
        Finding finding = finding(file, "A".repeat(43));
        assertThat(finding.code()).isEqualTo(Code.FINGERPRINT_DIFFERS);
        assertThat(finding.advice()).containsPattern("[A-Za-z0-9_-]{43}");
    }

    @Test
    void refusesAFileThatEverybodyMayChange() throws Exception {
        Path file = TestKeys.file(
                directory.resolve("ops.key"), TestKeys.pem(TestKeys.rsa2048().getPublic()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(finding(file, null).code()).isEqualTo(Code.FILE_NOT_GUARDED);
        assertThat(finding(directory.resolve("none"), null).code()).isEqualTo(Code.FILE_MISSING);
    }

    private static Finding finding(Path file, String pinned) {
        return catchThrowableOfType(KeyLoadException.class, () -> RecipientKey.load(file, pinned, VaultBench.CLOCK))
                .findings()
                .get(0);
    }

    private static RSAKey.Builder rsaJwk(KeyPair pair) {
        return new RSAKey.Builder((RSAPublicKey) pair.getPublic()).privateKey(pair.getPrivate());
    }

    private static ECKey.Builder ecJwk(KeyPair pair) {
        var key = (ECPublicKey) pair.getPublic();
        return new ECKey.Builder(Curve.forECParameterSpec(key.getParams()), key);
    }

    static String certificate(KeyPair pair, int fromHours, int toHours) throws Exception {
        var name = new X500Principal("CN=canary");
        var builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(NOW.plusSeconds(3600L * fromHours)),
                Date.from(NOW.plusSeconds(3600L * toHours)),
                name,
                pair.getPublic());
        String algorithm = pair.getPublic() instanceof RSAPublicKey ? "SHA256withRSA" : "SHA256withECDSA";
        return TestKeys.pem(builder.build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate())));
    }
}
