package dev.passcourier.sandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A fresh certificate for pretend servers, of an authority of its own that may be kept; other keys stay in memory. */
public final class SandboxCertificate {

    private static final Duration VALID = Duration.ofDays(7);
    private static final Duration LONG_VALID = Duration.ofDays(3650);
    private static final String AUTHORITY_CERTIFICATE = "authority.certificate";
    private static final String AUTHORITY_KEY = "authority.key";
    private static final X500Name AUTHORITY = new X500Name("CN=passcourier sandbox authority");

    private final X509Certificate authority;
    private final SSLContext server;

    private SandboxCertificate(X509Certificate authority, SSLContext server) {
        this.authority = authority;
        this.server = server;
    }

    /** For {@code localhost} and {@code 127.0.0.1}, valid for a week. */
    public static SandboxCertificate forLoopback(Clock clock) {
        return of(clock.instant(), new GeneralName(GeneralName.dNSName, "localhost"), loopback());
    }

    /** The same, of the authority that the state has, or that is made and kept, for ten years. */
    public static SandboxCertificate forLoopback(Clock clock, SandboxState state) {
        try {
            String certificate = state.keep(AUTHORITY_CERTIFICATE, () -> keepAuthority(clock.instant(), state));
            byte[] key = Base64.getMimeDecoder().decode(state.get(AUTHORITY_KEY));
            X509Certificate root = certificate(Base64.getMimeDecoder().decode(certificate));
            PrivateKey signer = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key));
            return of(
                    root,
                    signer,
                    clock.instant(),
                    LONG_VALID,
                    new GeneralName(GeneralName.dNSName, "localhost"),
                    loopback());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("no certificate for the sandbox", e);
        }
    }

    private static String keepAuthority(Instant now, SandboxState state) {
        try {
            KeyPair authority = keys();
            X509Certificate root = root(authority, now, LONG_VALID);
            state.put(
                    AUTHORITY_KEY,
                    Base64.getEncoder().encodeToString(authority.getPrivate().getEncoded()));
            return Base64.getEncoder().encodeToString(root.getEncoded());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("no authority for the sandbox", e);
        }
    }

    /** For another host name than the one it will be found at. */
    public static SandboxCertificate forHost(String name, Clock clock) {
        return of(clock.instant(), new GeneralName(GeneralName.dNSName, name));
    }

    /** For loopback, but over since a day. */
    public static SandboxCertificate expired(Clock clock) {
        return of(
                clock.instant().minus(VALID).minus(Duration.ofDays(1)),
                new GeneralName(GeneralName.dNSName, "localhost"),
                loopback());
    }

    private static GeneralName loopback() {
        return new GeneralName(GeneralName.iPAddress, "127.0.0.1");
    }

    private static SandboxCertificate of(Instant from, GeneralName... names) {
        try {
            KeyPair authority = keys();
            return of(root(authority, from, VALID.multipliedBy(3)), authority.getPrivate(), from, VALID, names);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("no certificate for the sandbox", e);
        }
    }

    private static SandboxCertificate of(
            X509Certificate root, PrivateKey authority, Instant from, Duration valid, GeneralName... names)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        KeyPair server = keys();
        X509Certificate leaf = sign(
                builder(
                                new X500Name("CN=passcourier sandbox"),
                                server,
                                from.minus(Duration.ofHours(1)),
                                from.plus(valid))
                        .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names)),
                authority);
        return new SandboxCertificate(root, context(server, leaf, root));
    }

    private static X509Certificate root(KeyPair authority, Instant from, Duration valid)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        return sign(
                builder(AUTHORITY, authority, from.minus(VALID), from.plus(valid))
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(true)),
                authority.getPrivate());
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static JcaX509v3CertificateBuilder builder(X500Name subject, KeyPair keys, Instant from, Instant to) {
        return new JcaX509v3CertificateBuilder(
                AUTHORITY,
                new BigInteger(120, new SecureRandom()).setBit(120),
                Date.from(from),
                Date.from(to),
                subject,
                keys.getPublic());
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey authority)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        byte[] encoded = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority))
                .getEncoded();
        return certificate(encoded);
    }

    private static X509Certificate certificate(byte[] encoded) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static SSLContext context(KeyPair keys, X509Certificate... chain)
            throws GeneralSecurityException, IOException {
        char[] none = new char[0];
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, none);
        store.setKeyEntry("sandbox", keys.getPrivate(), none, chain);
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, none);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** The authority's certificate as PEM, for clients that shall trust it. */
    public String pem() {
        try {
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(authority.getEncoded());
            return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the sandbox's certificate", e);
        }
    }

    /** Writes {@link #pem()} to a file and returns the file. */
    public Path writeTo(Path file) throws IOException {
        return Files.writeString(file, pem(), StandardCharsets.US_ASCII);
    }

    /** What a server shows. */
    SSLContext server() {
        return server;
    }
}
