package dev.passcourier.broker;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;

/** Another program's client, one for each protocol that Artemis speaks. It says in properties what it is told to. */
public enum Wire {
    CORE {
        @Override
        void send(Login login, String queue, byte[] body, Map<String, String> properties) throws Exception {
            try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(login.url("tcp"))) {
                byJms(factory, login, queue, session -> bytes(session, body), properties);
            }
        }
    },
    AMQP {
        @Override
        void send(Login login, String queue, byte[] body, Map<String, String> properties) throws Exception {
            byJms(
                    new JmsConnectionFactory(login.url("amqp")),
                    login,
                    queue,
                    session -> bytes(session, body),
                    properties);
        }
    },
    /** AMQP as Artemis sends it from broker to broker: inside a core message, so that no AMQP acceptor is needed. */
    AMQP_IN_CORE {
        @Override
        void send(Login login, String queue, byte[] body, Map<String, String> properties) throws Exception {
            inCore(login, queue, new Data(new Binary(body)), properties);
        }
    },
    /** The same with a body of a kind that Artemis makes no note of; what was asked for follows some bytes of AMQP. */
    ODD_AMQP_IN_CORE {
        @Override
        void send(Login login, String queue, byte[] body, Map<String, String> properties) throws Exception {
            Symbol odd = Symbol.valueOf(new String(body, StandardCharsets.UTF_8));
            inCore(login, queue, new AmqpValue(odd), properties);
        }
    },
    OPENWIRE {
        @Override
        void send(Login login, String queue, byte[] body, Map<String, String> properties) throws Exception {
            javax.jms.Connection connection = new org.apache.activemq.ActiveMQConnectionFactory(
                            login.url("tcp") + "?jms.watchTopicAdvisories=false")
                    .createConnection(login.user(), login.password());
            try {
                javax.jms.Session session = connection.createSession(false, javax.jms.Session.AUTO_ACKNOWLEDGE);
                javax.jms.BytesMessage message = session.createBytesMessage();
                message.writeBytes(body);
                for (var property : properties.entrySet()) {
                    message.setStringProperty(property.getKey(), property.getValue());
                }
                session.createProducer(session.createQueue(queue)).send(message);
            } finally {
                connection.close();
            }
        }
    },
    STOMP {
        @Override
        void send(Login login, String queue, byte[] body, Map<String, String> properties) throws Exception {
            try (Socket socket = new Socket("127.0.0.1", login.port())) {
                socket.setSoTimeout(10_000);
                frame(
                        socket.getOutputStream(),
                        "CONNECT\naccept-version:1.2\nhost:broker\nlogin:" + login.user() + "\npasscode:"
                                + login.password() + "\n\n",
                        new byte[0]);
                demand(answer(socket.getInputStream()).startsWith("CONNECTED"));
                StringBuilder head = new StringBuilder("SEND\ndestination:" + queue
                        + "\ndestination-type:ANYCAST\nreceipt:1\ncontent-length:" + body.length + "\n");
                properties.forEach((name, value) -> head.append(name + ":" + value + "\n"));
                frame(socket.getOutputStream(), head + "\n", body);
                demand(answer(socket.getInputStream()).startsWith("RECEIPT"));
            }
        }
    },
    MQTT {
        @Override
        void send(Login login, String queue, byte[] body, Map<String, String> properties) throws Exception {
            try (Socket socket = new Socket("127.0.0.1", login.port())) {
                socket.setSoTimeout(10_000);
                ByteArrayOutputStream connect = new ByteArrayOutputStream();
                DataOutputStream out = new DataOutputStream(connect);
                out.writeUTF("MQTT");
                out.write(new byte[] {5, (byte) 0xc2, 0, 60, 0});
                out.writeUTF("client");
                out.writeUTF(login.user());
                out.writeUTF(login.password());
                packet(socket.getOutputStream(), 0x10, connect.toByteArray());
                demand(packet(socket.getInputStream(), 0x20)[1] == 0);
                ByteArrayOutputStream said = new ByteArrayOutputStream();
                for (var property : properties.entrySet()) {
                    said.write(0x26);
                    new DataOutputStream(said).writeUTF(property.getKey());
                    new DataOutputStream(said).writeUTF(property.getValue());
                }
                ByteArrayOutputStream publish = new ByteArrayOutputStream();
                out = new DataOutputStream(publish);
                out.writeUTF(ManyProtocols.ANYCAST + queue.replace('.', '/'));
                out.writeShort(1);
                writeLength(publish, said.size());
                publish.write(said.toByteArray());
                publish.write(body);
                packet(socket.getOutputStream(), 0x32, publish.toByteArray());
                byte[] acknowledged = packet(socket.getInputStream(), 0x40);
                demand(acknowledged.length == 2 || acknowledged[2] == 0);
            }
        }
    };

    /** Sends bytes with text properties, after a log-in. */
    abstract void send(Login login, String queue, byte[] body, Map<String, String> properties) throws Exception;

    /** The claim that AMQP has a field of its own for. */
    static final String USER_ID = "user_id";

    /** Who logs in where. */
    public record Login(int port, String user, String password) {

        String url(String scheme) {
            return scheme + "://127.0.0.1:" + port;
        }
    }

    private interface Maker {
        Message in(Session session) throws JMSException;
    }

    private static void byJms(
            ConnectionFactory factory, Login login, String queue, Maker maker, Map<String, String> properties)
            throws JMSException {
        try (Connection connection = factory.createConnection(login.user(), login.password());
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            Message message = maker.in(session);
            for (var property : properties.entrySet()) {
                message.setStringProperty(property.getKey(), property.getValue());
            }
            producer.send(message);
        }
    }

    private static BytesMessage bytes(Session session, byte[] body) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(body);
        return message;
    }

    /** The claim {@code user_id} goes where AMQP has it, all others are application properties. */
    private static void inCore(Login login, String queue, Section body, Map<String, String> properties)
            throws Exception {
        org.apache.qpid.proton.message.Message amqp = Proton.message();
        amqp.setAddress(queue);
        amqp.setBody(body);
        Map<String, Object> others = new HashMap<>(properties);
        Object user = others.remove(USER_ID);
        if (user != null) {
            amqp.setUserId(user.toString().getBytes(StandardCharsets.UTF_8));
        }
        amqp.setApplicationProperties(new ApplicationProperties(others));
        byte[] encoded = new byte[body instanceof Data data ? data.getValue().getLength() + 1_000 : 1_000];
        int length = amqp.encode(encoded, 0, encoded.length);
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(login.url("tcp"));
                ServerLocator locator = factory.getServerLocator();
                ClientSessionFactory sessions = locator.createSessionFactory();
                ClientSession session =
                        sessions.createSession(login.user(), login.password(), false, true, true, false, 1);
                ClientProducer producer = session.createProducer(queue)) {
            ClientMessage message =
                    session.createMessage(org.apache.activemq.artemis.api.core.Message.EMBEDDED_TYPE, true);
            // As Artemis' EmbedMessageUtil and AMQPMessagePersister read it.
            message.getBodyBuffer().writeBytes(new byte[] {'E', 'M', 'B', 2});
            message.getBodyBuffer().writeLong(0);
            message.getBodyBuffer().writeLong(0);
            message.getBodyBuffer().writeNullableSimpleString(SimpleString.of(queue));
            message.getBodyBuffer().writeInt(length);
            message.getBodyBuffer().writeBytes(encoded, 0, length);
            producer.send(message);
        }
    }

    private static void frame(OutputStream out, String head, byte[] body) throws IOException {
        out.write(head.getBytes(StandardCharsets.UTF_8));
        out.write(body);
        out.write(0);
        out.flush();
    }

    private static String answer(InputStream in) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int next = in.read(); next > 0; next = in.read()) {
            answer.write(next);
        }
        return answer.toString(StandardCharsets.UTF_8).strip();
    }

    private static void packet(OutputStream out, int type, byte[] content) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(type);
        writeLength(packet, content.length);
        packet.write(content);
        out.write(packet.toByteArray());
        out.flush();
    }

    private static byte[] packet(InputStream in, int type) throws IOException {
        demand(in.read() == type);
        return in.readNBytes(in.read());
    }

    private static void writeLength(ByteArrayOutputStream out, int length) {
        int left = length;
        for (; left > 127; left >>= 7) {
            out.write(left & 127 | 128);
        }
        out.write(left);
    }

    private static void demand(boolean holds) throws IOException {
        if (!holds) {
            throw new IOException("the broker refused");
        }
    }
}
