package dev.passcourier.benchmark;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.crypto.Cipher;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * What a good programmer writes by hand for one hop, the measure of the service's speed: a durable embedded broker, 64
 * transacted sessions, each takes a request, gets the ciphertext over HTTP, opens it, sends the password in clear, and
 * commits. No policy, audit, ledger, seal, retry or limit.
 */
final class HandWritten {

    private static final int SESSIONS = 64;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Provider NATIVE = AmazonCorrettoCryptoProvider.INSTANCE;

    private final Connection connection;
    private final CloseableHttpClient http;
    private final String cloud;
    private final PrivateKey key;

    private HandWritten(Connection connection, CloseableHttpClient http, String cloud, PrivateKey key) {
        this.connection = connection;
        this.http = http;
        this.cloud = cloud;
        this.key = key;
    }

    /**
     * Runs until it is killed.
     *
     * @param arguments the broker's port and directory, the cloud's address, the private key's file
     */
    public static void main(String[] arguments) throws Exception {
        startBroker(Integer.parseInt(arguments[0]), Path.of(arguments[1]));
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory("vm://0");
        Connection connection = factory.createConnection();
        CloseableHttpClient http = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnPerRoute(SESSIONS)
                        .setMaxConnTotal(SESSIONS)
                        .build())
                .disableAutomaticRetries()
                .build();
        HandWritten program = new HandWritten(connection, http, arguments[2], key(Path.of(arguments[3])));
        for (int i = 0; i < SESSIONS; i++) {
            new Thread(program::work, "session-" + i).start();
        }
        connection.start();
    }

    private static void startBroker(int port, Path directory) throws Exception {
        ConfigurationImpl configuration = new ConfigurationImpl();
        configuration
                .setJournalType(JournalType.NIO)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large").toString())
                .setJournalBufferTimeout_NIO(200_000)
                .setJMXManagementEnabled(false)
                .setSecurityEnabled(false);
        for (String queue : new String[] {Load.REQUESTS, Load.RESULTS}) {
            configuration.addQueueConfiguration(QueueConfiguration.of(queue)
                    .setAddress(queue)
                    .setRoutingType(RoutingType.ANYCAST)
                    .setDurable(true));
        }
        configuration.addAcceptorConfiguration("vm", "vm://0");
        configuration.addAcceptorConfiguration("tcp", "tcp://127.0.0.1:" + port + "?protocols=CORE");
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        broker.setConfiguration(configuration);
        broker.start();
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String base64 = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    private void work() {
        try (Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageConsumer requests = session.createConsumer(session.createQueue(Load.REQUESTS));
                MessageProducer results = session.createProducer(session.createQueue(Load.RESULTS))) {
            while (true) {
                TextMessage request = (TextMessage) requests.receive();
                JsonNode fields = JSON.readTree(request.getText());
                TextMessage result = session.createTextMessage(
                        password(fields.path("instance").asText()));
                result.setJMSCorrelationID(fields.path("id").asText());
                result.setStringProperty("kind", "RESULT");
                results.send(result);
                session.commit();
            }
        } catch (JMSException | IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String password(String instance) throws IOException, GeneralSecurityException {
        HttpGet get = new HttpGet(cloud + "/v1/p/cloudservers/" + instance + "/os-server-password");
        get.setHeader("X-Auth-Token", "token");
        byte[] answer = http.execute(get, reply -> EntityUtils.toByteArray(reply.getEntity()));
        byte[] ciphertext = Base64.getDecoder()
                .decode(JSON.readTree(answer).path("password").asText());
        Cipher rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding", NATIVE);
        rsa.init(Cipher.DECRYPT_MODE, key);
        return new String(rsa.doFinal(ciphertext), StandardCharsets.UTF_8);
    }
}
