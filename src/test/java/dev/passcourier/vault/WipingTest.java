package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever closes something with cleartext in it leaves zeros behind. */
class WipingTest {

    private static final String CANARY = "Canary#1";

    @TempDir
    private Path directory;

    @Test
    void aResultInClearIsWipedWhenItIsClosed() throws IOException {
        byte[] json = bytes("{\"secret\":\"Canary#1\"}");
        ClearResult result = new ClearResult(SecretBytes.owning(json));

        assertThat(result).hasToString("ClearResult[21 bytes]");
        assertThat(result.length()).isEqualTo(21);
        assertThat(result.read()).isEqualTo('{');
        result.close();
        assertThat(json).containsOnly(0);
    }

    @Test
    void anOpenedResultIsWipedWhenItIsClosed() throws IOException {
        byte[] secret = bytes(CANARY);
        OpenedResult result =
                new OpenedResult(Map.of("kind", "password"), SecretBytes.owning(secret), Instant.EPOCH, true);
        var out = new ByteArrayOutputStream();
        result.writeSecretTo(out);

        assertThat(out).hasToString(CANARY);
        assertThat(result.secretLength()).isEqualTo(8);
        assertThat(result).hasToString("OpenedResult{kind=password}");
        result.close();
        assertThat(secret).containsOnly(0);
        assertThatIllegalStateException().isThrownBy(() -> result.writeSecretTo(out));
    }

    @Test
    void anUnlockedSecretIsWipedWhenItIsClosed() {
        byte[] secret = bytes(CANARY);
        new Vault.Unlocked(SecretBytes.owning(secret), null).close();

        assertThat(secret).containsOnly(0);
    }

    @Test
    void aSignedResultIsWipedWhenItWasTakenApartAndWhenItIsClosed() throws Exception {
        byte[] compact = bytes("eyJhbGciOiJFUzI1NiJ9." + base64(CANARY) + ".c2ln");
        SignedResult signed = SignedResult.parse(SecretBytes.owning(compact));
        SecretBytes payload = signed.payload();
        byte[] lent = payload.borrow();

        assertThat(compact).containsOnly(0);
        assertThat(lent).asString().isEqualTo(CANARY);
        assertThat(signed).hasToString("SignedResult");
        signed.close();
        assertThat(lent).containsOnly(0);
        assertThatIllegalStateException()
                .isThrownBy(() -> held(signed, "signingInput").borrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "eyJ", "eyJ.x", "x.y.z", "eyJhbGciOiJFUzI1NiJ9.%.c2ln"})
    void whatCannotBeTakenApartIsWipedToo(String text) {
        byte[] compact = bytes(text);

        assertThatExceptionOfType(NotOpenedException.class)
                .isThrownBy(() -> SignedResult.parse(SecretBytes.owning(compact)))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(NotOpenedException.Reason.MALFORMED));
        assertThat(new String(compact, StandardCharsets.US_ASCII)).isEqualTo("\0".repeat(text.length()));
    }

    @Test
    void aBufferLeavesNothingBehindWhenItGrowsOrIsClosed() throws Exception {
        SecretBuffer buffer = new SecretBuffer(0);
        buffer.write(bytes("0123456789abcdef"));
        byte[] first = inside(buffer);
        assertThat(first).asString().isEqualTo("0123456789abcdef");
        buffer.write('g');
        byte[] second = inside(buffer);

        assertThat(second).isNotSameAs(first).hasSize(32);
        assertThat(first).containsOnly(0);
        buffer.close();
        assertThat(second).containsOnly(0);
        assertThat(buffer).hasToString("SecretBuffer");
        try (SecretBytes left = buffer.toSecret()) {
            assertThat(left.length()).isZero();
        }
    }

    @Test
    void aKeyFilesContentIsWipedWhetherItCouldBeWrittenOrNot() throws Exception {
        byte[] written = bytes(CANARY);
        OwnKeyFile.create(directory.resolve("own/key"), written);
        assertThat(directory.resolve("own/key")).hasContent(CANARY);
        byte[] late = bytes("Canary#2");
        OwnKeyFile.create(directory.resolve("own/key"), late);
        assertThat(directory.resolve("own/key")).hasContent(CANARY);
        byte[] homeless = bytes(CANARY);
        Files.writeString(directory.resolve("file"), "");
        assertThatExceptionOfType(KeyLoadException.class)
                .isThrownBy(() -> OwnKeyFile.create(directory.resolve("file/key"), homeless));

        assertThat(List.of(written, late, homeless))
                .allSatisfy(content -> assertThat(content).containsOnly(0));
    }

    @Test
    void aPassphraseIsWipedWhetherItFitsOrNot() throws Exception {
        Path key = TestKeys.file(directory.resolve("web.pem"), TestKeys.encryptedPem(TestKeys.rsa2048()));
        List<byte[]> handedOut = new ArrayList<>();
        KeyRing.load("ring", List.of(new KeyRing.Source(key, () -> kept(TestKeys.PASSPHRASE, handedOut))));
        assertThatExceptionOfType(KeyLoadException.class)
                .isThrownBy(
                        () -> KeyRing.load("ring", List.of(new KeyRing.Source(key, () -> kept("another", handedOut)))));

        assertThat(handedOut).hasSize(2).allSatisfy(phrase -> assertThat(phrase).containsOnly(0));
    }

    private static byte[] kept(String phrase, List<byte[]> handedOut) {
        handedOut.add(bytes(phrase));
        return handedOut.get(handedOut.size() - 1);
    }

    private static byte[] inside(SecretBuffer buffer) throws ReflectiveOperationException {
        Field field = SecretBuffer.class.getDeclaredField("bytes");
        field.setAccessible(true);
        return (byte[]) field.get(buffer);
    }

    private static SecretBytes held(SignedResult signed, String name) throws ReflectiveOperationException {
        Field field = SignedResult.class.getDeclaredField(name);
        field.setAccessible(true);
        return (SecretBytes) field.get(signed);
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
