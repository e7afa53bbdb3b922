package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.vault.LockedSecret.Encrypted;
import dev.passcourier.vault.VaultException.Code;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenedPasswordTest {

    @TempDir
    private Path directory;

    private VaultBench bench;
    private Vault vault;

    @BeforeEach
    void makeAVault() throws Exception {
        bench = new VaultBench(directory);
        vault = bench.vault();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a-1024", "a-2048", "a-4096"})
    void opensWithKeysOfEveryLength(String key) throws Exception {
        assertThat(openedBy(bench.ring(key), null, encrypted(key, "Canary#1"))).isEqualTo(key + " Canary#1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", " leading and trailing ", "Pässwörd €𝄞", "\"quoted\\\"", "日本語"})
    void opensEveryPrintablePassword(String password) throws Exception {
        assertThat(openedBy(bench.ring("a-2048"), null, encrypted("a-2048", password)))
                .isEqualTo("a-2048 " + password);
    }

    @Test
    void opensAPasswordOf256BytesAndNoMore() throws Exception {
        KeyRing ring = bench.ring("a-4096");
        assertThat(openedBy(ring, null, encrypted("a-4096", "x".repeat(256)))).hasSize(7 + 256);
        assertThat(code(ring, null, encrypted("a-4096", "x".repeat(257)))).isEqualTo(Code.WRONG_KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", " ", "\t", "\u000b", "\f"})
    void readsWrappedBase64(String breaks) throws Exception {
        String base64 = new String(encrypted("a-2048", "Canary#1"), StandardCharsets.US_ASCII);
        String wrapped = breaks + base64.replaceAll("(.{76})", "$1" + breaks) + breaks;
        assertThat(openedBy(bench.ring("a-2048"), null, wrapped.getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("a-2048 Canary#1");
    }

    @Test
    void triesTheKeysOfTheRing() throws Exception {
        KeyRing ring = bench.ring("a-2048", "b-2048", "c-1024");
        assertThat(openedBy(ring, null, encrypted("b-2048", "Canary#1"))).isEqualTo("b-2048 Canary#1");
        assertThat(openedBy(ring, null, encrypted("c-1024", "Canary#1"))).isEqualTo("c-1024 Canary#1");
    }

    @Test
    void takesTheNamedKeyAndNoOther() throws Exception {
        KeyRing ring = bench.ring("a-2048", "b-2048");
        assertThat(openedBy(ring, "b-2048", encrypted("b-2048", "Canary#1"))).isEqualTo("b-2048 Canary#1");
        assertThat(code(ring, "a-2048", encrypted("b-2048", "Canary#1"))).isEqualTo(Code.WRONG_KEY);
    }

    @Test
    void saysWhenTheKeyIsMissing() throws Exception {
        byte[] ciphertext = encrypted("a-2048", "Canary#1");
        assertThat(code(KeyRing.empty(), null, ciphertext)).isEqualTo(Code.KEY_MISSING);
        assertThat(code(bench.ring("a-2048"), "other", ciphertext)).isEqualTo(Code.KEY_MISSING);
    }

    @Test
    void saysWhenTheKeyIsOfAnotherKind() throws Exception {
        Path file = TestKeys.file(directory.resolve("new.pem"), TestKeys.pkcs8(TestKeys.ed25519()));
        KeyRing ring = KeyRing.load("ring", List.of(new KeyRing.Source(file, null)));
        byte[] ciphertext = encrypted("a-2048", "Canary#1");
        assertThat(code(ring, "new", ciphertext)).isEqualTo(Code.KEY_NOT_RSA);
        assertThat(code(ring, null, ciphertext)).isEqualTo(Code.KEY_NOT_RSA);
    }

    static Stream<Arguments> whatDoesNotOpen() throws Exception {
        byte[] good = encrypted("a-2048", "Canary#1");
        byte[] raw = Base64.getDecoder().decode(good);
        byte[] flipped = raw.clone();
        flipped[100] ^= 1;
        var modulus = ((RSAPublicKey) TestKeys.rsa("a-2048", 2048).getPublic()).getModulus();
        return Stream.of(
                arguments("another key's", encrypted("z-2048", "Canary#1")),
                arguments("a shorter key's", encrypted("z-1024", "Canary#1")),
                arguments("a longer key's", encrypted("z-4096", "Canary#1")),
                arguments("flipped", base64(flipped)),
                arguments("two blocks", base64(concat(raw, raw))),
                arguments("all zero", base64(new byte[256])),
                arguments("the modulus", base64(unsigned(modulus))),
                arguments("beyond the modulus", base64(unsigned(modulus.add(BigInteger.TEN)))),
                arguments("empty password", encrypted("a-2048", "")),
                arguments("an escape", encrypted("a-2048", "Canary\u001b[2J")),
                arguments("a C1 control", encrypted("a-2048", "Canary\u0085")),
                arguments("a line separator", encrypted("a-2048", "Canary\u2028")),
                arguments("a noncharacter", encrypted("a-2048", "Canary\uffff")),
                arguments("not UTF-8", encrypted("a-2048", new byte[] {'a', (byte) 0xC3, 'b'})),
                arguments("cut UTF-8", encrypted("a-2048", new byte[] {'a', (byte) 0xC3})),
                arguments("a surrogate in UTF-8", encrypted("a-2048", new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80
                })),
                arguments("overlong UTF-8", encrypted("a-2048", new byte[] {(byte) 0xC1, (byte) 0xA1})),
                arguments("no padding at all", unpadded("Canary#1")),
                arguments("OAEP", oaep("Canary#1")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatDoesNotOpen")
    void answersEveryFailureWithOneCode(String what, byte[] base64) throws Exception {
        KeyRing ring = bench.ring("a-2048");
        for (String key : new String[] {null, "a-2048"}) {
            var failure = catchThrowableOfType(VaultException.class, () -> open(ring, key, base64));
            assertThat(failure.code()).isEqualTo(Code.WRONG_KEY);
            assertThat(failure).hasMessage("WRONG_KEY").hasNoCause();
            assertThat(failure.getSuppressed()).isEmpty();
        }
    }

    static Stream<Arguments> whatNeedsNoKeyToBeTold() throws Exception {
        byte[] good = encrypted("a-2048", "Canary#1");
        byte[] raw = Base64.getDecoder().decode(good);
        String text = new String(good, StandardCharsets.US_ASCII);
        String long4096 = new String(encrypted("a-4096", "Canary#1"), StandardCharsets.US_ASCII);
        return Stream.of(
                arguments("nothing", new byte[0], Code.NOT_ENCRYPTED),
                arguments("white space", ascii(" \r\n"), Code.NOT_ENCRYPTED),
                arguments("a password", ascii("Tr1al-Pass!"), Code.NOT_ENCRYPTED),
                arguments("a password that is base64", ascii("Trial2Pass"), Code.NOT_ENCRYPTED),
                arguments("a long passphrase", ascii("correct horse battery staple"), Code.NOT_ENCRYPTED),
                arguments("one", base64(BigInteger.ONE.toByteArray()), Code.NOT_ENCRYPTED),
                arguments("no base64", ascii("ä".repeat(172)), Code.NOT_ENCRYPTED),
                arguments("a foreign character inside", ascii("!" + text), Code.NOT_ENCRYPTED),
                arguments("a documentation's sample", ascii("UHC9+YW1xDC1Yu8Mg9n+...Khr5w=="), Code.NOT_ENCRYPTED),
                arguments("an error page", ascii("<html><body>404</body></html>".repeat(9)), Code.NOT_ENCRYPTED),
                arguments("the first of metadata's pieces", ascii(long4096.substring(0, 255)), Code.CIPHERTEXT_DAMAGED),
                arguments("two of its pieces", ascii(long4096.substring(0, 510)), Code.CIPHERTEXT_DAMAGED),
                arguments("a digit short", ascii(text.substring(0, 341)), Code.CIPHERTEXT_DAMAGED),
                arguments("cut", base64(Arrays.copyOf(raw, 255)), Code.CIPHERTEXT_DAMAGED),
                arguments("with a zero in front", base64(concat(new byte[1], raw)), Code.CIPHERTEXT_DAMAGED),
                arguments("padding inside", ascii(text + text), Code.CIPHERTEXT_DAMAGED),
                arguments("with stray low bits", strayBits(good), Code.CIPHERTEXT_DAMAGED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatNeedsNoKeyToBeTold")
    void tellsWhatIsWrongWithTheFormWhateverTheKeys(String what, byte[] text, Code code) throws Exception {
        for (KeyRing ring : List.of(bench.ring("a-2048"), bench.ring("c-1024"))) {
            var failure = catchThrowableOfType(VaultException.class, () -> open(ring, null, text));
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure).hasMessage(code.name()).hasNoCause();
        }
    }

    static Stream<Arguments> formsOfOneCiphertext() throws Exception {
        byte[] raw = underscored();
        String text = new String(base64(raw), StandardCharsets.US_ASCII);
        return Stream.of(
                arguments("base64url", Base64.getUrlEncoder().encodeToString(raw)),
                arguments(
                        "base64url without padding",
                        Base64.getUrlEncoder().withoutPadding().encodeToString(raw)),
                arguments("without padding", text.replace("=", "")),
                arguments("wrapped by \\n as two characters", text.replaceAll("(.{64})", "$1\\\\n") + "\\n"),
                arguments("in quotes", "\"" + text + "\"\n"),
                arguments("wrapped by carriage returns", text.replaceAll("(.{76})", "$1\r")),
                arguments("hex", HexFormat.of().formatHex(raw)),
                arguments(
                        "hex with blanks",
                        HexFormat.ofDelimiter(" ").withUpperCase().formatHex(raw)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formsOfOneCiphertext")
    void readsTheFormsThatScriptsWriteAsOneCiphertext(String form, String text) throws Exception {
        assertThat(openedBy(bench.ring("a-2048"), null, ascii(text))).isEqualTo("a-2048 Canary#1");
        assertThat(vault.fingerprint(new Encrypted(ascii(text)))).isPresent();
    }

    @Test
    void namesEveryFormOfACiphertextAlike() throws Exception {
        byte[] raw = underscored();
        assertThat(Stream.of(
                                base64(raw),
                                ascii(Base64.getUrlEncoder().withoutPadding().encodeToString(raw)),
                                ascii(HexFormat.of().formatHex(raw)))
                        .map(text -> vault.fingerprint(new Encrypted(text)).orElseThrow()))
                .containsOnly(vault.fingerprint(new Encrypted(base64(raw))).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "'\\n', LF",
        "'\\r\\n', CR LF",
        "'\\0', NUL",
        "'\\r', CR",
        "'\\0\\0\\0\\0\\0', NUL",
        "'\\r\\n\\0', CR LF NUL",
        "'\\n\\n', LF"
    })
    void takesOffWhatAScriptLeftBehindAndSaysSo(String ending, String trimmed) throws Exception {
        String tail = ending.replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0");
        assertThat(factsOf("Tr1al-Pass" + tail)).containsExactly("Tr1al-Pass", trimmed);
        assertThat(factsOf("\uFEFFTr1al-Pass" + tail)).containsExactly("Tr1al-Pass", "BOM " + trimmed);
    }

    @Test
    void leavesWhatMayBelongToThePassword() throws Exception {
        assertThat(factsOf(" Tr1al-Pass \\n ")).containsExactly(" Tr1al-Pass \\n ", "");
        assertThat(code(bench.ring("a-2048"), null, encrypted("a-2048", "\r\n")))
                .isEqualTo(Code.WRONG_KEY);
        assertThat(code(bench.ring("a-2048"), null, encrypted("a-2048", "a\nb")))
                .isEqualTo(Code.WRONG_KEY);
        assertThat(code(bench.ring("a-2048"), null, encrypted("a-2048", "\0ab")))
                .isEqualTo(Code.WRONG_KEY);
    }

    /** The secret of a result and its member {@code trimmed}. */
    private List<String> factsOf(String password) throws Exception {
        Vault.Opened opened = open(bench.ring("a-2048"), null, encrypted("a-2048", password));
        Sealed sealed = opened.sealed().get(0);
        try (ClearResult result = vault.openAtRest(sealed.bytes(), sealed.deliveryId())) {
            byte[] json = result.readAllBytes();
            List<String> found = new ArrayList<>();
            for (String member : List.of("secret", "trimmed")) {
                found.add(JsonStrings.find(json, List.of(member))
                        .map(bytes -> new String(bytes.borrow(), StandardCharsets.UTF_8))
                        .orElse(""));
            }
            return found;
        }
    }

    @Test
    void namesACiphertextWithoutTellingIt() throws Exception {
        byte[] one = encrypted("a-2048", "Canary#1");
        byte[] other = encrypted("a-2048", "Canary#1");
        byte[] wrapped = ascii(new String(one, StandardCharsets.US_ASCII).replaceAll("(.{64})", "$1\r\n"));
        String name = vault.fingerprint(new Encrypted(one)).orElseThrow();
        assertThat(name).matches("[0-9a-f]{64}");
        assertThat(vault.fingerprint(new Encrypted(wrapped))).contains(name);
        assertThat(vault.fingerprint(new Encrypted(other))).get().isNotEqualTo(name);
        assertThat(new Vault(bench.keys(), VaultBench.CLOCK).fingerprint(new Encrypted(one)))
                .contains(name);
        assertThat(new VaultBench(directory.resolve("other")).vault().fingerprint(new Encrypted(one)))
                .get()
                .isNotEqualTo(name);
    }

    @Test
    void hasNoNameForASecretInClearNorForAMalformedCiphertext() throws Exception {
        assertThat(vault.fingerprint(VaultBench.inClear("Canary#1"))).isEmpty();
        assertThat(vault.fingerprint(new Encrypted(ascii("no base64!")))).isEmpty();
    }

    private String openedBy(KeyRing ring, String key, byte[] base64) throws Exception {
        Vault.Opened opened = open(ring, key, base64);
        byte[] sealed = opened.sealed().get(0).bytes();
        try (ClearResult result =
                vault.openAtRest(sealed, opened.sealed().get(0).deliveryId())) {
            try (SecretBytes secret =
                    JsonStrings.find(result.readAllBytes(), List.of("secret")).orElseThrow()) {
                return opened.key().name() + " " + new String(secret.borrow(), StandardCharsets.UTF_8);
            }
        }
    }

    private Code code(KeyRing ring, String key, byte[] base64) {
        return catchThrowableOfType(VaultException.class, () -> open(ring, key, base64))
                .code();
    }

    private Vault.Opened open(KeyRing ring, String key, byte[] base64) throws VaultException {
        return vault.seal(new Encrypted(base64), ring, key, VaultBench.FACTS, List.of(new SealTarget("ops", null)));
    }

    private static byte[] encrypted(String key, String password) {
        return encrypted(key, password.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] encrypted(String key, byte[] password) {
        return TestKeys.encrypt(pair(key).getPublic(), password);
    }

    private static KeyPair pair(String key) {
        return TestKeys.rsa(key, Integer.parseInt(key.substring(key.indexOf('-') + 1)));
    }

    private static byte[] unpadded(String password) throws Exception {
        return with("RSA/ECB/NoPadding", password);
    }

    private static byte[] oaep(String password) throws Exception {
        return with("RSA/ECB/OAEPPadding", password);
    }

    private static byte[] with(String transformation, String password) throws Exception {
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(Cipher.ENCRYPT_MODE, pair("a-2048").getPublic());
        return base64(cipher.doFinal(password.getBytes(StandardCharsets.UTF_8)));
    }

    /** A block of the right length and key whose base64url differs from its base64. */
    private static byte[] underscored() {
        while (true) {
            byte[] raw = TestKeys.encryptRaw(pair("a-2048").getPublic(), ascii("Canary#1"));
            String url = Base64.getUrlEncoder().encodeToString(raw);
            if (url.contains("_") || url.contains("-")) {
                return raw;
            }
        }
    }

    /** 256 bytes end in one padding character pair: the last digit has four low bits that mean nothing. */
    private static byte[] strayBits(byte[] good) {
        byte[] bent = good.clone();
        int last = bent.length - 3;
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        bent[last] = (byte) digits.charAt(digits.indexOf(bent[last]) + 1);
        return bent;
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static byte[] base64(byte[] bytes) {
        return Base64.getEncoder().encode(bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] concat(byte[] one, byte[] other) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(one);
        out.writeBytes(other);
        return out.toByteArray();
    }
}
