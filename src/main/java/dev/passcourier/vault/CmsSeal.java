package dev.passcourier.vault;

import dev.passcourier.config.Settings.CmsCipher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedDataStreamGenerator;
import org.bouncycastle.cms.CMSEnvelopedDataStreamGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedDataStreamGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.util.CollectionStore;

/**
 * Seals a result, or files, as S/MIME 4.0 does (RFC 8551): SignedData as a MIME entity, in AuthEnvelopedData, in DER and BER. Every
 * layer is written straight into the next; the layers in clear are wiped.
 */
final class CmsSeal {

    @SuppressWarnings("StringConcatToTextBlock") // CR LF
    static final String SIGNED = "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\n";

    private static final AlgorithmIdentifier SHA256 =
            new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
    private static final AlgorithmIdentifier OAEP_SHA256 = new AlgorithmIdentifier(
            PKCSObjectIdentifiers.id_RSAES_OAEP,
            new RSAESOAEPparams(
                    SHA256,
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, SHA256),
                    RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM));

    private CmsSeal() {}

    static byte[] seal(
            RecipientKey.SignedParcel parcel, X509Certificate recipient, CmsCipher cipher, SigningIdentity identity)
            throws GeneralSecurityException, CMSException, OperatorCreationException, IOException {
        try (SecretBytes inside = inside(parcel, identity)) {
            return encrypt(inside, recipient, cipher);
        }
    }

    static byte[] seal(
            RecipientKey.Bundle bundle, X509Certificate recipient, CmsCipher cipher, SigningIdentity identity)
            throws GeneralSecurityException, CMSException, OperatorCreationException, IOException {
        try (SecretBytes entity = ResultMimeEntity.of(bundle);
                SecretBytes signed = sign(entity, bundle.at(), identity);
                SecretBytes inside = entity(signed)) {
            return encrypt(inside, recipient, cipher);
        }
    }

    /** The signed entity, which the caller closes. */
    static SecretBytes inside(RecipientKey.SignedParcel parcel, SigningIdentity identity)
            throws CMSException, OperatorCreationException, IOException {
        try (SecretBytes entity = ResultMimeEntity.of(parcel);
                SecretBytes signed = sign(entity, parcel.facts().issuedAt(), identity)) {
            return entity(signed);
        }
    }

    /** Puts the seal around what is inside. */
    static byte[] encrypt(SecretBytes inside, X509Certificate recipient, CmsCipher cipher)
            throws GeneralSecurityException, CMSException, IOException {
        return encrypt(inside, recipientInfo(recipient), cipher);
    }

    private static SecretBytes entity(SecretBytes signed) {
        try (var out = new SecretBuffer(256 + 3 * signed.length() / 2)) {
            out.write(SIGNED);
            ResultMimeEntity.base64(signed.borrow(), out);
            out.write("\r\n");
            return out.toSecret();
        }
    }

    private static SecretBytes sign(SecretBytes entity, Instant at, SigningIdentity identity)
            throws CMSException, OperatorCreationException, IOException {
        var generator = new CMSSignedDataStreamGenerator();
        generator.addSignerInfoGenerator(new SignerInfoGeneratorBuilder(new BcDigestCalculatorProvider())
                .setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(signedAt(at)))
                .build(identity.signer().forCms(), identity.certificate()));
        generator.addCertificates(new CollectionStore<>(List.of(identity.certificate())));
        try (var out = new SecretBuffer(4096 + entity.length())) {
            try (OutputStream content = generator.open(out, true)) {
                content.write(entity.borrow());
            }
            return out.toSecret();
        }
    }

    @SuppressWarnings("JdkObsolete") // what the library takes
    private static AttributeTable signedAt(Instant at) {
        var attributes = new Hashtable<ASN1ObjectIdentifier, Attribute>();
        attributes.put(
                CMSAttributes.signingTime,
                new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(at)))));
        return new AttributeTable(attributes);
    }

    private static RecipientInfoGenerator recipientInfo(X509Certificate certificate) throws GeneralSecurityException {
        if (!(certificate.getPublicKey() instanceof ECPublicKey ec)) {
            return new JceKeyTransRecipientInfoGenerator(certificate, OAEP_SHA256).setProvider(BouncyCastle.PROVIDER);
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BouncyCastle.PROVIDER);
        generator.initialize(ec.getParams());
        KeyPair once = generator.generateKeyPair();
        return new JceKeyAgreeRecipientInfoGenerator(
                        CMSAlgorithm.ECDH_SHA256KDF, once.getPrivate(), once.getPublic(), CMSAlgorithm.AES256_WRAP)
                .addRecipient(certificate)
                .setProvider(BouncyCastle.PROVIDER);
    }

    private static byte[] encrypt(SecretBytes entity, RecipientInfoGenerator recipient, CmsCipher cipher)
            throws CMSException, IOException {
        var out = new ByteArrayOutputStream(1024 + entity.length());
        try (OutputStream content = cipher == CmsCipher.GCM ? authenticated(recipient, out) : legacy(recipient, out)) {
            content.write(entity.borrow());
        }
        return out.toByteArray();
    }

    private static OutputStream authenticated(RecipientInfoGenerator recipient, OutputStream out)
            throws CMSException, IOException {
        var generator = new CMSAuthEnvelopedDataStreamGenerator();
        generator.addRecipientInfoGenerator(recipient);
        return generator.open(out, (OutputAEADEncryptor) encryptor(CMSAlgorithm.AES256_GCM));
    }

    private static OutputStream legacy(RecipientInfoGenerator recipient, OutputStream out)
            throws CMSException, IOException {
        var generator = new CMSEnvelopedDataStreamGenerator();
        generator.addRecipientInfoGenerator(recipient);
        return generator.open(out, encryptor(CMSAlgorithm.AES256_CBC));
    }

    private static OutputEncryptor encryptor(ASN1ObjectIdentifier algorithm) throws CMSException {
        return new JceCMSContentEncryptorBuilder(algorithm)
                .setProvider(BouncyCastle.PROVIDER)
                .build();
    }
}
