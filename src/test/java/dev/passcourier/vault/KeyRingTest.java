package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.jwk.RSAKey;
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
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
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

    static Stream<Arguments> lessUsualForms() throws Exception {
        KeyPair key = TestKeys.rsa2048();
        byte[] pkcs8 = key.getPrivate().getEncoded();
        byte[] pkcs1 = PrivateKeyInfo.getInstance(pkcs8).getPrivateKey().getOctets();
        byte[] encrypted = der(TestKeys.pkcs8(key, PKCS8Generator.AES_256_CBC, 2048));
        String openSsh = TestKeys.openSsh(key, true);
        return Stream.of(
                arguments("DER of PKCS#8", pkcs8),
                arguments("DER of PKCS#1", pkcs1),
                arguments("DER of encrypted PKCS#8", encrypted),
                arguments(
                        "base64 of PKCS#8 without its lines",
                        Base64.getEncoder().encode(pkcs8)),
                arguments(
                        "base64 of PKCS#1 without its lines",
                        Base64.getMimeEncoder().encode(pkcs1)),
                arguments("base64 of a PEM file", Base64.getEncoder().encode(openSsh.getBytes(StandardCharsets.UTF_8))),
                arguments(
                        "base64 of OpenSSH's form without its lines",
                        Base64.getMimeEncoder().encode(der(openSsh))),
                arguments("PKCS#12", store("PKCS12", key)),
                arguments("Java key store", store("JKS", key)),
                arguments(
                        "JWK",
                        new RSAKey.Builder((RSAPublicKey) key.getPublic())
                                .privateKey(key.getPrivate())
                                .build()
                                .toJSONString()
                                .getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lessUsualForms")
    void readsLessUsualFormsAloneAndInADirectory(String form, byte[] content) throws Exception {
        Path file = TestKeys.file(directory.resolve("web.key"), content);
        assertThat(opened(load(file, RIGHT))).isEqualTo(PASSWORD);
        assertThat(opened(load(directory, RIGHT))).isEqualTo(PASSWORD);
    }

    @Test
    void takesTheGoodKeysOfACopiedSshFolderAndNamesTheRest() throws Exception {
        TestKeys.file(directory.resolve("id_rsa"), TestKeys.openSsh(TestKeys.rsa2048(), false));
        TestKeys.file(directory.resolve("id_ed25519"), TestKeys.pkcs8(TestKeys.ed25519()));
        TestKeys.file(directory.resolve("id_ed25519_sk"), SECURITY_KEY);
        TestKeys.file(directory.resolve("id_rsa.ppk"), "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\n");
        TestKeys.file(directory.resolve("id_rsa.pub"), "ssh-rsa AAAAB3NzaC1yc2E= me@host\n");
        TestKeys.file(directory.resolve("known_hosts"), "example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA\n");
        TestKeys.file(directory.resolve("config"), "Host *\n  ServerAliveInterval 60\n");
        TestKeys.file(directory.resolve("web.p12"), store("PKCS12", TestKeys.rsa2048()));
        KeyRing ring = load(directory, null);
        assertThat(ring.keys()).extracting(KeyInfo::name).containsExactly("id_ed25519", "id_rsa");
        assertThat(ring.unused())
                .extracting(finding -> finding.file().getFileName() + " " + finding.code() + " " + finding.advice())
                .containsExactly(
                        "config NOT_A_KEY it is OpenSSH's configuration",
                        "id_ed25519 KEY_NOT_RSA it holds a key of the kind ED25519, which opens nothing: clouds encrypt"
                                + " passwords to RSA keys",
                        "id_ed25519_sk KEY_FORMAT it is the handle of a key inside a hardware token (sk-…), which"
                                + " decrypts nothing; a private RSA key is needed",
                        "id_rsa.ppk KEY_FORMAT it is a private key in PuTTY's own format; convert it with: puttygen "
                                + directory.resolve("id_rsa.ppk") + " -O private-openssh-new -o "
                                + directory.resolve("id_rsa")
                                + " (or in PuTTYgen: Conversions, Export OpenSSH key)",
                        "id_rsa.pub NOT_A_KEY it is an OpenSSH public key",
                        "known_hosts NOT_A_KEY it is OpenSSH's list of known hosts",
                        "web.p12 PASSPHRASE_MISSING it is a key store and no passphrase is given for it");
    }

    @Test
    void takesAKeyTwiceIfItIsTheSame() throws Exception {
        TestKeys.file(directory.resolve("web.p12"), store("PKCS12", TestKeys.rsa2048()));
        TestKeys.file(directory.resolve("web.pem"), TestKeys.pkcs8(TestKeys.rsa2048()));
        KeyRing ring = load(directory, RIGHT);
        assertThat(opened(ring)).isEqualTo(PASSWORD);
        assertThat(ring.unused()).extracting(Finding::code).containsExactly(Code.KEY_NAME_TWICE);
    }

    @Test
    void takesEveryKeyOfAFile() throws Exception {
        String two = TestKeys.pkcs8(TestKeys.rsa("second", 2048)) + TestKeys.pkcs8(TestKeys.rsa2048());
        KeyRing ring = load(TestKeys.file(directory.resolve("both.pem"), two), null);
        assertThat(ring.keys()).extracting(KeyInfo::name).containsExactly("both", "both-2");
    }

    static Stream<Arguments> namedFiles() throws Exception {
        return Stream.of(
                arguments(
                        "id_rsa.pub",
                        "ssh-rsa AAAAB3NzaC1yc2E= me@host",
                        "it is an OpenSSH public key; name the private key"),
                arguments(
                        "web.pem",
                        TestKeys.pem(TestKeys.rsa2048().getPublic()),
                        "it is a bare public key; name the private"),
                arguments(
                        "web.crt",
                        RecipientKeyTest.certificate(TestKeys.rsa2048(), -1, 1),
                        "it is an X.509 certificate; name the"),
                arguments(
                        "web.csr",
                        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
                        "it is a certificate request; name"),
                arguments(
                        "web.xml",
                        "<RSAKeyValue><Modulus>x</Modulus><D>canary</D></RSAKeyValue>",
                        "in .NET's XML form; convert it in PowerShell"),
                arguments(
                        "web.ssh2",
                        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\ncanary\n",
                        "convert it with: puttygen"),
                arguments(
                        "dh.pem",
                        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
                        "parameters without a key"),
                arguments(
                        "id.asc",
                        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n",
                        "it is an OpenPGP private key; a private RSA key"),
                arguments("age.txt", VaultBench.AGE_IDENTITY, "it is an age identity; a private RSA key is needed"),
                arguments("sk", SECURITY_KEY, "a key inside a hardware token"),
                arguments(
                        "page.pem",
                        "<!DOCTYPE html><title>Sign in</title>",
                        "it is a web page, such as a sign-in page"),
                arguments(
                        "cut.pem",
                        TestKeys.pkcs8(TestKeys.rsa2048()).substring(0, 900),
                        "its END line is missing: it is cut off"),
                arguments("empty.pem", "\uFEFF \r\n", "it is empty"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("namedFiles")
    void saysWhatANamedFileIsInstead(String name, String content, String says) {
        Path file = TestKeys.file(directory.resolve(name), content);
        assertThat(findings(file, null)).singleElement().satisfies(finding -> assertThat(finding.advice())
                .contains(says)
                .doesNotContain("canary"));
    }

    @Test
    void namesACipherThatItDoesNotRead() throws Exception {
        byte[] sealed = der(TestKeys.pkcs8(TestKeys.rsa2048(), PKCS8Generator.AES_256_CBC, 2048));
        byte[] cipher = NISTObjectIdentifiers.id_aes256_CBC.getEncoded();
        sealed[ResultMimeEntity.indexOf(sealed, cipher, 0) + cipher.length - 1] = 99;
        Path file = TestKeys.file(directory.resolve("web.pem"), sealed);
        assertThat(findings(file, RIGHT)).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(Code.KEY_FORMAT);
            assertThat(finding.advice())
                    .contains("encrypted with the cipher 2.16.840.1.101.3.4.1.99", "openssl pkcs8 -topk8");
        });
    }

    /** What ssh-keygen -t ed25519-sk writes begins so; the rest of it does not matter. */
    private static final String SECURITY_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
            + Base64.getEncoder()
                    .encodeToString(("openssh-key-v1\0\0\0\0\4none\0\0\0\4none\0\0\0\0\0\0\0\1\0\0\0\112"
                                    + "\0\0\0\32sk-ssh-ed25519@openssh.com")
                            .getBytes(StandardCharsets.ISO_8859_1))
            + "\n-----END OPENSSH PRIVATE KEY-----\n";

    private static byte[] store(String type, KeyPair key) throws Exception {
        char[] phrase = TestKeys.PASSPHRASE.toCharArray();
        var store = type.equals("PKCS12")
                ? java.security.KeyStore.getInstance(type, BouncyCastle.PROVIDER)
                : java.security.KeyStore.getInstance(type);
        store.load(null, null);
        var certificate = java.security.cert.CertificateFactory.getInstance("X.509")
                .generateCertificate(new java.io.ByteArrayInputStream(
                        RecipientKeyTest.certificate(key, -1, 1).getBytes(StandardCharsets.US_ASCII)));
        store.setKeyEntry("web", key.getPrivate(), phrase, new java.security.cert.Certificate[] {certificate});
        var out = new java.io.ByteArrayOutputStream();
        store.store(out, phrase);
        return out.toByteArray();
    }

    /** What stands between the lines of PEM. */
    private static byte[] der(String pem) {
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[^\n]+-----", ""));
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
        TestKeys.file(directory.resolve("a.key"), TestKeys.pkcs8(TestKeys.rsa("second", 2048)));
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
        try (Vault.Unlocked unlocked = RsaOpener.open(ciphertext, ring.candidates("web"))) {
            assertThat(unlocked.key()).isEqualTo(new KeyInfo("web", "RSA", 2048, sshFingerprint(TestKeys.rsa2048())));
            return unlocked.secret().borrow().clone();
        }
    }

    private static String sshFingerprint(KeyPair key) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(TestKeys.rsaPublic((RSAPublicKey) key.getPublic()));
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    }
}
