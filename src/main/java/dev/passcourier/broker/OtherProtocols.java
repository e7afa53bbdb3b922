package dev.passcourier.broker;

import io.github.bucket4j.Bucket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.BaseInterceptor;
import org.apache.activemq.artemis.core.protocol.core.impl.CoreProtocolManager;
import org.apache.activemq.artemis.core.protocol.core.impl.CoreProtocolManagerFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyServerConnection;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.spi.core.protocol.ProtocolManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names clients at our acceptor that speak another protocol than Artemis' core, and closes their connections. Without it
 * core would take their first bytes for a frame's length, and say that the frame is too large.
 */
final class OtherProtocols extends CoreProtocolManager {

    /** How the acceptor's settings name it. */
    static final String NAME = "OTHERS";

    private static final Logger LOG = LoggerFactory.getLogger(OtherProtocols.class);
    private static final int PEERS = 200;
    private static final Duration SILENCE = Duration.ofMinutes(10);
    private static final int LINES_A_MINUTE = 20;

    private static final byte TLS_HANDSHAKE = 0x16;
    private static final byte TLS_MAJOR = 0x03;
    private static final byte MQTT_CONNECT = 0x10;

    /** Each peer's line; a client that tries again each second must not fill the log. */
    private final Map<String, Bucket> named = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > PEERS;
        }
    };

    private final Bucket lines = bucket(LINES_A_MINUTE, Duration.ofMinutes(1));

    private OtherProtocols(CoreProtocolManagerFactory core, ActiveMQServer server) {
        super(core, server, List.of(), List.of());
    }

    /** Makes it for the acceptor that names it. */
    static final class Factory extends CoreProtocolManagerFactory {

        @Override
        public String[] getProtocols() {
            return new String[] {NAME};
        }

        @Override
        @SuppressWarnings("rawtypes")
        public ProtocolManager createProtocolManager(
                ActiveMQServer server,
                Map<String, Object> parameters,
                List<BaseInterceptor> incoming,
                List<BaseInterceptor> outgoing) {
            return new OtherProtocols(this, server);
        }
    }

    @Override
    public boolean isProtocol(byte[] start) {
        return !name(start).isEmpty();
    }

    @Override
    public void handshake(NettyServerConnection connection, ActiveMQBuffer buffer) {
        byte[] start = new byte[Math.min(8, buffer.readableBytes())];
        buffer.getBytes(buffer.readerIndex(), start);
        buffer.readerIndex(buffer.writerIndex());
        say(name(start), host(connection.getChannel().remoteAddress()));
        connection.close();
    }

    private synchronized void say(String protocol, String peer) {
        if (!named.computeIfAbsent(peer, name -> bucket(1, SILENCE)).tryConsume(1) || !lines.tryConsume(1)) {
            return;
        }
        LOG.warn(
                "OTHER_PROTOCOL {} at broker.acceptor from {}, which speaks Artemis' core protocol only{}",
                protocol,
                peer,
                protocol.equals("TLS")
                        ? ", and in clear: set its certificate and privateKey"
                        : ": let the client speak core, or put it on an external Artemis");
    }

    private static Bucket bucket(int lines, Duration period) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(lines).refillGreedy(lines, period))
                .build();
    }

    private static String host(SocketAddress address) {
        return address instanceof InetSocketAddress peer ? peer.getAddress().getHostAddress() : "an unknown address";
    }

    /** By how a connection begins; empty for core and for what nobody knows. */
    private static String name(byte[] start) {
        if (start.length < 8) {
            return "";
        }
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith("AMQP")) {
            return "AMQP";
        }
        if (text.startsWith("CONNECT") || text.startsWith("STOMP")) {
            return "STOMP";
        }
        if (start[0] == MQTT_CONNECT && text.contains("MQ")) {
            return "MQTT";
        }
        if (text.endsWith("\1Act")) {
            return "OpenWire";
        }
        return start[0] == TLS_HANDSHAKE && start[1] == TLS_MAJOR ? "TLS" : "";
    }
}
