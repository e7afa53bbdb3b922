package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.VaultException.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SealedResultTest {

    private static final String PASSWORD = "Canary \"Pässwörd\" \\ €𝄞";

    @TempDir
    private Path directory;

    private VaultBench bench;

    @BeforeEach
    void makeAVault() throws Exception {
        bench = new VaultBench(directory);
    }

    static Stream<Arguments> recipients() {
        return Stream.of(
                arguments(TestKeys.rsa2048(), "RSA-OAEP-256"),
                arguments(TestKeys.rsa("a-4096", 4096), "RSA-OAEP-256"),
                arguments(TestKeys.ec("secp256r1"), "ECDH-ES+A256KW"),
                arguments(TestKeys.ec("secp384r1"), "ECDH-ES+A256KW"),
                arguments(TestKeys.ec("secp521r1"), "ECDH-ES+A256KW"));
    }

    @ParameterizedTest
    @MethodSource("recipients")
    void isOpenedAndVerifiedByAnIndependentProgram(KeyPair pair, String algorithm) throws Exception {
        RecipientKey recipient = bench.recipient(pair.getPublic());
        Sealed sealed = bench.seal(PASSWORD.replace("\\", "\\\\").replace("\"", "\\\""), VaultBench.FACTS, recipient);
        assertThat(sealed.mediaType()).isEqualTo("application/jose");

        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmConstraints(new AlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, algorithm));
        jwe.setContentEncryptionAlgorithmConstraints(
                new AlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "A256GCM"));
        jwe.setCompactSerialization(new String(sealed.bytes(), StandardCharsets.US_ASCII));
        jwe.setKey(pair.getPrivate());
        String inner = jwe.getPayload();
        assertThat(jwe.getKeyIdHeaderValue()).isEqualTo(recipient.thumbprint());
        assertThat(jwe.getContentTypeHeaderValue()).isEqualTo("JOSE");
        assertThat(jwe.getHeader("zip")).isNull();

        var jws = new JsonWebSignature();
        jws.setAlgorithmConstraints(new AlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "ES256"));
        jws.setCompactSerialization(inner);
        jws.setKey(JsonWebKey.Factory.newJwk(Files.readString(bench.keys().publicSigningKey()))
                .getKey());
        assertThat(jws.verifySignature()).isTrue();
        assertThat(jws.getKeyIdHeaderValue()).isEqualTo(bench.keys().signingThumbprint());
        assertThat(jws.getHeader("typ")).isEqualTo("passcourier-result");
        assertThat(jws.getHeader("sealedFor")).isEqualTo(recipient.thumbprint());

        JsonNode result = new ObjectMapper().readTree(jws.getPayloadBytes());
        assertThat(result.toPrettyString())
                .isEqualTo(new ObjectMapper()
                        .createObjectNode()
                        .put("requestId", "req-1")
                        .put("deliveryId", DeliveryIds.of("req-1", "ops"))
                        .put("alias", "ops")
                        .put("provider", "huawei-ecs")
                        .put("account", "main")
                        .put("instance", "i-0815")
                        .put("kind", "password")
                        .put("userName", "Administrator")
                        .put("secret", PASSWORD)
                        .put("issuedAt", "2026-11-01T12:00:00Z")
                        .put("notAfter", "2026-11-01T13:00:00Z")
                        .toPrettyString());
    }

    @Test
    void sealsOnceForEveryTargetInTheirOrder() throws Exception {
        var targets = List.of(
                new SealTarget("a", bench.recipient(TestKeys.rsa2048().getPublic())),
                new SealTarget("b", null),
                new SealTarget("c", bench.recipient(TestKeys.ec("secp256r1").getPublic())));
        Vault.Opened opened =
                bench.vault().seal(VaultBench.inClear("Canary#1"), KeyRing.empty(), null, VaultBench.FACTS, targets);
        assertThat(opened.sealed()).extracting(Sealed::alias).containsExactly("a", "b", "c");
        assertThat(opened.sealed())
                .extracting(Sealed::mediaType)
                .containsExactly(Sealed.JOSE, AtRest.MEDIA_TYPE, Sealed.JOSE);
        assertThat(opened.sealed()).extracting(Sealed::deliveryId).doesNotHaveDuplicates();
        assertThat(opened.key()).isNull();
    }

    @Test
    void tellsAPrivateKeyFromAPasswordWhereTheCloudDoesNot() throws Exception {
        var detect = new ResultFacts(
                "req-1", "tencent-gse", "main", "i", "detect", null, VaultBench.NOW, VaultBench.NOT_AFTER);
        assertThat(kind("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", detect)).isEqualTo("private-key");
        assertThat(kind("-----BEGIN", detect)).isEqualTo("password");
        assertThat(kind("Canary#1", detect)).isEqualTo("password");
        assertThat(kind("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n", VaultBench.FACTS))
                .isEqualTo("password");
    }

    @Test
    void leavesTheUserOutWhereTheCloudDoesNotNameOne() throws Exception {
        var nameless = new ResultFacts(
                "req-1", "zstack", "main", "i", "console-password", null, VaultBench.NOW, VaultBench.NOT_AFTER);
        Sealed sealed = bench.seal("Canary#1", nameless, null);
        try (ClearResult result = bench.vault().openAtRest(sealed.bytes(), sealed.deliveryId())) {
            assertThat(new ObjectMapper().readTree(result).has("userName")).isFalse();
        }
    }

    @Test
    void opensAnAtRestSealAndWipesItAfterwards() throws Exception {
        Sealed sealed = bench.seal("Canary#1", VaultBench.FACTS, null);
        assertThat(new String(sealed.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("Canary", "req-1");
        ClearResult result = bench.vault().openAtRest(sealed.bytes(), sealed.deliveryId());
        int length = result.length();
        assertThat(result.toString()).isEqualTo("ClearResult[" + length + " bytes]");
        byte[] first = result.readNBytes(40);
        assertThat(new String(first, StandardCharsets.UTF_8)).startsWith("{\"requestId\":\"req-1\"");
        result.close();
        assertThat(result.readAllBytes()).hasSize(length - 40).containsOnly(0);
    }

    @Test
    void refusesAnAtRestSealOfAnotherDelivery() throws Exception {
        Sealed sealed = bench.seal("Canary#1", VaultBench.FACTS, null);
        assertThat(code(bench.vault(), sealed.bytes(), DeliveryIds.of("req-2", "ops")))
                .isEqualTo(Code.NOT_OPENED);
        assertThat(code(new VaultBench(directory.resolve("other")).vault(), sealed.bytes(), sealed.deliveryId()))
                .isEqualTo(Code.NOT_OPENED);
    }

    @Test
    void refusesEveryChangedCutOrLengthenedAtRestSeal() throws Exception {
        Sealed sealed = bench.seal("Canary#1", VaultBench.FACTS, null);
        for (byte[] bad : spoiled(sealed.bytes())) {
            assertThat(code(bench.vault(), bad, sealed.deliveryId())).isEqualTo(Code.NOT_OPENED);
        }
    }

    @Test
    void refusesAnAtRestSealWhoseLifetimeIsOver() throws Exception {
        Sealed sealed = bench.seal("Canary#1", VaultBench.FACTS, null);
        Instant last = VaultBench.NOT_AFTER.minusMillis(1);
        bench.at(last).openAtRest(sealed.bytes(), sealed.deliveryId()).close();
        assertThat(code(bench.at(VaultBench.NOT_AFTER), sealed.bytes(), sealed.deliveryId()))
                .isEqualTo(Code.EXPIRED);
    }

    @Test
    void sealsNothingWhoseLifetimeIsOver() {
        var failure = catchThrowableOfType(VaultException.class, () -> bench.at(VaultBench.NOT_AFTER)
                .seal(
                        VaultBench.inClear("Canary#1"),
                        KeyRing.empty(),
                        null,
                        VaultBench.FACTS,
                        List.of(new SealTarget("ops", null))));
        assertThat(failure.code()).isEqualTo(Code.EXPIRED);
    }

    @Test
    void sealsForNobodyOnceAKeyHasExpired() throws Exception {
        RecipientKey key = VaultBench.recipient(SealFormat.CMS, directory, "recipient.crt");
        Instant end = key.expiresAt();
        var facts = new ResultFacts("req-1", "zstack", "main", "i", "password", null, end, end.plusSeconds(60));
        var failure = catchThrowableOfType(VaultException.class, () -> bench.at(end)
                .seal(
                        VaultBench.inClear("Canary#1"),
                        KeyRing.empty(),
                        null,
                        facts,
                        List.of(new SealTarget("none", null), new SealTarget("ops", key))));
        assertThat(failure.code()).isEqualTo(Code.RECIPIENT_EXPIRED);
    }

    @Test
    void neverSealsTheSameWayTwice() throws Exception {
        RecipientKey recipient = bench.recipient(TestKeys.ec("secp256r1").getPublic());
        for (RecipientKey target : new RecipientKey[] {recipient, null}) {
            assertThat(bench.seal("Canary#1", VaultBench.FACTS, target).bytes())
                    .isNotEqualTo(
                            bench.seal("Canary#1", VaultBench.FACTS, target).bytes());
        }
    }

    @Test
    void saysNothingOfASecretInAnyDescription() throws Exception {
        var locked = VaultBench.inClear("Canary#1");
        Vault.Opened opened = bench.vault()
                .seal(locked, KeyRing.empty(), null, VaultBench.FACTS, List.of(new SealTarget("ops", null)));
        try (var secret = SecretBytes.owning("Canary#1".getBytes(StandardCharsets.UTF_8));
                var buffer = new SecretBuffer(1);
                var unlocked = new Vault.Unlocked(secret, new KeyRing.KeyInfo("key", "RSA", 2048, "SHA256:x"))) {
            buffer.write("Canary#1");
            var described = List.of(locked, opened, secret, buffer, unlocked, bench.keys(), bench.vault())
                    .toString();
            assertThat(described)
                    .doesNotContain("Canary")
                    .contains(opened.sealed().get(0).deliveryId());
        }
        assertThat(new LockedSecret.Encrypted(new byte[] {1}).toString()).isEqualTo("Encrypted");
    }

    private String kind(String secret, ResultFacts facts) throws VaultException {
        return bench.vault()
                .seal(VaultBench.inClear(secret), KeyRing.empty(), null, facts, List.of(new SealTarget("ops", null)))
                .kind();
    }

    private static List<byte[]> spoiled(byte[] good) {
        List<byte[]> bad = new ArrayList<>();
        for (int at = 0; at < good.length; at++) {
            byte[] flipped = good.clone();
            flipped[at] ^= 1;
            bad.add(flipped);
            bad.add(java.util.Arrays.copyOf(good, at));
        }
        bad.add(java.util.Arrays.copyOf(good, good.length + 1));
        return bad;
    }

    private static Code code(Vault vault, byte[] sealed, String deliveryId) {
        return catchThrowableOfType(VaultException.class, () -> vault.openAtRest(sealed, deliveryId))
                .code();
    }
}
