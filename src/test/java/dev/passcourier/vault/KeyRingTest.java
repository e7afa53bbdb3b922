package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.KeyLoadException.Finding;
import dev.passcourier.vault.KeyRing.KeyInfo;
import dev.passcourier.vault.KeyRing.Source;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingTest {

    private static final byte[] PASSWORD = "Canary#Pässwörd1".getBytes(StandardCharsets.UTF_8);
    private static final Passphrase RIGHT = () -> TestKeys.PASSPHRASE.getBytes(StandardCharsets.UTF_8);
    private static final Passphrase NOT_ASKED = () -> {
        throw new AssertionError("asked for the passphrase of a plain key");
    };

    @TempDir
    private Path directory;

    static Stream<Arguments> plainForms() {
        KeyPair key = TestKeys.rsa2048();
        return Stream.of(
                arguments("PKCS#1", TestKeys.pem(key.getPrivate())),
                arguments("PKCS#8", TestKeys.pkcs8(key)),
                arguments("OpenSSH", TestKeys.openSsh(key, false)),
                arguments("CRLF", TestKeys.pkcs8(key).replace("\n", "\r\n")),
                arguments("after a certificate's text", "subject=canary\n" + TestKeys.pkcs8(key)));
    }

    private static final List<Arguments> ENCRYPTED_FORMS = encrypted(TestKeys.rsa2048());

    static List<Arguments> encryptedForms() {
        return ENCRYPTED_FORMS;
    }

    private static List<Arguments> encrypted(KeyPair key) {
        return List.of(
                arguments("PBES2 AES-256", TestKeys.pkcs8(key, PKCS8Generator.AES_256_CBC, 600_000)),
                arguments("PBES2 AES-128", TestKeys.pkcs8(key, PKCS8Generator.AES_128_CBC, 2048)),
                arguments("PBES2 3DES", TestKeys.pkcs8(key, PKCS8Generator.DES3_CBC, 2048)),
                arguments("PBES2 scrypt", TestKeys.pkcs8Scrypt(key)),
                arguments("PBE-SHA1-3DES", TestKeys.pkcs8(key, PKCS8Generator.PBE_SHA1_3DES, 2048)),
                arguments("legacy AES-128", TestKeys.legacy(key, "AES-128-CBC")),
                arguments("legacy AES-192", TestKeys.legacy(key, "AES-192-CBC")),
                arguments("legacy AES-256", TestKeys.legacy(key, "AES-256-CBC")),
                arguments("legacy 3DES", TestKeys.legacy(key, "DES-EDE3-CBC")),
                arguments("OpenSSH bcrypt", TestKeys.openSsh(key, true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plainForms")
    void readsAPlainKeyWithoutAskingForAPassphrase(String form, String text) throws Exception {
        KeyRing ring = load(TestKeys.file(directory.resolve("web.pem"), text), NOT_ASKED);
        assertThat(opened(ring)).isEqualTo(PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE"})
    void readsAKeyWithAByteOrderMark(String charset) throws Exception {
        byte[] text = ("\uFEFF" + TestKeys.pkcs8(TestKeys.rsa2048())).getBytes(Charset.forName(charset));
        TestKeys.file(directory.resolve("web.pem"), text);
        assertThat(opened(load(directory.resolve("web.pem"), NOT_ASKED))).isEqualTo(PASSWORD);
        assertThat(opened(load(directory, NOT_ASKED))).isEqualTo(PASSWORD);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encryptedForms")
    void readsAnEncryptedKeyWhoseLinesWereJoined(String form, String text) throws Exception {
        Path file = TestKeys.file(directory.resolve("web.pem"), text.replace("\n", "\\n"));
        assertThat(opened(load(file, RIGHT))).isEqualTo(PASSWORD);
        TestKeys.file(file, text.replace('\n', ' '));
        assertThat(opened(load(file, RIGHT))).isEqualTo(PASSWORD);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encryptedForms")
    void readsAnEncryptedKey(String form, String text) throws Exception {
        KeyRing ring = load(TestKeys.file(directory.resolve("web.pem"), text), RIGHT);
        assertThat(opened(ring)).isEqualTo(PASSWORD);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encryptedForms")
    void namesTheFileThatAWrongPassphraseDoesNotOpen(String form, String text) {
        Path file = TestKeys.file(directory.resolve("web.pem"), text);
        assertThat(findings(file, () -> "canary wrong".getBytes(StandardCharsets.UTF_8)))
                .extracting(Finding::code, Finding::file)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(Code.PASSPHRASE_WRONG, file));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encryptedForms")
    void saysThatAPassphraseIsMissing(String form, String text) {
        Path file = TestKeys.file(directory.resolve("web.pem"), text);
        assertThat(findings(file, null)).extracting(Finding::code).containsExactly(Code.PASSPHRASE_MISSING);
    }

    @Test
    void wipesThePassphrase() throws Exception {
        Path file = TestKeys.file(directory.resolve("web.pem"), TestKeys.legacy(TestKeys.rsa2048(), "AES-256-CBC"));
        var handedOver = new AtomicReference<byte[]>();
        load(file, () -> {
            handedOver.set(TestKeys.PASSPHRASE.getBytes(StandardCharsets.UTF_8));
            return handedOver.get();
        });
        assertThat(handedOver.get()).containsOnly(0);
    }

    @Test
    void saysWhyAPassphraseCannotBeReadOnlyIfTheTextIsOurs() {
        Path file = TestKeys.file(directory.resolve("web.pem"), TestKeys.legacy(TestKeys.rsa2048(), "AES-256-CBC"));
        assertThat(findings(file, () -> {
                    throw new ConfigurationException("environment variable CANARY is not set");
                }))
                .singleElement()
                .satisfies(finding -> assertThat(finding.toString())
                        .contains("PASSPHRASE_UNREADABLE", file.toString(), "CANARY is not set"));
        assertThat(findings(file, () -> {
                    throw new IllegalStateException("s3cret");
                }))
                .singleElement()
                .satisfies(finding -> assertThat(finding.toString())
                        .contains("PASSPHRASE_UNREADABLE")
                        .doesNotContain("s3cret"));
    }

    @Test
    void takesTheKeysOfADirectoryAndSkipsTheRest() throws Exception {
        KeyPair key = TestKeys.rsa2048();
        TestKeys.file(directory.resolve("web.prod.pem"), TestKeys.pkcs8(key));
        TestKeys.file(directory.resolve("id_rsa"), TestKeys.openSsh(TestKeys.rsa("second", 2048), false));
        TestKeys.file(directory.resolve("id_rsa.pub"), "ssh-rsa AAAA canary@test");
        TestKeys.file(directory.resolve("public.pem"), TestKeys.pem(key.getPublic()));
        TestKeys.file(directory.resolve("README"), "keys");
        Files.createDirectory(directory.resolve("old"));
        TestKeys.file(directory.resolve("old/gone.pem"), TestKeys.pkcs8(key));
        assertThat(load(directory, null).keys()).extracting(KeyInfo::name).containsExactly("id_rsa", "web.prod");
    }

    @Test
    void allowsADirectoryWithoutKeys() throws Exception {
        assertThat(load(directory, null).keys()).isEmpty();
    }

    @Test
    void tellsNameKindBitsAndFingerprint() throws Exception {
        TestKeys.file(
                directory.resolve("a.pem"), TestKeys.pem(TestKeys.rsa2048().getPrivate()));
        TestKeys.file(directory.resolve("b.pem"), TestKeys.pkcs8(TestKeys.ec("secp256r1")));
        TestKeys.file(directory.resolve("c.pem"), TestKeys.pkcs8(TestKeys.ed25519()));
        var keys = load(directory, null).keys();
        assertThat(keys.get(0)).isEqualTo(new KeyInfo("a", "RSA", 2048, sshFingerprint(TestKeys.rsa2048())));
        assertThat(keys.get(1)).extracting(KeyInfo::algorithm, KeyInfo::bits).containsExactly("EC", 256);
        assertThat(keys.get(2)).extracting(KeyInfo::algorithm, KeyInfo::bits).containsExactly("ED25519", 256);
        assertThat(keys).extracting(KeyInfo::fingerprint).allSatisfy(fingerprint -> assertThat(fingerprint)
                .matches("SHA256:[A-Za-z0-9+/]{43}"));
    }

    @Test
    void saysHowToConvertAPuttyKey() {
        Path file = TestKeys.file(directory.resolve("web.ppk"), "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n");
        assertThat(findings(file, null)).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.KEY_FORMAT);
            assertThat(finding.advice())
                    .contains("puttygen " + file + " -O private-openssh-new -o " + directory.resolve("web"));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-rw-rw-"})
    void refusesAKeyThatOthersMayReadOrChange(String mode) throws Exception {
        Path file = TestKeys.file(directory.resolve("web.pem"), TestKeys.pkcs8(TestKeys.rsa2048()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThat(findings(file, null)).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.FILE_NOT_GUARDED);
            assertThat(finding.toString()).contains(file.toString(), "chmod 600");
        });
    }

    @Test
    void findsEverythingThatIsWrongAtOnce() throws Exception {
        String key = TestKeys.pkcs8(TestKeys.rsa2048());
        TestKeys.file(directory.resolve("a.pem"), key);
        TestKeys.file(directory.resolve("a.key"), key);
        TestKeys.file(directory.resolve("b.pem"), key.substring(0, key.length() / 2) + "\n-----END PRIVATE KEY-----\n");
        TestKeys.file(directory.resolve("c.pem"), TestKeys.openSsh(TestKeys.rsa2048(), true));
        Path open = TestKeys.file(directory.resolve("d.pem"), key);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        var failure = catchThrowableOfType(
                KeyLoadException.class,
                () -> KeyRing.load(
                        "ring", List.of(new Source(directory, null), new Source(directory.resolve("none"), null))));
        assertThat(failure.findings())
                .extracting(Finding::code)
                .containsExactly(
                        Code.KEY_NAME_TWICE,
                        Code.KEY_DAMAGED,
                        Code.PASSPHRASE_MISSING,
                        Code.FILE_NOT_GUARDED,
                        Code.FILE_MISSING);
        assertThat(failure.getMessage()).contains("a.pem", "b.pem", "c.pem", "d.pem", "none");
        assertThat(failure.getCause()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ssh-rsa AAAA",
                "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            })
    void refusesANamedFileThatIsNoPrivateKey(String content) {
        Path file = TestKeys.file(directory.resolve("web.pem"), content);
        assertThat(findings(file, null)).extracting(Finding::code).containsExactly(Code.KEY_FORMAT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "DSA PRIVATE KEY"})
    void refusesRubbleBetweenTheLinesOfAKey(String label) {
        String rubble = Base64.getEncoder().encodeToString("canary rubble, no key".getBytes(StandardCharsets.UTF_8));
        Path file = TestKeys.file(
                directory.resolve("web.pem"),
                "-----BEGIN " + label + "-----\n" + rubble + "\n-----END " + label + "-----\n");
        assertThat(findings(file, null)).singleElement().satisfies(finding -> assertThat(finding.code())
                .isIn(Code.KEY_DAMAGED, Code.PASSPHRASE_MISSING));
    }

    @Test
    void refusesAKeyWhoseNumbersDoNotFitTogether() throws Exception {
        var one = (java.security.interfaces.RSAPrivateCrtKey) TestKeys.rsa2048().getPrivate();
        var other = (java.security.interfaces.RSAPrivateCrtKey)
                TestKeys.rsa("second", 2048).getPrivate();
        var mixed = new RSAPrivateKey(
                one.getModulus(),
                BigInteger.valueOf(65537),
                one.getPrivateExponent(),
                one.getPrimeP(),
                other.getPrimeQ(),
                one.getPrimeExponentP(),
                other.getPrimeExponentQ(),
                one.getCrtCoefficient());
        Path file =
                TestKeys.file(directory.resolve("web.pem"), pem(new PemObject("RSA PRIVATE KEY", mixed.getEncoded())));
        assertThat(findings(file, null)).extracting(Finding::code).containsExactly(Code.KEY_DAMAGED);
    }

    @Test
    void refusesAFileTooLargeForAKey() {
        Path file =
                TestKeys.file(directory.resolve("web.pem"), "\n".repeat(70_000) + TestKeys.pkcs8(TestKeys.rsa2048()));
        assertThat(findings(file, null)).extracting(Finding::code).containsExactly(Code.KEY_FORMAT);
    }

    @Test
    void saysNothingOfTheKeysButWhatMayBeTold() throws Exception {
        KeyPair pair = TestKeys.rsa2048();
        KeyRing ring = load(TestKeys.file(directory.resolve("web.pem"), TestKeys.pkcs8(pair)), null);
        var secret = (java.security.interfaces.RSAPrivateCrtKey) pair.getPrivate();
        assertThat(ring.toString() + ring.candidates(null))
                .contains("web")
                .doesNotContain(
                        secret.getPrivateExponent().toString(),
                        secret.getPrivateExponent().toString(16),
                        secret.getModulus().toString());
        assertThat(new Source(directory, RIGHT).toString()).isEqualTo(directory.toString());
    }

    private static String pem(PemObject object) throws Exception {
        var text = new java.io.StringWriter();
        try (var writer = new org.bouncycastle.util.io.pem.PemWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    private static KeyRing load(Path path, Passphrase passphrase) throws KeyLoadException {
        return KeyRing.load("ring", List.of(new Source(path, passphrase)));
    }

    private static List<Finding> findings(Path path, Passphrase passphrase) {
        return catchThrowableOfType(KeyLoadException.class, () -> load(path, passphrase))
                .findings();
    }

    private static byte[] opened(KeyRing ring) throws Exception {
        byte[] ciphertext = TestKeys.encryptRaw(TestKeys.rsa2048().getPublic(), PASSWORD);
        try (Unlocked unlocked = RsaOpener.open(ciphertext, ring.candidates("web"))) {
            assertThat(unlocked.key()).isEqualTo(new KeyInfo("web", "RSA", 2048, sshFingerprint(TestKeys.rsa2048())));
            return unlocked.secret().borrow().clone();
        }
    }

    private static String sshFingerprint(KeyPair key) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(TestKeys.rsaPublic((RSAPublicKey) key.getPublic()));
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    }
}
