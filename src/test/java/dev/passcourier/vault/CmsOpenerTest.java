package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Settings.CmsCipher;
import dev.passcourier.vault.FuzzedRecipients.Recipient;
import dev.passcourier.vault.NotOpenedException.Reason;
import dev.passcourier.vault.ResultOpener.Expected;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;
import org.bouncycastle.util.CollectionStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sealed for the recipient, as anybody can who has the certificate, and yet not as the service seals. */
class CmsOpenerTest {

    @TempDir
    private Path directory;

    private VaultBench bench;
    private SealedInside sealed;
    private Recipient ops;
    private X509Certificate certificate;
    private X509CertificateHolder own;
    private ResultOpener opener;

    @BeforeEach
    void meet() throws Exception {
        bench = new VaultBench(directory);
        sealed = new SealedInside(bench);
        ops = new FuzzedRecipients(directory).all().get(2);
        certificate = ((CmsRecipient) ops.key()).certificate();
        own = SigningCertificate.of(bench.keys().signing());
        opener = ops.opener(bench.keys().publicSigningKey());
    }

    @Test
    void opensWhatIsSealedRight() throws Exception {
        String entity = inside();

        for (CmsCipher cipher : CmsCipher.values()) {
            try (OpenedResult result = opener.open(encrypted(entity, cipher), Expected.ANY)) {
                assertThat(FormatBench.secret(result)).isEqualTo(SealedInside.SECRET);
            }
        }
    }

    @Test
    void opensNoOtherCiphersThanItsOwn() throws Exception {
        assertThat(reason(authenticated(CMSAlgorithm.AES256_GCM))).isNull();
        assertThat(reason(authenticated(CMSAlgorithm.AES128_GCM))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(legacy(CMSAlgorithm.AES256_CBC, oaep()))).isNull();
        assertThat(reason(legacy(CMSAlgorithm.AES128_CBC, oaep()))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void opensNothingThatSomebodyElseOpensToo() throws Exception {
        assertThat(reason(legacy(CMSAlgorithm.AES256_CBC, oaep(), oaep()))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void opensNoKeyInPkcs1Padding() throws Exception {
        var pkcs1 = new JceKeyTransRecipientInfoGenerator(certificate).setProvider(BouncyCastle.PROVIDER);

        assertThat(reason(legacy(CMSAlgorithm.AES256_CBC, pkcs1))).isEqualTo(Reason.NOT_FOR_THIS_KEY);
    }

    @ParameterizedTest
    @EnumSource
    void readsNoOtherEntityInside(CmsCipher cipher) throws Exception {
        String entity = inside();
        Reason unreadable = cipher == CmsCipher.GCM ? Reason.MALFORMED : Reason.ALTERED;

        assertThat(reason(encrypted(entity.replace("Content-Type", "content-type"), cipher)))
                .isEqualTo(unreadable);
        assertThat(reason(encrypted("x" + entity, cipher))).isEqualTo(unreadable);
        assertThat(reason(encrypted(entity + "!", cipher))).isEqualTo(unreadable);
        assertThat(reason(encrypted(entity(signed("no letter", own, signing())), cipher)))
                .isEqualTo(unreadable);
    }

    @Test
    void believesNoSignatureThatIsNotByTheKeyOfTheCertificate() throws Exception {
        PrivateKey forger = TestKeys.ec("secp256r1").getPrivate();
        String letter = letter();

        assertThat(reason(encrypted(entity(signed(letter, own, signing()))))).isNull();
        assertThat(reason(encrypted(entity(signed(letter, own, forger))))).isEqualTo(Reason.ALTERED);
        byte[] altered = signed(letter, own, signing());
        altered[ResultMimeEntity.indexOf(altered, "Administrator".getBytes(StandardCharsets.US_ASCII), 0)] = 'a';
        assertThat(reason(encrypted(entity(altered)))).isEqualTo(Reason.ALTERED);
    }

    @Test
    void wantsOneSignerWhoseCertificateIsThere() throws Exception {
        X509CertificateHolder stranger = SigningCertificate.of(
                new VaultBench(directory.resolve("stranger")).keys().signing());

        assertThat(reason(encrypted(entity(signed(letter(), signing(), List.of(own), own, own)))))
                .isEqualTo(Reason.MALFORMED);
        assertThat(reason(encrypted(entity(signed(letter(), signing(), List.of(), own)))))
                .isEqualTo(Reason.NOT_OURS);
        assertThat(reason(encrypted(entity(signed(letter(), signing(), List.of(stranger), own)))))
                .isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void wantsTheServicesOwnCertificateEvenIfTheResultInsideIsTheServices() throws Exception {
        var stranger = new VaultBench(directory.resolve("stranger")).keys().signing();
        byte[] resigned = signed(letter(), SigningCertificate.of(stranger), stranger.toECPrivateKey());

        assertThat(reason(encrypted(entity(resigned)))).isEqualTo(Reason.NOT_OURS);
    }

    private String inside() throws Exception {
        return new String(sealed.of(ops), StandardCharsets.US_ASCII);
    }

    /** The letter that the service has signed. */
    private String letter() throws Exception {
        byte[] inside = sealed.of(ops);
        byte[] encoded = Arrays.copyOfRange(inside, CmsSeal.SIGNED.length(), inside.length);
        byte[] signed = Base64.getMimeDecoder().decode(encoded);
        var data = new CMSSignedData(signed);
        return new String((byte[]) data.getSignedContent().getContent(), StandardCharsets.UTF_8);
    }

    private static String entity(byte[] signed) {
        return CmsSeal.SIGNED + Base64.getMimeEncoder().encodeToString(signed) + "\r\n";
    }

    private static byte[] signed(String letter, X509CertificateHolder signer, PrivateKey key) throws Exception {
        return signed(letter, key, List.of(signer), signer);
    }

    /** Signed with one key under these signers' names, with these certificates beside it. */
    private static byte[] signed(
            String letter, PrivateKey key, List<X509CertificateHolder> certificates, X509CertificateHolder... signers)
            throws Exception {
        var generator = new CMSSignedDataGenerator();
        for (X509CertificateHolder signer : signers) {
            generator.addSignerInfoGenerator(new JcaSimpleSignerInfoGeneratorBuilder()
                    .setProvider(BouncyCastle.PROVIDER)
                    .build("SHA256withECDSA", key, signer));
        }
        generator.addCertificates(new CollectionStore<>(certificates));
        return generator.generate(content(letter), true).getEncoded();
    }

    private PrivateKey signing() throws Exception {
        return bench.keys().signing().toECPrivateKey();
    }

    private byte[] encrypted(String entity) throws Exception {
        return encrypted(entity, CmsCipher.GCM);
    }

    private byte[] encrypted(String entity, CmsCipher cipher) throws Exception {
        try (SecretBytes inside = SecretBytes.owning(entity.getBytes(StandardCharsets.US_ASCII))) {
            return CmsSeal.encrypt(inside, certificate, cipher);
        }
    }

    private byte[] authenticated(ASN1ObjectIdentifier cipher) throws Exception {
        var generator = new CMSAuthEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(oaep());
        return generator
                .generate(content(inside()), (OutputAEADEncryptor) encryptor(cipher))
                .getEncoded();
    }

    private byte[] legacy(ASN1ObjectIdentifier cipher, RecipientInfoGenerator... recipients) throws Exception {
        var generator = new CMSEnvelopedDataGenerator();
        for (RecipientInfoGenerator recipient : recipients) {
            generator.addRecipientInfoGenerator(recipient);
        }
        return generator.generate(content(inside()), encryptor(cipher)).getEncoded();
    }

    private RecipientInfoGenerator oaep() throws Exception {
        var padding = new JcaAlgorithmParametersConverter()
                .getAlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_RSAES_OAEP,
                        new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return new JceKeyTransRecipientInfoGenerator(certificate, padding).setProvider(BouncyCastle.PROVIDER);
    }

    private static OutputEncryptor encryptor(ASN1ObjectIdentifier cipher) throws Exception {
        return new JceCMSContentEncryptorBuilder(cipher)
                .setProvider(BouncyCastle.PROVIDER)
                .build();
    }

    private static CMSProcessableByteArray content(String text) {
        return new CMSProcessableByteArray(text.getBytes(StandardCharsets.UTF_8));
    }

    private @Nullable Reason reason(byte[] bytes) {
        try (OpenedResult result = opener.open(bytes, Expected.ANY)) {
            assertThat(result.signatureChecked()).isTrue();
            return null;
        } catch (NotOpenedException e) {
            return e.reason();
        }
    }
}
