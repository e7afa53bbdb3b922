package dev.passcourier.http;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.files.PemText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS that trusts the certificate authorities of one PEM file and no others. A server's own certificate in that file is
 * trusted as it is, also after its end: Java checks the dates of what an authority issued only.
 */
public final class PemTrust {

    private PemTrust() {}

    /**
     * The TLS context of a client.
     *
     * @param pem certificates to trust, or null for those of the platform
     * @throws ConfigurationException naming the file if it holds no certificate that can be read
     */
    public static SSLContext context(@Nullable Path pem) throws ConfigurationException {
        return context(null, pem);
    }

    /**
     * The TLS context of a server.
     *
     * @param keys of the server, or null for a client's context
     * @param pem  authorities of its clients to trust, or null for those of the platform
     * @throws ConfigurationException naming the file if it holds no certificate that can be read
     */
    public static SSLContext context(KeyManager @Nullable [] keys, @Nullable Path pem) throws ConfigurationException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, pem == null ? null : managers(pem).getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new ConfigurationException("trust " + pem + " cannot be used: " + reason(pem));
        }
    }

    /**
     * When the first of a file's certificates ends.
     *
     * @throws ConfigurationException if it holds none that can be read
     */
    public static Instant firstEnd(Path pem) throws ConfigurationException {
        try {
            return certificates(pem).stream()
                    .map(certificate ->
                            ((X509Certificate) certificate).getNotAfter().toInstant())
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
        } catch (GeneralSecurityException | IOException e) {
            throw new ConfigurationException("certificate " + pem + " cannot be used: " + reason(pem));
        }
    }

    private static String reason(@Nullable Path pem) {
        String needed = "a readable file of PEM certificates is needed";
        try {
            String text =
                    pem == null ? "" : new String(PemText.tidy(Files.readAllBytes(pem)), StandardCharsets.US_ASCII);
            if (text.isBlank()) {
                return "it is empty; " + needed;
            }
            if (!text.contains("-----BEGIN CERTIFICATE-----") && text.contains("PRIVATE KEY-----")) {
                return "it holds a private key and no certificate; name the certificate of the authority";
            }
            return text.contains("-----BEGIN ") && !text.contains("-----END ")
                    ? "it is cut off, its END line is missing; copy it again, whole"
                    : needed;
        } catch (IOException e) {
            return needed;
        }
    }

    private static TrustManagerFactory managers(Path pem) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Certificate certificate : certificates(pem)) {
            store.setCertificateEntry("ca-" + store.size(), certificate);
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        return managers;
    }

    private static Collection<? extends Certificate> certificates(Path pem)
            throws GeneralSecurityException, IOException {
        var text = new ByteArrayInputStream(PemText.tidy(Files.readAllBytes(pem)));
        Collection<? extends Certificate> found =
                CertificateFactory.getInstance("X.509").generateCertificates(text);
        if (found.isEmpty()) {
            throw new IOException("no certificate");
        }
        return found;
    }
}
