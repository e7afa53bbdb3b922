package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.request.TestSigner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class SignerKeysTest {

    private static final String PAYLOAD = "{\"jti\":\"r-1\"}";

    @TempDir
    private Path directory;

    private TestSigner ci;
    private TestSigner edwards;
    private SignerKeys keys;

    @BeforeEach
    void load() throws Exception {
        ci = TestSigner.es256();
        edwards = TestSigner.ed25519();
        Path jwk = ci.publicKey(directory.resolve("ci.jwk"));
        Path pem = Files.writeString(
                directory.resolve("ed.pem"), TestKeys.pem(edwards.keys().getPublic()));
        keys = SignerKeys.load(
                Map.of("ci", new SignerKeys.Source(jwk, null), "ed", new SignerKeys.Source(pem, null)),
                Clock.systemUTC());
    }

    @Test
    void acceptsWhatAConfiguredSignerHasSigned() throws Exception {
        SignerKeys.Signed es256 = keys.verify(ci.sign("ci", PAYLOAD));
        SignerKeys.Signed eddsa = keys.verify(edwards.sign("ed", PAYLOAD));

        assertThat(es256.signer()).isEqualTo("ci");
        assertThat(new String(es256.payload(), StandardCharsets.UTF_8)).isEqualTo(PAYLOAD);
        assertThat(eddsa.signer()).isEqualTo("ed");
        assertThat(new String(eddsa.payload(), StandardCharsets.UTF_8)).isEqualTo(PAYLOAD);
    }

    @TestFactory
    Stream<DynamicTest> refusesEverythingElse() throws Exception {
        Map<String, String> bad = new LinkedHashMap<>();
        String good = ci.sign("ci", PAYLOAD);
        String[] part = good.split("\\.", -1);
        bad.put("nothing", "");
        bad.put("half of it", part[0] + "." + part[1]);
        bad.put("four parts", good + ".AAAA");
        bad.put("no signature", part[0] + "." + part[1] + ".");
        bad.put("no payload", part[0] + ".." + part[2]);
        bad.put("another payload", part[0] + "." + base64("{\"jti\":\"r-2\"}") + "." + part[2]);
        bad.put("another header", base64("{\"alg\":\"ES256\",\"kid\":\"ci\",\"x\":1}") + "." + part[1] + "." + part[2]);
        bad.put("a cut signature", good.substring(0, good.length() - 4));
        bad.put("a signature of zeros", part[0] + "." + part[1] + "." + base64(new byte[64]));
        bad.put("alg none", base64("{\"alg\":\"none\",\"kid\":\"ci\"}") + "." + part[1] + ".");
        bad.put(
                "alg none with a signature",
                base64("{\"alg\":\"none\",\"kid\":\"ci\"}") + "." + part[1] + "." + part[2]);
        bad.put("the public key as an HMAC secret", hmac());
        bad.put("another one's key under this name", TestSigner.es256().sign("ci", PAYLOAD));
        bad.put("a longer curve", TestSigner.curve("secp384r1", "ES384").sign("ci", PAYLOAD));
        bad.put("RSA", TestSigner.rsa().sign("ci", PAYLOAD));
        bad.put("Ed25519 under the name of an EC key", edwards.sign("ci", PAYLOAD));
        bad.put("ES256 under the name of an Ed25519 key", ci.sign("ed", PAYLOAD));
        bad.put("another one's Ed25519 key", TestSigner.ed25519().sign("ed", PAYLOAD));
        String[] ed = edwards.sign("ed", PAYLOAD).split("\\.", -1);
        bad.put("another payload under Ed25519", ed[0] + "." + base64("{\"jti\":\"r-2\"}") + "." + ed[2]);
        bad.put("no name", signed(header -> header.getHeaders().setStringHeaderValue("kid", null)));
        bad.put("a key in the header", signed(header -> header.setJwkHeader(ci.jwk())));
        bad.put("a link to a key", signed(header -> header.setHeader("jku", "https://example.com/keys")));
        bad.put("a link to a certificate", signed(header -> header.setHeader("x5u", "https://example.com/c")));
        bad.put("an extension that must be known", signed(header -> header.setCriticalHeaderNames("exp")));
        bad.put("a payload that is not encoded", unencoded());
        bad.put("JSON serialisation", "{\"payload\":\"" + part[1] + "\",\"signatures\":[]}");
        return bad.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> assertThatThrownBy(
                                () -> keys.verify(each.getValue()))
                        .isInstanceOfSatisfying(UnverifiedException.class, refused -> assertThat(refused.reason())
                                .isEqualTo(UnverifiedException.Reason.INVALID))
                        .hasNoCause()));
    }

    @Test
    void doesNotKnowASignerWhomNobodyConfigured() throws Exception {
        String stranger = TestSigner.es256().sign("mallory", PAYLOAD);

        assertThatThrownBy(() -> keys.verify(stranger)).hasMessage("UNKNOWN");
    }

    @Test
    void refusesKeysThatAreNotMeantForThis() throws Exception {
        assertThat(finding(TestSigner.rsa().publicKey(directory.resolve("rsa")), null))
                .isEqualTo(KeyLoadException.Code.KEY_WEAK);
        assertThat(finding(TestSigner.curve("secp384r1", "ES384").publicKey(directory.resolve("p384")), null))
                .isEqualTo(KeyLoadException.Code.KEY_WEAK);
        PublicJsonWebKey sealing = ci.jwk();
        sealing.setUse("enc");
        assertThat(finding(Files.writeString(directory.resolve("enc"), sealing.toJson()), null))
                .isEqualTo(KeyLoadException.Code.KEY_WEAK);
        assertThat(finding(ci.publicKey(directory.resolve("pinned")), "A".repeat(43)))
                .isEqualTo(KeyLoadException.Code.FINGERPRINT_DIFFERS);
        String thumbprint = ci.jwk().calculateBase64urlEncodedThumbprint("SHA-256");
        assertThat(finding(directory.resolve("pinned"), thumbprint)).isNull();
    }

    private static KeyLoadException.@Nullable Code finding(Path file, @Nullable String pinned) {
        try {
            SignerKeys.load(Map.of("x", new SignerKeys.Source(file, pinned)), Clock.systemUTC());
            return null;
        } catch (KeyLoadException e) {
            return e.findings().get(0).code();
        }
    }

    /** Changes a header before it is signed. */
    private interface Change {
        void to(JsonWebSignature header) throws Exception;
    }

    private String signed(Change change) throws Exception {
        JsonWebSignature header = ci.header("ci", PAYLOAD);
        change.to(header);
        return header.getCompactSerialization();
    }

    /** RFC 7797. The library refuses to sign compactly so, and the header is put together here. */
    private String unencoded() throws Exception {
        JsonWebSignature header = ci.header("ci", "abc");
        header.getHeaders().setObjectHeaderValue("b64", false);
        header.setCriticalHeaderNames("b64");
        return header.getDetachedContentCompactSerialization().replace("..", ".abc.");
    }

    private String hmac() throws Exception {
        JsonWebSignature header = ci.header("ci", PAYLOAD);
        header.setAlgorithmHeaderValue("HS256");
        header.setKey(new HmacKey(Files.readAllBytes(directory.resolve("ci.jwk"))));
        return header.getCompactSerialization();
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
