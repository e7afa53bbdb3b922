package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Collection;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.DefaultCMSSignatureAlgorithmNameGenerator;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.RecipientInformationStore;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.bc.BcECSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.util.Store;
import org.jspecify.annotations.Nullable;

/** Opens what {@link CmsSeal} sealed. */
final class CmsOpener {

    private final PrivateKey key;
    private final boolean authenticated;
    private final RecipientInformationStore recipients;

    private CmsOpener(byte[] sealed, PrivateKey key) throws CMSException, NotOpenedException {
        this.key = key;
        ContentInfo content = ContentInfo.getInstance(sealed);
        authenticated = CMSObjectIdentifiers.authEnvelopedData.equals(content.getContentType());
        if (authenticated) {
            var data = new CMSAuthEnvelopedData(content);
            demand(CMSAlgorithm.AES256_GCM.getId().equals(data.getEncryptionAlgOID()), Reason.MALFORMED);
            recipients = data.getRecipientInfos();
        } else {
            var data = new CMSEnvelopedData(content);
            demand(CMSAlgorithm.AES256_CBC.getId().equals(data.getEncryptionAlgOID()), Reason.MALFORMED);
            recipients = data.getRecipientInfos();
        }
    }

    /**
     * Opens and checks the signature around the entity.
     *
     * @param signer whose signature it must be, or null for anybody's
     * @return the signed result or the archive in the entity, which the caller closes
     */
    static SecretBytes open(byte[] sealed, PrivateKey key, @Nullable ECKey signer) throws NotOpenedException {
        CmsOpener opener;
        try {
            opener = new CmsOpener(sealed, key);
        } catch (CMSException | RuntimeException e) {
            throw new NotOpenedException(Reason.MALFORMED);
        }
        try (SecretBytes entity = opener.decrypt()) {
            return opener.attached(entity, signer);
        }
    }

    private SecretBytes decrypt() throws NotOpenedException {
        InputStream content;
        try {
            RecipientInformation only = recipients.getRecipients().iterator().next();
            demand(recipients.size() == 1, Reason.MALFORMED);
            content = only.getContentStream(recipient(only)).getContentStream();
        } catch (CMSException | IOException | RuntimeException e) {
            throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
        }
        try (content;
                var out = new SecretBuffer(8192)) {
            content.transferTo(out);
            return out.toSecret();
        } catch (IOException | RuntimeException e) {
            throw new NotOpenedException(Reason.ALTERED);
        }
    }

    private Recipient recipient(RecipientInformation info) throws NotOpenedException {
        if (key instanceof ECPrivateKey) {
            return authenticated
                    ? new JceKeyAgreeAuthEnvelopedRecipient(key).setProvider(BouncyCastle.PROVIDER)
                    : new JceKeyAgreeEnvelopedRecipient(key).setProvider(BouncyCastle.PROVIDER);
        }
        boolean isOaep = PKCSObjectIdentifiers.id_RSAES_OAEP.getId().equals(info.getKeyEncryptionAlgOID());
        demand(isOaep, Reason.NOT_FOR_THIS_KEY);
        return authenticated
                ? new JceKeyTransAuthEnvelopedRecipient(key).setProvider(BouncyCastle.PROVIDER)
                : new JceKeyTransEnvelopedRecipient(key).setProvider(BouncyCastle.PROVIDER);
    }

    /** Without an authenticated cipher, what cannot be read was changed. */
    private SecretBytes attached(SecretBytes entity, @Nullable ECKey signer) throws NotOpenedException {
        Reason unreadable = authenticated ? Reason.MALFORMED : Reason.ALTERED;
        byte[] bytes = entity.borrow();
        int start = CmsSeal.SIGNED.length();
        demand(ResultMimeEntity.indexOf(bytes, CmsSeal.SIGNED.getBytes(StandardCharsets.US_ASCII), 0) == 0, unreadable);
        try (SecretBytes signed = ResultMimeEntity.decoded(bytes, start, bytes.length)
                .orElseThrow(() -> new NotOpenedException(unreadable))) {
            var data = new CMSSignedData(new ByteArrayInputStream(signed.borrow()));
            check(data, signer);
            try (SecretBytes inner = content(data)) {
                return ResultMimeEntity.attached(inner.borrow()).orElseThrow(() -> new NotOpenedException(unreadable));
            }
        } catch (CMSException | OperatorCreationException | IOException | JOSEException | RuntimeException e) {
            throw new NotOpenedException(unreadable);
        }
    }

    private static SecretBytes content(CMSSignedData data) throws IOException, CMSException {
        try (var out = new SecretBuffer(8192)) {
            data.getSignedContent().write(out);
            return out.toSecret();
        }
    }

    private static void check(CMSSignedData data, @Nullable ECKey signer)
            throws NotOpenedException, CMSException, OperatorCreationException, IOException, JOSEException {
        Collection<SignerInformation> signers = data.getSignerInfos().getSigners();
        demand(signers.size() == 1, Reason.MALFORMED);
        SignerInformation info = signers.iterator().next();
        X509CertificateHolder certificate = certificate(data.getCertificates(), info);
        demand(signer == null || isOf(certificate, signer), Reason.NOT_OURS);
        var verifier = new BcECSignerInfoVerifierBuilder(
                        new DefaultCMSSignatureAlgorithmNameGenerator(),
                        new DefaultSignatureAlgorithmIdentifierFinder(),
                        new DefaultDigestAlgorithmIdentifierFinder(),
                        new BcDigestCalculatorProvider())
                .build(certificate);
        try {
            demand(info.verify(verifier), Reason.ALTERED);
        } catch (CMSException e) {
            throw new NotOpenedException(Reason.ALTERED);
        }
    }

    private static X509CertificateHolder certificate(Store<X509CertificateHolder> certificates, SignerInformation info)
            throws NotOpenedException {
        Collection<X509CertificateHolder> matching = certificates.getMatches(info.getSID());
        demand(matching.size() == 1, Reason.NOT_OURS);
        return matching.iterator().next();
    }

    private static boolean isOf(X509CertificateHolder certificate, ECKey signer) throws JOSEException, IOException {
        var expected = SubjectPublicKeyInfo.getInstance(signer.toECPublicKey().getEncoded());
        return Arrays.equals(
                expected.getEncoded(), certificate.getSubjectPublicKeyInfo().getEncoded());
    }

    private static void demand(boolean fine, Reason otherwise) throws NotOpenedException {
        if (!fine) {
            throw new NotOpenedException(otherwise);
        }
    }
}
