package dev.passcourier.broker;

import de.dentrassi.crypto.pem.PemKeyStoreProvider;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.files.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * Certificate chain and private key of a server of ours: the TCP acceptor or the status page. Artemis reads PEM files by
 * way of a small file that lists them.
 */
public final class PemIdentity {

    /** The key store type that such a list has. */
    static final String TYPE = "PEMCFG";

    private static final char[] NO_PASSWORD = {};

    private PemIdentity() {}

    /**
     * Writes the list, 0600, and tries it out first, as Artemis tells of an unusable key only in its log.
     *
     * @param directory   where the list is put; made 0700 if it is not there
     * @param certificate PEM chain, the server's own first
     * @param privateKey  PEM private key, not encrypted
     * @throws ConfigurationException if the two hold no certificate with its key
     */
    static Path write(Path directory, Path certificate, Path privateKey) throws IOException, ConfigurationException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, DurableFile.ownerOnlyDirectory(directory));
        }
        demandUsable("broker.acceptor", certificate, privateKey);
        Path list = directory.resolve("acceptor.pemcfg");
        DurableFile.replace(list, out -> sources(certificate, privateKey).store(out, null));
        return list;
    }

    /**
     * Demands that the two are a certificate and its key.
     *
     * @param section of the settings that names them
     * @throws ConfigurationException if they are not
     */
    public static void demandUsable(String section, Path certificate, Path privateKey) throws ConfigurationException {
        try {
            if (entries(certificate, privateKey).size() > 0) {
                return;
            }
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            // Said below, in our own words.
        }
        throw new ConfigurationException(
                section + ": certificate and privateKey cannot be used together; they must be a PEM chain and"
                        + " the unencrypted PEM key of its first certificate");
    }

    /**
     * The two for a server of Java's own.
     *
     * @param section of the settings that names them
     * @throws ConfigurationException if they are not a certificate and its key
     */
    public static KeyManager[] keyManagers(String section, Path certificate, Path privateKey)
            throws ConfigurationException {
        demandUsable(section, certificate, privateKey);
        try {
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(entries(certificate, privateKey), NO_PASSWORD);
            return managers.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new ConfigurationException(section + ": certificate or privateKey cannot be read any more");
        }
    }

    private static Properties sources(Path certificate, Path privateKey) {
        Properties sources = new Properties();
        sources.setProperty("source.1", certificate.toAbsolutePath().toString());
        sources.setProperty("source.2", privateKey.toAbsolutePath().toString());
        return sources;
    }

    /** Keys with the chain that fits, in memory only. */
    private static KeyStore entries(Path certificate, Path privateKey) throws GeneralSecurityException, IOException {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        sources(certificate, privateKey).store(list, null);
        KeyStore pem = KeyStore.getInstance(TYPE, new PemKeyStoreProvider());
        pem.load(new ByteArrayInputStream(list.toByteArray()), null);
        KeyStore found = KeyStore.getInstance("PKCS12");
        found.load(null, null);
        for (String alias : Collections.list(pem.aliases())) {
            if (pem.getKey(alias, null) instanceof PrivateKey key && fits(key, pem.getCertificate(alias))) {
                found.setKeyEntry(alias, key, NO_PASSWORD, pem.getCertificateChain(alias));
            }
        }
        return found;
    }

    private static boolean fits(PrivateKey key, Certificate certificate) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                });
        signature.initSign(key);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        return signature.verify(signed);
    }
}
