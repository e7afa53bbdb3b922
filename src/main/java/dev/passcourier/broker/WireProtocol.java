package dev.passcourier.broker;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryTopic;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.broker.SslContext;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;

/**
 * The protocols by which Artemis takes messages, each with a client that says in properties of its messages whatever it is
 * told to, also who sent them.
 */
public enum WireProtocol {
    /** Artemis' own. */
    CORE("core") {
        @Override
        void send(ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims) throws Exception {
            try (ActiveMQConnectionFactory factory = login.coreFactory()) {
                byJms(factory, login, queue, body, claims);
            }
        }
    },
    /** AMQP 1.0. */
    AMQP("AMQP") {
        @Override
        void send(ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims) throws Exception {
            // With SASL: OASIS AMQP 1.0, part 5, 5.3.2.
            greet(login, new byte[] {'A', 'M', 'Q', 'P', 3, 1, 0, 0}, 0, "AMQP");
            JmsConnectionFactory factory = new JmsConnectionFactory(
                    login.tls() == null
                            ? login.url("amqp")
                            : login.url("amqps") + "?transport.verifyHost=" + login.verifyHost());
            factory.setSslContext(login.tls());
            factory.setUseDaemonThread(true);
            factory.setConnectTimeout(ClientLogin.PATIENCE_MILLIS);
            factory.setRequestTimeout(ClientLogin.PATIENCE_MILLIS);
            factory.setSendTimeout(ClientLogin.PATIENCE_MILLIS);
            factory.setCloseTimeout(ClientLogin.PATIENCE_MILLIS);
            byJms(factory, login, queue, body, claims);
        }
    },
    /** AMQP as Artemis sends it from broker to broker: inside a core message, so that no AMQP acceptor is needed. */
    AMQP_IN_CORE("AMQP in core messages") {
        @Override
        void send(ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims) throws Exception {
            inCore(login, queue, new Data(new Binary(body)), claims);
        }
    },
    /** The same with a body of a kind that Artemis makes no note of; what was asked for follows some bytes of AMQP. */
    AMQP_VALUE_IN_CORE("AMQP values in core messages") {
        @Override
        void send(ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims) throws Exception {
            inCore(login, queue, new AmqpValue(Symbol.valueOf(new String(body, StandardCharsets.UTF_8))), claims);
        }
    },
    /** ActiveMQ's. */
    OPENWIRE("OpenWire") {
        @Override
        void send(ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims) throws Exception {
            // A WireFormatInfo without properties: length, type 1, magic, version 1.
            greet(
                    login,
                    new byte[] {0, 0, 0, 14, 1, 'A', 'c', 't', 'i', 'v', 'e', 'M', 'Q', 0, 0, 0, 1, 0},
                    OPENWIRE_TYPE,
                    "\1ActiveMQ");
            SslContext tls = new SslContext();
            tls.setSSLContext(login.tls());
            // The library has no other way to be given a context; it is this thread's.
            SslContext.setCurrentSslContext(login.tls() == null ? null : tls);
            try {
                var factory = new org.apache.activemq.ActiveMQConnectionFactory(
                        login.tls() == null
                                ? login.url("tcp") + "?connectionTimeout=" + ClientLogin.PATIENCE_MILLIS
                                : login.url("ssl") + "?connectionTimeout=" + ClientLogin.PATIENCE_MILLIS
                                        + "&socket.verifyHostName=" + login.verifyHost());
                factory.setWatchTopicAdvisories(false);
                factory.setConnectResponseTimeout(ClientLogin.PATIENCE_MILLIS);
                factory.setSendTimeout(ClientLogin.PATIENCE_MILLIS);
                factory.setCloseTimeout(ClientLogin.PATIENCE_MILLIS);
                byJms(factory, login, queue, body, claims);
            } finally {
                SslContext.setCurrentSslContext(null);
            }
        }
    },
    /** STOMP 1.2. */
    STOMP("STOMP") {
        @Override
        void send(ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims) throws Exception {
            try (Socket socket = login.connect()) {
                OutputStream out = socket.getOutputStream();
                frame(
                        out,
                        "CONNECT\naccept-version:1.2\nhost:" + login.host() + "\nlogin:"
                                + login.access().user() + "\npasscode:"
                                + login.access().password() + "\n",
                        new byte[0]);
                String connected = new String(offered(() -> frame(socket.getInputStream())), StandardCharsets.UTF_8);
                if (!connected.startsWith("CONNECTED")) {
                    throw connected.startsWith("ERROR") ? refused() : new NotOfferedException();
                }
                for (Map<String, String> said : claims) {
                    StringBuilder head = new StringBuilder("SEND\ndestination:" + queue
                            + "\ndestination-type:ANYCAST\nreceipt:1\ncontent-length:" + body.length + "\n");
                    said.forEach((name, value) ->
                            head.append(name).append(':').append(escaped(value)).append('\n'));
                    frame(out, head.toString(), body);
                    if (!new String(frame(socket.getInputStream()), StandardCharsets.UTF_8).startsWith("RECEIPT")) {
                        throw refused();
                    }
                }
                frame(out, "DISCONNECT\n", new byte[0]);
            }
        }
    },
    /** MQTT 5; a sender by MQTT 3.1.1 has no properties to say anything in. */
    MQTT("MQTT") {
        @Override
        TemporaryTopic temporary(Session session) throws JMSException {
            return session.createTemporaryTopic();
        }

        @Override
        void send(ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims) throws Exception {
            try (Socket socket = login.connect()) {
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream();
                String password = String.valueOf(login.access().password());
                packet(out, MQTT_CONNECT, connect -> {
                    connect.writeUTF("MQTT");
                    // Version 5; user, password, clean start; kept alive for a minute; no properties.
                    connect.write(new byte[] {5, (byte) 0xc2, 0, 60, 0});
                    connect.writeUTF(UUID.randomUUID().toString());
                    connect.writeUTF(String.valueOf(login.access().user()));
                    connect.writeUTF(password);
                });
                byte[] connected = offered(() -> packet(in, MQTT_CONNACK));
                if (connected.length < 2 || connected[1] != 0) {
                    throw refused();
                }
                for (Map<String, String> said : claims) {
                    ByteArrayOutputStream properties = new ByteArrayOutputStream();
                    for (var property : said.entrySet()) {
                        properties.write(MQTT_USER_PROPERTY);
                        new DataOutputStream(properties).writeUTF(property.getKey());
                        new DataOutputStream(properties).writeUTF(property.getValue());
                    }
                    packet(out, MQTT_PUBLISH_CONFIRMED, publish -> {
                        publish.writeUTF(queue.replace('.', '/'));
                        publish.writeShort(1);
                        writeLength(publish, properties.size());
                        properties.writeTo(publish);
                        publish.write(body);
                    });
                    byte[] acknowledged = packet(in, MQTT_PUBACK);
                    if (acknowledged.length > 2 && acknowledged[2] != 0) {
                        throw refused();
                    }
                }
                packet(out, MQTT_DISCONNECT, nothing -> {});
            }
        }
    };

    /** The claim that AMQP has a field of its own for. */
    static final String USER_ID = "user_id";

    private static final int OPENWIRE_TYPE = 4;
    private static final int MQTT_CONNECT = 0x10;
    private static final int MQTT_CONNACK = 0x20;
    private static final int MQTT_PUBLISH_CONFIRMED = 0x32;
    private static final int MQTT_PUBACK = 0x40;
    private static final int MQTT_DISCONNECT = 0xe0;
    private static final int MQTT_USER_PROPERTY = 0x26;
    /** What a broker answers is short. */
    private static final int MOST_BYTES = 64 * 1024;

    private final String title;

    WireProtocol(String title) {
        this.title = title;
    }

    /** The broker's acceptor answers in another protocol, or hangs up in peace. */
    static final class NotOfferedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** What people call it. */
    public String title() {
        return title;
    }

    /** A temporary destination that its messages reach. */
    Destination temporary(Session session) throws JMSException {
        return session.createTemporaryQueue();
    }

    /**
     * Logs in, and sends bytes once for each set of text properties, each confirmed by the broker.
     *
     * @param queue the address of a queue, or of a {@link #temporary} destination
     * @throws NotOfferedException if the protocol is not spoken there
     * @throws Exception if the broker lets the user not in, or takes no messages
     */
    abstract void send(ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims) throws Exception;

    private static void byJms(
            ConnectionFactory factory, ClientLogin login, String queue, byte[] body, List<Map<String, String>> claims)
            throws JMSException {
        try (Connection connection = factory.createConnection(
                        login.access().user(), login.access().password());
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            for (Map<String, String> said : claims) {
                BytesMessage message = session.createBytesMessage();
                message.writeBytes(body);
                for (var property : said.entrySet()) {
                    message.setStringProperty(property.getKey(), property.getValue());
                }
                producer.send(message);
            }
        }
    }

    /** The claim {@code user_id} goes where AMQP has it, all others are application properties. */
    private static void inCore(ClientLogin login, String queue, Section body, List<Map<String, String>> claims)
            throws Exception {
        BrokerAccess access = login.access();
        try (ActiveMQConnectionFactory factory = login.coreFactory();
                ServerLocator locator = factory.getServerLocator();
                ClientSessionFactory sessions = locator.createSessionFactory();
                ClientSession session =
                        sessions.createSession(access.user(), access.password(), false, true, true, false, 1);
                ClientProducer producer = session.createProducer(queue)) {
            for (Map<String, String> said : claims) {
                byte[] encoded = amqp(queue, body, said);
                ClientMessage message =
                        session.createMessage(org.apache.activemq.artemis.api.core.Message.EMBEDDED_TYPE, true);
                // As Artemis' EmbedMessageUtil and AMQPMessagePersister read it.
                message.getBodyBuffer().writeBytes(new byte[] {'E', 'M', 'B', 2});
                message.getBodyBuffer().writeLong(0);
                message.getBodyBuffer().writeLong(0);
                message.getBodyBuffer().writeNullableSimpleString(SimpleString.of(queue));
                message.getBodyBuffer().writeInt(encoded.length);
                message.getBodyBuffer().writeBytes(encoded);
                producer.send(message);
            }
        }
    }

    private static byte[] amqp(String queue, Section body, Map<String, String> claims) {
        org.apache.qpid.proton.message.Message amqp = Proton.message();
        amqp.setAddress(queue);
        amqp.setBody(body);
        Map<String, Object> others = new HashMap<>(claims);
        Object user = others.remove(USER_ID);
        if (user != null) {
            amqp.setUserId(user.toString().getBytes(StandardCharsets.UTF_8));
        }
        amqp.setApplicationProperties(new ApplicationProperties(others));
        byte[] encoded = new byte[body instanceof Data data ? data.getValue().getLength() + 1_000 : 1_000];
        return Arrays.copyOf(encoded, amqp.encode(encoded, 0, encoded.length));
    }

    /** Says a protocol's first bytes, and demands that the answer has the protocol's too. */
    private static void greet(ClientLogin login, byte[] greeting, int skipped, String expected) throws IOException {
        try (Socket socket = login.connect()) {
            socket.getOutputStream().write(greeting);
            byte[] answer = offered(() -> socket.getInputStream().readNBytes(skipped + expected.length()));
            if (!new String(answer, StandardCharsets.ISO_8859_1)
                    .substring(Math.min(skipped, answer.length))
                    .equals(expected)) {
                throw new NotOfferedException();
            }
        }
    }

    /** Reads something. */
    @FunctionalInterface
    private interface Reader {
        byte[] read() throws IOException;
    }

    /**
     * Who does not speak a protocol hangs up at its first bytes, or answers in another. Silence, a reset and TLS that fails
     * say nothing of that.
     */
    private static byte[] offered(Reader answer) throws IOException {
        try {
            return answer.read();
        } catch (EOFException | ProtocolException e) {
            NotOfferedException not = new NotOfferedException();
            not.initCause(e);
            throw not;
        }
    }

    private static JMSSecurityException refused() {
        return new JMSSecurityException("refused");
    }

    private static void frame(OutputStream out, String head, byte[] body) throws IOException {
        out.write((head + "\n").getBytes(StandardCharsets.UTF_8));
        out.write(body);
        out.write(0);
        out.flush();
    }

    private static byte[] frame(InputStream in) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        // Line breaks are the broker's heartbeats, or follow a frame.
        for (int next = in.read(); next != 0; next = in.read()) {
            if (next < 0) {
                throw new EOFException("no frame");
            }
            if (answer.size() > MOST_BYTES) {
                throw new ProtocolException("no frame");
            }
            if (answer.size() > 0 || next != '\n') {
                answer.write(next);
            }
        }
        return answer.toByteArray();
    }

    /** As headers of a STOMP 1.2 frame are written. */
    private static String escaped(String value) {
        return value.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace(":", "\\c");
    }

    /** Writes a packet's content. */
    @FunctionalInterface
    private interface Content {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static void packet(OutputStream out, int type, Content content) throws IOException {
        ByteArrayOutputStream inside = new ByteArrayOutputStream();
        content.writeTo(new DataOutputStream(inside));
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(type);
        writeLength(packet, inside.size());
        inside.writeTo(packet);
        out.write(packet.toByteArray());
        out.flush();
    }

    private static byte[] packet(InputStream in, int type) throws IOException {
        int found = in.read();
        if (found >= 0 && found != type) {
            throw new ProtocolException("no such packet");
        }
        int length = in.read();
        if (found < 0 || length < 0) {
            throw new EOFException("no packet");
        }
        // It would have a further byte of length; no answer to us is so long.
        if (length > 127) {
            throw new IOException("too long a packet");
        }
        return in.readNBytes(length);
    }

    private static void writeLength(OutputStream out, int length) throws IOException {
        int left = length;
        for (; left > 127; left >>= 7) {
            out.write(left & 127 | 128);
        }
        out.write(left);
    }
}
