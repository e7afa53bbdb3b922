package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.vault.PgpKeys.Wish;
import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may say what about a key: what names the owner's key, and is not signed with it, counts for nothing. */
class OpenPgpCertificateTest {

    private static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");
    private static final Wish USUAL = Wish.usual(MADE);

    private final PgpKeys ops = make(USUAL);
    private final PgpKeys other = make(USUAL.keys(TestKeys.rsa("pgp", 2048), TestKeys.rsa("other", 2048)));
    private final PgpKeys forger = ops.forger(TestKeys.rsa("forger", 2048));

    @Test
    void believesNoForgedRevocation() throws Exception {
        assertThat(read(ops.revokedBy(ops)).isRevoked()).isTrue();
        assertThat(read(ops.revokedBy(forger)).isRevoked()).isFalse();
        assertThat(read(ops.subkeyRevokedBy(ops)).encryptionKeys()).isEmpty();
        assertThat(read(ops.subkeyRevokedBy(forger)).encryptionKeys()).hasSize(1);
    }

    @Test
    void takesNoSubkeyThatAForgerHasBound() throws Exception {
        assertThat(new OpenPgpCertificate(ops.withSubkeyBoundBy(ops, other)).encryptionKeys())
                .extracting(key -> key.key().getKeyID())
                .containsExactlyInAnyOrder(ops.subkeyId(), other.subkeyId());
        assertThat(new OpenPgpCertificate(ops.withSubkeyBoundBy(forger, other)).encryptionKeys())
                .extracting(key -> key.key().getKeyID())
                .containsExactly(ops.subkeyId());
    }

    @Test
    void takesTheNewestSubkeyFirst() throws Exception {
        Wish later =
                Wish.usual(MADE.plus(Duration.ofDays(1))).keys(TestKeys.rsa("pgp", 2048), TestKeys.rsa("other", 2048));
        Wish earlier = Wish.usual(MADE.minus(Duration.ofDays(1))).keys(later.primary(), later.subkey());

        assertThat(firstOf(make(later))).isEqualTo(make(later).subkeyId()).isNotEqualTo(ops.subkeyId());
        assertThat(firstOf(make(earlier))).isEqualTo(ops.subkeyId());
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                PGPSignature.DEFAULT_CERTIFICATION,
                PGPSignature.NO_CERTIFICATION,
                PGPSignature.CASUAL_CERTIFICATION,
                PGPSignature.POSITIVE_CERTIFICATION
            })
    void believesTheOwnerAboutTheUser(int type) throws Exception {
        assertThat(new OpenPgpCertificate(ops.withUserSignedBy(ops, type)).isSelfSigned())
                .isTrue();
        assertThat(new OpenPgpCertificate(ops.withUserSignedBy(forger, type)).isSelfSigned())
                .isFalse();
        assertThat(new OpenPgpCertificate(ops.withUserSignedBy(other, type)).isSelfSigned())
                .isFalse();
    }

    @Test
    void takesNoWithdrawalForAConfirmation() throws Exception {
        var withdrawn = ops.withUserSignedBy(ops, PGPSignature.CERTIFICATION_REVOCATION);

        assertThat(new OpenPgpCertificate(withdrawn).isSelfSigned()).isFalse();
        assertThat(new OpenPgpCertificate(withdrawn).encryptionKeys()).isEmpty();
    }

    @Test
    void believesTheOwnerAboutTheKeyItself() throws Exception {
        var direct = new OpenPgpCertificate(ops.directlySignedBy(ops));

        assertThat(direct.isSelfSigned()).isTrue();
        assertThat(direct.encryptionKeys()).hasSize(1);
        assertThat(new OpenPgpCertificate(ops.directlySignedBy(forger)).isSelfSigned())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        PublicKeyAlgorithmTags.RSA_GENERAL + ", 2047, false",
        PublicKeyAlgorithmTags.RSA_GENERAL + ", 2048, true",
        PublicKeyAlgorithmTags.RSA_ENCRYPT + ", 2047, false",
        PublicKeyAlgorithmTags.RSA_ENCRYPT + ", 2048, true"
    })
    void wantsRsaKeysOf2048Bits(int algorithm, int bits, boolean strong) throws Exception {
        assertThat(OpenPgpCertificate.isStrong(key(algorithm, TestKeys.rsa("pgp", bits))))
                .isEqualTo(strong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1"})
    void takesEllipticCurves(String curve) throws Exception {
        assertThat(OpenPgpCertificate.isStrong(key(PublicKeyAlgorithmTags.ECDH, TestKeys.ec(curve))))
                .isTrue();
        assertThat(OpenPgpCertificate.isStrong(key(PublicKeyAlgorithmTags.ECDSA, TestKeys.ec(curve))))
                .isTrue();
    }

    @Test
    void takesNoOtherKind() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("DSA");
        generator.initialize(2048);

        assertThat(OpenPgpCertificate.isStrong(key(PublicKeyAlgorithmTags.DSA, generator.generateKeyPair())))
                .isFalse();
    }

    private long firstOf(PgpKeys bound) throws Exception {
        return new OpenPgpCertificate(ops.withSubkeyBoundBy(ops, bound))
                .encryptionKeys()
                .get(0)
                .key()
                .getKeyID();
    }

    private static PGPPublicKey key(int algorithm, KeyPair pair) throws Exception {
        return new JcaPGPKeyPair(PublicKeyPacket.VERSION_4, algorithm, pair, Date.from(MADE)).getPublicKey();
    }

    private static OpenPgpCertificate read(byte[] armored) throws Exception {
        return new OpenPgpCertificate(new PGPPublicKeyRing(
                PGPUtil.getDecoderStream(new ByteArrayInputStream(armored)), new BcKeyFingerprintCalculator()));
    }

    private static PgpKeys make(Wish wish) {
        try {
            return PgpKeys.make(wish);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
