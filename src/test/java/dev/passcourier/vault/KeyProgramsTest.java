package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.passcourier.vault.KeyRing.KeyInfo;
import dev.passcourier.vault.KeyRing.Source;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The programs that people make keys with, and that guests encrypt with, as independent judges of what {@link
 * KeyRingTest} and {@link OpenedPasswordTest} check on any machine. Reported as skipped where a program is missing.
 */
@Tag("programs")
class KeyProgramsTest {

    private static final String PASSWORD = "Canary#Pässwörd1";
    private static final Passphrase PASSPHRASE = () -> TestKeys.PASSPHRASE.getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genrsa -traditional -out KEY 2048",
                "genrsa -out KEY 2048",
                "genrsa -traditional -aes128 -passout PASS -out KEY 2048",
                "genrsa -traditional -aes256 -passout PASS -out KEY 2048",
                "genrsa -traditional -des3 -passout PASS -out KEY 2048",
                "genrsa -aes256 -passout PASS -out KEY 2048",
                "genrsa -aria256 -passout PASS -out KEY 2048",
                "genrsa -aria128 -traditional -passout PASS -out KEY 2048",
                "genrsa -camellia256 -passout PASS -out KEY 2048",
                "genrsa -seed -traditional -provider default -provider legacy -passout PASS -out KEY 2048",
                "genrsa -camellia192 -traditional -passout PASS -out KEY 2048",
                "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -aes-256-cbc -pass PASS -out KEY",
                "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out KEY"
            })
    void opensWhatOpensslMakesAndEncrypts(String command) throws Exception {
        Path key = directory.resolve("web.pem");
        run("openssl", command);
        assertThat(opened(key)).isEqualTo(PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-scrypt",
                "-v2 aes-256-cbc -iter 600000",
                "-v2 aes-192-cbc -v2prf hmacWithSHA512",
                "-v2 aria-192-cbc",
                "-v2 camellia-128-cbc",
                "-outform DER -v2 aes-256-cbc",
                "-v1 PBE-SHA1-3DES"
            })
    void opensWhatOpensslConvertsToPkcs8(String options) throws Exception {
        Path plain = TestKeys.file(directory.resolve("plain.pem"), TestKeys.pkcs8(TestKeys.rsa2048()));
        run("openssl", "pkcs8 -topk8 -in " + plain + " " + options + " -passout PASS -out KEY");
        assertThat(opened(directory.resolve("web.pem"))).isEqualTo(PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-keypbe PBE-SHA1-3DES -macalg sha1", "-keypbe aes-128-cbc -nomac"})
    void opensWhatOpensslPutsIntoPkcs12(String options) throws Exception {
        Path plain = TestKeys.file(directory.resolve("plain.pem"), TestKeys.pkcs8(TestKeys.rsa2048()));
        Path certificate = directory.resolve("crt.pem");
        run("openssl", "req -x509 -key " + plain + " -subj /CN=canary -out " + certificate);
        run(
                "openssl",
                "pkcs12 -export -inkey " + plain + " -in " + certificate + " " + options + " -passout PASS -out KEY");
        assertThat(opened(directory.resolve("web.pem"))).isEqualTo(PASSWORD);
    }

    @ParameterizedTest
    @CsvSource({
        "'',         -m PEM",
        "PHRASE,     -m PEM",
        "'',         -m RFC4716",
        "PHRASE,     -m RFC4716",
        "PHRASE,     -m RFC4716 -Z aes256-cbc",
        "PHRASE,     -m RFC4716 -Z aes256-gcm@openssh.com",
        "PHRASE,     -m RFC4716 -Z chacha20-poly1305@openssh.com",
        "PHRASE,     -m PKCS8"
    })
    void opensWithWhatSshKeygenMakes(String phrase, String options) throws Exception {
        run(
                "ssh-keygen",
                "-q -t rsa -b 2048 -C canary -f KEY -N " + (phrase.isEmpty() ? "NONE" : "PHRASE") + " " + options);
        assertThat(opened(directory.resolve("web.pem"))).isEqualTo(PASSWORD);
    }

    @ParameterizedTest
    @CsvSource({"prime256v1, 256", "secp384r1, 384", "secp521r1, 521"})
    void readsTheCurvesThatOpensslMakes(String curve, int bits) throws Exception {
        run("openssl", "ecparam -name " + curve + " -genkey -noout -out KEY");
        assertThat(ring().keys()).singleElement().satisfies(key -> assertThat(key.bits())
                .isEqualTo(bits));
    }

    @ParameterizedTest
    @CsvSource({"rsa, RSA, 3072", "ecdsa, EC, 256", "ed25519, ED25519, 256"})
    void namesKeysAsSshKeygenDoes(String type, String algorithm, int bits) throws Exception {
        run("ssh-keygen", "-q -t " + type + " -C canary -f KEY -N NONE" + (type.equals("rsa") ? " -b 3072" : ""));
        String listed = run("ssh-keygen", "-l -f KEY");
        assertThat(ring().keys())
                .singleElement()
                .isEqualTo(new KeyInfo("web", algorithm, bits, listed.split(" ", 3)[1]));
        assertThat(listed).startsWith(bits + " ");
    }

    private String opened(Path key) throws Exception {
        Path half = directory.resolve("public.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        KeyRing ring = ring();
        Path plain = TestKeys.file(directory.resolve("password"), PASSWORD);
        writePublicHalf(ring, half);
        run(
                "openssl",
                "pkeyutl -encrypt -pubin -inkey " + half + " -pkeyopt rsa_padding_mode:pkcs1 -in " + plain + " -out "
                        + directory.resolve("sealed"));
        byte[] ciphertext = Base64.getEncoder().encode(Files.readAllBytes(directory.resolve("sealed")));
        byte[] decoded = StrictBase64.decode(ciphertext).orElseThrow();
        try (Vault.Unlocked unlocked = RsaOpener.open(decoded, ring.candidates("web"))) {
            return new String(unlocked.secret().borrow(), StandardCharsets.UTF_8);
        }
    }

    private static void writePublicHalf(KeyRing ring, Path half) throws Exception {
        var rsa = (java.security.interfaces.RSAPrivateCrtKey)
                ring.candidates("web").get(0).rsa();
        var spec = new java.security.spec.RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent());
        TestKeys.file(
                half, TestKeys.pem(java.security.KeyFactory.getInstance("RSA").generatePublic(spec)));
    }

    private KeyRing ring() throws KeyLoadException {
        return KeyRing.load("ring", List.of(new Source(directory.resolve("web.pem"), PASSPHRASE)));
    }

    private String run(String program, String arguments) throws Exception {
        assumeTrue(isInstalled(program), () -> program + " is not installed");
        List<String> command = new ArrayList<>(List.of(program));
        Stream.of(arguments.trim().split("\\s+")).map(this::argument).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        try (InputStream out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).describedAs(said).isZero();
            return said;
        }
    }

    private String argument(String word) {
        return switch (word) {
            case "KEY" -> directory.resolve("web.pem").toString();
            case "PASS" -> "file:" + TestKeys.file(directory.resolve("phrase"), TestKeys.PASSPHRASE);
            case "PHRASE" -> TestKeys.PASSPHRASE;
            case "NONE" -> "";
            default -> word;
        };
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
