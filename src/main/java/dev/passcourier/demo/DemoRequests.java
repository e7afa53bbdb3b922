package dev.passcourier.demo;

import dev.passcourier.request.Verdict;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** What the demo asks for, through the drop directory and the queue, as any other program would. */
final class DemoRequests {

    static final List<Expectation> EXPECTED = List.of(
            new Expectation("batch-1", Verdict.DELIVERED, 1, "KakaoCloud, RSA, to a mailbox and a file"),
            new Expectation("batch-2", Verdict.DELIVERED, 1, "ZStack, console password in clear"),
            new Expectation("batch-3", Verdict.DELIVERED, 1, "Tencent GSE, TC3 signature"),
            new Expectation("batch-4", Verdict.DELIVERED, 1, "Huawei ECS with a token, to a webhook and a file"),
            new Expectation("batch-5", Verdict.NEVER, 1, "a Linux server has no such password"),
            new Expectation("queue-1", Verdict.DELIVERED, 1, "from the queue, answered on a queue"),
            new Expectation("queue-2", Verdict.DELIVERED, 2, "not ready, then ready"),
            new Expectation("queue-3", Verdict.WRONG_KEY, 1, "created with a key pair that is not on the ring"),
            new Expectation("queue-4", Verdict.DELIVERED, 3, "the cloud answers 503 twice, then fine (AK/SK)"),
            new Expectation("queue-5", Verdict.REFUSED, 0, "the policy does not grant this destination"));

    private static final String BATCH = "id,account,instance,parameters.fleetId,deliverTo\n"
            + "batch-1,kakao," + DemoWorld.KAKAO + ",,ops-mail archive\n"
            + "batch-2,zstack," + DemoWorld.ZSTACK + ",,archive\n"
            + "batch-3,gse," + DemoWorld.GSE + ",fleet-qp3g3caa-iectl8nb,archive\n"
            + "bad-line,kakao,../../etc/passwd,,archive\n"
            + "batch-4,huawei," + DemoWorld.HUAWEI + ",,hook archive\n"
            + "batch-5,kakao," + DemoWorld.KAKAO_LINUX + ",,ops-mail\n";

    private static final List<String> MESSAGES = List.of(
            message("queue-1", "kakao", DemoWorld.KAKAO, "tickets"),
            message("queue-2", "kakao", DemoWorld.LATE, "tickets"),
            message("queue-3", "kakao", DemoWorld.FOREIGN_KEY, "tickets"),
            message("queue-4", "huawei-aksk", DemoWorld.SHAKY, "hook"),
            message("queue-5", "huawei", DemoWorld.HUAWEI, "tickets\",\"archive"));

    private DemoRequests() {}

    private static String message(String id, String account, String instance, String deliverTo) {
        return "{\"id\":\"" + id + "\",\"account\":\"" + account + "\",\"instance\":\"" + instance
                + "\",\"deliverTo\":[\"" + deliverTo + "\"],\"requestedBy\":\"demo\"}";
    }

    /** Drops the batch file the way one should: written elsewhere, then moved in. */
    static void drop(Path home) throws IOException {
        Path written = home.resolve("machines.csv");
        Files.writeString(written, BATCH, StandardCharsets.UTF_8);
        Files.move(written, home.resolve("drop/machines.csv"));
    }

    /** Sends the messages to the broker's TCP acceptor, as the ticket system would. */
    static void send(int port, Path home) throws IOException, JMSException {
        String password = Files.readString(home.resolve("secrets/broker-ticketing"));
        try (ActiveMQConnectionFactory factory =
                        new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port, "ticketing", password);
                Connection connection = factory.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue("password.requests"))) {
            for (String message : MESSAGES) {
                producer.send(session.createTextMessage(message));
            }
        }
    }
}
