package dev.passcourier.vault;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import dev.passcourier.config.Settings.CmsCipher;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Locale;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.jspecify.annotations.Nullable;

/** A recipient of CMS: an X.509 certificate with an RSA key from 2048 bits, or one on P-256, P-384 or P-521. */
final class CmsRecipient extends RecipientKey {

    private final X509Certificate certificate;
    private final CmsCipher cipher;

    private CmsRecipient(X509Certificate certificate, String thumbprint, String algorithm, CmsCipher cipher) {
        super(thumbprint, algorithm, certificate.getNotAfter().toInstant());
        this.certificate = certificate;
        this.cipher = cipher;
    }

    /**
     * Reads and judges a certificate. Who may be trusted is settled by naming the file, and better by pinning the
     * fingerprint; nobody is asked whether the certificate was revoked.
     *
     * @param file   PEM
     * @param pinned the certificate's SHA-256 fingerprint in hex, with colons or without, or null
     */
    static CmsRecipient read(
            Path file, byte[] content, @Nullable String pinned, @Nullable CmsCipher cipher, Clock clock)
            throws KeyLoadException {
        PublicKeyFile.Found found = new PublicKeyFile(file, clock.instant()).read(content);
        X509CertificateHolder holder = found.certificate();
        if (holder == null) {
            throw new KeyLoadException(Code.KEY_FORMAT, file, "format cms needs an X.509 certificate, in PEM form");
        }
        JoseRecipient.refuseUnfit(file, found.jwk());
        refuseOtherUse(file, holder, found.jwk());
        demandPinned(file, pinned == null ? null : plainHex(pinned), fingerprint(file, holder));
        return new CmsRecipient(
                certificate(file, holder),
                JoseRecipient.thumbprint(file, found.jwk()),
                JoseRecipient.algorithmOf(found.jwk()),
                cipher == null ? CmsCipher.GCM : cipher);
    }

    /** Hex without colons and spaces, in upper case. */
    static String plainHex(String hex) {
        return hex.replaceAll("[: ]", "").toUpperCase(Locale.ROOT);
    }

    @Override
    String mediaType() {
        return cipher == CmsCipher.GCM ? Sealed.CMS : Sealed.CMS_CBC;
    }

    @Override
    byte[] seal(RecipientKey.SignedParcel parcel, SigningIdentity identity) throws Exception {
        return CmsSeal.seal(parcel, certificate, cipher, identity);
    }

    @Override
    byte[] seal(RecipientKey.Bundle bundle, SigningIdentity identity) throws Exception {
        return CmsSeal.seal(bundle, certificate, cipher, identity);
    }

    X509Certificate certificate() {
        return certificate;
    }

    private static void refuseOtherUse(Path file, X509CertificateHolder certificate, JWK key) throws KeyLoadException {
        KeyUsage usage = KeyUsage.fromExtensions(certificate.getExtensions());
        int needed = key instanceof RSAKey ? KeyUsage.keyEncipherment : KeyUsage.keyAgreement;
        if (usage != null && !usage.hasUsages(needed)) {
            throw new KeyLoadException(
                    Code.KEY_NOT_FOR_ENCRYPTION,
                    file,
                    "its key usage lacks " + (key instanceof RSAKey ? "keyEncipherment" : "keyAgreement")
                            + "; ask for the recipient's encryption certificate");
        }
    }

    private static String fingerprint(Path file, X509CertificateHolder certificate) throws KeyLoadException {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().withUpperCase().formatHex(hash);
        } catch (GeneralSecurityException | IOException e) {
            throw damaged(file);
        }
    }

    private static X509Certificate certificate(Path file, X509CertificateHolder holder) throws KeyLoadException {
        try {
            return new JcaX509CertificateConverter()
                    .setProvider(BouncyCastle.PROVIDER)
                    .getCertificate(holder);
        } catch (GeneralSecurityException e) {
            throw damaged(file);
        }
    }

    private static KeyLoadException damaged(Path file) {
        return new KeyLoadException(Code.KEY_DAMAGED, file, "it cannot be parsed");
    }
}
