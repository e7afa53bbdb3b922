package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.NotOpenedException.Reason;
import dev.passcourier.vault.ResultOpener.Expected;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Results in CMS without any program; {@link CmsResultTest} has openssl as the judge. */
class CmsRecipientTest {

    @TempDir
    private Path directory;

    private FormatBench bench;

    @BeforeEach
    void meet() throws Exception {
        bench = new FormatBench(directory);
    }

    @ParameterizedTest
    @CsvSource({"rsa, gcm", "rsa, cbc", "secp256r1, gcm", "secp256r1, cbc", "secp384r1, gcm"})
    void sealsForACertificateAndIsOpenedWithItsKey(String kind, String cipher) throws Exception {
        Path certificate = certificate("ops", pair(kind), usage(kind), 1);
        RecipientKey recipient = cipher.equals("gcm")
                ? FormatBench.recipient(SealFormat.CMS, certificate)
                : FormatBench.legacy(certificate);
        Sealed sealed = bench.seal("Canary \"Pässwörd\"", recipient);

        assertThat(sealed.mediaType()).isEqualTo(cipher.equals("gcm") ? Sealed.CMS : Sealed.CMS_CBC);
        for (String signer : new String[] {"signing.pub.jwk", "signing.crt.pem", "signing.pub.asc"}) {
            try (OpenedResult result =
                    bench.opener(key(pair(kind)), bench.signing(signer)).open(sealed.bytes(), Expected.ANY)) {
                assertThat(FormatBench.secret(result)).isEqualTo("Canary \"Pässwörd\"");
                assertThat(result.facts()).containsEntry("instance", "i-0815");
                assertThat(result.signatureChecked()).isTrue();
            }
        }
        try (OpenedResult result = ResultOpener.load(key(pair(kind)), null, null, FormatBench.CLOCK)
                .open(sealed.bytes(), Expected.ANY)) {
            assertThat(result.signatureChecked()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"gcm, MALFORMED", "cbc, MALFORMED"})
    void tellsWhyItDoesNotOpen(String cipher, Reason cut) throws Exception {
        Path certificate = certificate("ops", pair("rsa"), KeyUsage.keyEncipherment, 1);
        byte[] sealed = bench.seal(
                        "Canary#1",
                        cipher.equals("gcm")
                                ? FormatBench.recipient(SealFormat.CMS, certificate)
                                : FormatBench.legacy(certificate))
                .bytes();
        Path signer = bench.signing("signing.pub.jwk");
        ResultOpener opener = bench.opener(key(pair("rsa")), signer);

        assertThat(FormatBench.reason(opener, Arrays.copyOf(sealed, sealed.length / 2)))
                .isEqualTo(cut);
        byte[] altered = sealed.clone();
        altered[sealed.length - 80] ^= 1;
        assertThat(FormatBench.reason(opener, altered)).isEqualTo(Reason.ALTERED);
        Path other = key(TestKeys.rsa("other", 2048));
        assertThat(FormatBench.reason(bench.opener(other, signer), sealed)).isEqualTo(Reason.NOT_FOR_THIS_KEY);
        Path curve = key(pair("secp256r1"));
        assertThat(FormatBench.reason(bench.opener(curve, signer), sealed)).isEqualTo(Reason.NOT_FOR_THIS_KEY);
        Path stranger = new FormatBench(directory.resolve("stranger")).signing("signing.crt.pem");
        assertThat(FormatBench.reason(bench.opener(key(pair("rsa")), stranger), sealed))
                .isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void pinsACertificateByItsFingerprintHoweverItIsWritten() throws Exception {
        X509CertificateHolder holder = made(pair("rsa"), KeyUsage.keyEncipherment, 1);
        Path file = TestKeys.file(directory.resolve("ops.crt"), TestKeys.pem(holder));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(holder.getEncoded());

        for (String pinned : new String[] {
            HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash),
            HexFormat.ofDelimiter(" ").formatHex(hash),
            HexFormat.of().formatHex(hash)
        }) {
            assertThat(FormatBench.pinned(SealFormat.CMS, file, pinned).expiresAt())
                    .isEqualTo(holder.getNotAfter().toInstant());
        }
        assertThat(FormatBench.refused(SealFormat.CMS, file, "AB".repeat(32)).code())
                .isEqualTo(Code.FINGERPRINT_DIFFERS);
    }

    @ParameterizedTest
    @CsvSource({
        "rsa, digitalSignature, 1, KEY_NOT_FOR_ENCRYPTION, keyEncipherment",
        "rsa, keyAgreement, 1, KEY_NOT_FOR_ENCRYPTION, keyEncipherment",
        "secp256r1, keyEncipherment, 1, KEY_NOT_FOR_ENCRYPTION, keyAgreement",
        "rsa, keyEncipherment, -1, CERTIFICATE_EXPIRED, valid from",
        "small, keyEncipherment, 1, KEY_WEAK, 2048"
    })
    void refusesUnfitCertificates(String kind, String usage, int days, Code code, String advice) throws Exception {
        int bits = KeyUsage.class.getField(usage).getInt(null);
        var finding = FormatBench.refused(SealFormat.CMS, certificate("ops", pair(kind), bits, days), null);

        assertThat(finding.code()).isEqualTo(code);
        assertThat(finding.advice()).contains(advice);
    }

    @Test
    void takesACertificateThatSaysNothingOfItsUse() throws Exception {
        Path file = certificate("ops", pair("rsa"), 0, 1);

        assertThat(FormatBench.recipient(SealFormat.CMS, file).mediaType()).isEqualTo(Sealed.CMS);
    }

    @Test
    void endsWithItsCertificate() throws Exception {
        RecipientKey key = FormatBench.recipient(SealFormat.CMS, certificate("ops", pair("rsa"), 0, 1));

        assertThat(key.isExpired(key.expiresAt().minusMillis(1))).isFalse();
        assertThat(key.isExpired(key.expiresAt())).isTrue();
    }

    private Path certificate(String name, KeyPair pair, int usage, int days) throws Exception {
        return TestKeys.file(directory.resolve(name + ".crt"), TestKeys.pem(made(pair, usage, days)));
    }

    /** Valid for a hundred days before and some days from now. */
    private X509CertificateHolder made(KeyPair pair, int usage, int days) throws Exception {
        var name = new X500Name("CN=ops");
        var builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(bench.now.minus(Duration.ofDays(100))),
                Date.from(bench.now.plus(Duration.ofDays(days))),
                name,
                pair.getPublic());
        if (usage != 0) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        }
        boolean rsa = pair.getPublic().getAlgorithm().equals("RSA");
        return builder.build(
                new JcaContentSignerBuilder(rsa ? "SHA256withRSA" : "SHA256withECDSA").build(pair.getPrivate()));
    }

    private Path key(KeyPair pair) {
        return TestKeys.file(directory.resolve(pair.hashCode() + ".key"), TestKeys.pkcs8(pair));
    }

    private static KeyPair pair(String kind) {
        return switch (kind) {
            case "rsa" -> TestKeys.rsa2048();
            case "small" -> TestKeys.rsa("small", 1024);
            default -> TestKeys.ec(kind);
        };
    }

    private static int usage(String kind) {
        return kind.equals("rsa") ? KeyUsage.keyEncipherment : KeyUsage.keyAgreement;
    }
}
