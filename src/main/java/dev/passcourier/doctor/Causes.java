package dev.passcourier.doctor;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.remote.RemoteText;
import dev.passcourier.vault.KeyLoadException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.jspecify.annotations.Nullable;

/** Says in our own words why something failed; texts of others may quote what they were given. */
final class Causes {

    private static final int DEEPEST = 16;
    private static final Pattern ARTEMIS = Pattern.compile("(?s)(AMQ[0-9]{6}):(.*)");

    private Causes() {}

    static String of(Throwable failure) {
        Throwable link = failure;
        for (int depth = 0; link != null && depth < DEEPEST; depth++) {
            String known = known(link);
            if (known != null) {
                return known;
            }
            link = link.getCause();
        }
        return "fails with " + failure.getClass().getName();
    }

    /** Artemis numbers what it says; the rest is quoted in known words, as it holds our user's name. */
    private static String reason(Throwable failure) {
        Matcher said = ARTEMIS.matcher(String.valueOf(failure.getMessage()));
        return said.matches() ? ": " + said.group(1) + " '" + RemoteText.known(said.group(2)) + "'" : "";
    }

    private static @Nullable String known(Throwable failure) {
        if (failure instanceof ConfigurationException || failure instanceof KeyLoadException) {
            return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        }
        if (failure instanceof ActiveMQSecurityException || failure instanceof JMSSecurityException) {
            return "the broker refuses our user, its password or its rights: it must make queues, send, receive and browse"
                    + reason(failure);
        }
        if (failure instanceof SQLException sql) {
            return "the database does not let us in: SQL state " + sql.getSQLState();
        }
        if (failure instanceof ActiveMQException || failure instanceof JMSException) {
            String reason = reason(failure);
            if (!reason.isEmpty()) {
                return "the broker does not do it" + reason;
            }
        }
        if (failure instanceof UnknownHostException) {
            return "its host name is not known here: check the name and DNS";
        }
        if (failure instanceof ConnectException) {
            return "nobody listens there: check host, port and firewall";
        }
        if (failure instanceof InterruptedIOException) {
            return "it does not answer in time: check host, port and firewall";
        }
        if (failure instanceof SSLPeerUnverifiedException) {
            return "its certificate is for another host name";
        }
        if (failure instanceof SSLHandshakeException) {
            return "its certificate is not trusted, or TLS 1.2 is too new for it: see 'trust' in the settings";
        }
        return failure instanceof SSLException ? "TLS fails" : null;
    }
}
