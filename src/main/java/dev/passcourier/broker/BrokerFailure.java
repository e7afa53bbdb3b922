package dev.passcourier.broker;

import dev.passcourier.config.ConfigurationException;
import jakarta.jms.JMSSecurityException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Why another broker cannot be used, in the words that {@code run} and {@code doctor} share: each names the setting to look
 * at. Artemis' client says of every connection that does not come about no more than that it does not, so the address is
 * tried here once more.
 */
public final class BrokerFailure {

    private static final int PATIENCE_MILLIS = 5_000;

    /** As Artemis words it, AMQ229032 and AMQ229213; a refused log-in has no permission in it. */
    private static final Pattern LACKING = Pattern.compile("permission='([A-Z_]+)'.* on address ([A-Za-z0-9._-]+)");

    private BrokerFailure() {}

    /**
     * What a failure means.
     *
     * @param settings where the broker stands in the settings: {@code broker} or {@code sources.jms}
     */
    public static ConfigurationException of(String settings, BrokerAccess access, Exception failure) {
        String user = access.user() == null ? "nobody" : "user " + access.user();
        Throwable refusal = refusal(failure);
        if (refusal != null) {
            Matcher lacking = LACKING.matcher(String.valueOf(refusal.getMessage()));
            return new ConfigurationException(
                    lacking.find()
                            ? settings + ".user: " + user + " lacks the permission " + lacking.group(1) + " on "
                                    + lacking.group(2) + " on the broker; give it to one of its roles there"
                            : settings + ".user, " + settings + ".password: the broker refuses the log-in of " + user
                                    + "; check both, and that the broker knows this user");
        }
        return new ConfigurationException(settings + ".url: " + reach(access));
    }

    /**
     * Whether our user lacks this permission of the broker's, which let it log in.
     *
     * @param permission in the broker's spelling, such as SEND
     */
    static boolean lacks(String permission, Exception failure) {
        Throwable refusal = refusal(failure);
        if (refusal == null) {
            return false;
        }
        Matcher lacking = LACKING.matcher(String.valueOf(refusal.getMessage()));
        return lacking.find() && lacking.group(1).equals(permission);
    }

    /** Whether the broker does not know our user with this password, or does not any more. */
    static boolean isLogInRefused(Exception failure) {
        Throwable refusal = refusal(failure);
        return refusal != null
                && !LACKING.matcher(String.valueOf(refusal.getMessage())).find();
    }

    private static @Nullable Throwable refusal(Exception failure) {
        Throwable cause = failure;
        while (cause != null
                && !(cause instanceof ActiveMQSecurityException)
                && !(cause instanceof JMSSecurityException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String reach(BrokerAccess access) {
        try (ActiveMQConnectionFactory factory = access.factory()) {
            for (TransportConfiguration transport : factory.getStaticConnectors()) {
                String fault = reach(transport.getParams());
                if (fault != null) {
                    return fault;
                }
            }
            return "the broker there does not answer";
        } catch (Exception e) {
            return "is not an address of a broker";
        }
    }

    private static @Nullable String reach(Map<String, Object> transport) {
        Object host = transport.get(TransportConstants.HOST_PROP_NAME);
        if (host == null) {
            return null;
        }
        int port = Integer.parseInt(String.valueOf(transport.get(TransportConstants.PORT_PROP_NAME)));
        String place = host + ":" + port;
        InetSocketAddress address = new InetSocketAddress(host.toString(), port);
        if (address.isUnresolved()) {
            return "the host name " + host + " is not known here; check the name and DNS";
        }
        try (Socket socket = new Socket()) {
            socket.connect(address, PATIENCE_MILLIS);
        } catch (SocketTimeoutException e) {
            return place + " does not answer; check host, port and firewall";
        } catch (IOException e) {
            return "nobody listens on " + place + "; check host, port and firewall";
        }
        return Boolean.parseBoolean(String.valueOf(transport.get(TransportConstants.SSL_ENABLED_PROP_NAME)))
                ? place + " answers, but TLS with it does not come about: its certificate must be trusted by"
                        + " trustStorePath in the URL and name this host"
                : place + " answers, but not as an Artemis broker; if it wants TLS, add sslEnabled=true and"
                        + " trustStorePath to the URL";
    }
}
