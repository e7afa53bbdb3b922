package dev.passcourier.vault;

import com.nimbusds.jose.jwk.ECKey;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.PGPPublicKey;

/** The service's signing key as the formats with signatures of their own need it. */
final class SigningIdentity {

    private final DeterministicEcdsa signer;
    private final X509CertificateHolder certificate;
    private final PGPPublicKey pgpPublic;
    private final PGPPrivateKey pgpPrivate;

    SigningIdentity(ECKey key) {
        try {
            signer = new DeterministicEcdsa(key);
            certificate = SigningCertificate.of(key);
            pgpPublic = SigningPgpKey.bare(key);
            pgpPrivate = SigningPgpKey.privateHalf(key);
        } catch (PGPException e) {
            throw new IllegalArgumentException("not a private P-256 key");
        }
    }

    DeterministicEcdsa signer() {
        return signer;
    }

    X509CertificateHolder certificate() {
        return certificate;
    }

    PGPPublicKey pgpPublic() {
        return pgpPublic;
    }

    PGPPrivateKey pgpPrivate() {
        return pgpPrivate;
    }

    @Override
    public String toString() {
        return "SigningIdentity[" + certificate.getSubject() + "]";
    }
}
