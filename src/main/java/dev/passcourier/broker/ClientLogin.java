package dev.passcourier.broker;

import jakarta.jms.JMSException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.remoting.impl.ssl.SSLSupport;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.utils.ConfigurationHelper;
import org.jspecify.annotations.Nullable;

/**
 * How a client of any protocol gets in where our own core client did: the same host, port, TLS, user and password.
 *
 * @param access     what the core client was given
 * @param core       how it got in
 * @param host       where it got in
 * @param port       where it got in
 * @param tls        what it trusts, or null without TLS
 * @param verifyHost whether the certificate must name the host
 */
record ClientLogin(
        BrokerAccess access,
        TransportConfiguration core,
        String host,
        int port,
        @Nullable SSLContext tls,
        boolean verifyHost) {

    /** For connecting, and for each answer. */
    static final int PATIENCE_MILLIS = 5_000;

    /**
     * As a core client got in.
     *
     * @throws Exception if what the transport trusts cannot be read
     */
    static ClientLogin as(BrokerAccess access, TransportConfiguration transport) throws Exception {
        Map<String, Object> params = transport.getParams();
        boolean tls = ConfigurationHelper.getBooleanProperty(TransportConstants.SSL_ENABLED_PROP_NAME, false, params);
        boolean trustAll =
                ConfigurationHelper.getBooleanProperty(TransportConstants.TRUST_ALL_PROP_NAME, false, params);
        return new ClientLogin(
                access,
                transport,
                text(TransportConstants.HOST_PROP_NAME, TransportConstants.DEFAULT_HOST, params),
                ConfigurationHelper.getIntProperty(
                        TransportConstants.PORT_PROP_NAME, TransportConstants.DEFAULT_PORT, params),
                tls ? trusting(params, trustAll) : null,
                !trustAll
                        && ConfigurationHelper.getBooleanProperty(
                                TransportConstants.VERIFY_HOST_PROP_NAME, true, params));
    }

    private static SSLContext trusting(Map<String, Object> params, boolean trustAll) throws Exception {
        return new SSLSupport()
                .setTruststoreProvider(text(TransportConstants.TRUSTSTORE_PROVIDER_PROP_NAME, null, params))
                .setTruststoreType(text(
                        TransportConstants.TRUSTSTORE_TYPE_PROP_NAME,
                        TransportConstants.DEFAULT_TRUSTSTORE_TYPE,
                        params))
                .setTruststorePath(text(TransportConstants.TRUSTSTORE_PATH_PROP_NAME, null, params))
                .setTruststorePassword(text(TransportConstants.TRUSTSTORE_PASSWORD_PROP_NAME, null, params))
                .setTrustAll(trustAll)
                .createContext();
    }

    private static @Nullable String text(String name, @Nullable String otherwise, Map<String, Object> params) {
        return ConfigurationHelper.getStringProperty(name, otherwise, params);
    }

    /** A core client that gets in there and nowhere else, whatever other brokers the URL or this one names. */
    ActiveMQConnectionFactory coreFactory() throws JMSException {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(false, core);
        factory.setUser(access.user());
        factory.setPassword(access.password());
        factory.setUseTopologyForLoadBalancing(false);
        return BrokerAccess.careful(factory);
    }

    /** The address for a client library. */
    String url(String scheme) {
        return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Connects; whoever takes the socket closes it. */
    Socket connect() throws IOException {
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
            plain.setSoTimeout(PATIENCE_MILLIS);
            if (tls == null) {
                return plain;
            }
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, port, true);
            if (verifyHost) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /** Names the place only. */
    @Override
    public String toString() {
        return "ClientLogin[" + host + ":" + port + "]";
    }
}
