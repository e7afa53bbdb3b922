package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsAcceptorTest {

    private static final String QUEUE = "password.requests";
    /** The core protocol carries text of any kind. */
    private static final String PASSWORD = "canary-br\u00F6ker-\uBE44\uBC00-\uD83D\uDD11";

    private static final X500Name NAME = new X500Name("CN=broker");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void takesTlsWithPemFilesAndNothingInClear(String algorithm) throws Exception {
        KeyPair keys = keys(algorithm);
        Path certificate = certificate(keys);
        try (EmbeddedBroker broker = start(certificate, key("broker.key", keys))) {
            QueueDeclarer.declare(broker.access(), List.of(QUEUE));
            String tls = "?sslEnabled=true&trustStoreType=PEM&trustStorePath=" + certificate;
            send(broker.port(), tls);
            assertThatThrownBy(() -> send(broker.port(), "?callTimeout=3000")).isInstanceOf(JMSException.class);
            Path stranger = certificate(keys(algorithm));
            assertThatThrownBy(
                            () -> send(broker.port(), "?sslEnabled=true&trustStoreType=PEM&trustStorePath=" + stranger))
                    .isInstanceOf(JMSException.class);
        }
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("broker/acceptor.pemcfg"))))
                .isEqualTo("rw-------");
    }

    @Test
    void doesNotStartWithAKeyThatDoesNotFit() throws Exception {
        Path certificate = certificate(keys("EC"));
        for (Path wrong : List.of(key("other.key", keys("EC")), key("rsa.key", keys("RSA")), certificate)) {
            assertThatThrownBy(() -> start(certificate, wrong).close())
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("broker.acceptor")
                    .hasNoCause();
        }
    }

    private EmbeddedBroker start(Path certificate, Path key) throws Exception {
        Settings.Broker settings = new Settings.Broker(
                null,
                null,
                null,
                new Settings.Acceptor("127.0.0.1", 0, certificate, key),
                Map.of(
                        "ticketing",
                        new Settings.BrokerUser(
                                new SecretRef("{{file:" + file("ticketing.password", PASSWORD) + "}}"),
                                List.of(Settings.BrokerUser.Role.REQUESTER))));
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), 1, settings, QUEUE, Set.of());
        broker.listen();
        return broker;
    }

    private static void send(int port, String parameters) throws JMSException {
        try (ActiveMQConnectionFactory factory =
                        new ActiveMQConnectionFactory("tcp://localhost:" + port + parameters, "ticketing", PASSWORD);
                Connection connection = factory.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            session.createProducer(session.createQueue(QUEUE)).send(session.createTextMessage("{}"));
        }
    }

    private static KeyPair keys(String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(algorithm.equals("EC") ? 256 : 2048);
        return generator.generateKeyPair();
    }

    private Path certificate(KeyPair keys) throws Exception {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                        NAME,
                        BigInteger.valueOf(now.toEpochMilli()),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
                        NAME,
                        keys.getPublic())
                .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
        String signature = keys.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        byte[] encoded = builder.build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()))
                .getEncoded();
        return Files.writeString(Files.createTempFile(directory, "broker", ".crt"), pem("CERTIFICATE", encoded));
    }

    private Path key(String name, KeyPair keys) throws Exception {
        return file(name, pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    }

    private Path file(String name, String content) throws Exception {
        Path file = directory.resolve(name);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    private static String pem(String type, byte[] encoded) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }
}
