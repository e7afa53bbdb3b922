package dev.passcourier.broker;

import de.dentrassi.crypto.pem.PemKeyStoreProvider;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.files.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Properties;

/**
 * Certificate chain and private key of the TCP acceptor. Artemis reads PEM files by way of a small file that lists them.
 */
public final class PemIdentity {

    /** The key store type that such a list has. */
    static final String TYPE = "PEMCFG";

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
        demandUsable(certificate, privateKey);
        Path list = directory.resolve("acceptor.pemcfg");
        DurableFile.replace(list, out -> sources(certificate, privateKey).store(out, null));
        return list;
    }

    /**
     * Demands that the two are a certificate and its key.
     *
     * @throws ConfigurationException if they are not
     */
    public static void demandUsable(Path certificate, Path privateKey) throws ConfigurationException {
        if (!isUsable(sources(certificate, privateKey))) {
            throw new ConfigurationException(
                    "broker.acceptor: certificate and privateKey cannot be used together; they must be a PEM chain and"
                            + " the unencrypted PEM key of its first certificate");
        }
    }

    private static Properties sources(Path certificate, Path privateKey) {
        Properties sources = new Properties();
        sources.setProperty("source.1", certificate.toAbsolutePath().toString());
        sources.setProperty("source.2", privateKey.toAbsolutePath().toString());
        return sources;
    }

    private static boolean isUsable(Properties sources) {
        try {
            ByteArrayOutputStream list = new ByteArrayOutputStream();
            sources.store(list, null);
            InputStream in = new ByteArrayInputStream(list.toByteArray());
            KeyStore store = KeyStore.getInstance(TYPE, new PemKeyStoreProvider());
            store.load(in, null);
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, null) instanceof PrivateKey key && fits(key, store.getCertificate(alias))) {
                    return true;
                }
            }
            return false;
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            return false;
        }
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
