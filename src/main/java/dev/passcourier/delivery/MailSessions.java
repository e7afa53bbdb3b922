package dev.passcourier.delivery;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.MailSecurity;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.PemTrust;
import jakarta.mail.NoSuchProviderException;
import jakarta.mail.Provider;
import jakarta.mail.Session;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.apache.camel.component.mail.DefaultJavaMailSender;
import org.apache.camel.component.mail.JavaMailSender;

/**
 * Mail sessions that cannot be downgraded: TLS from the first byte, or STARTTLS demanded before anything else is said.
 * Connect 5 s, silence 30 s, whole conversation 60 s.
 * Property names: package description of {@code org.eclipse.angus.mail.smtp}.
 */
final class MailSessions {

    /** They carry any password; the library's DIGEST-MD5 cuts characters beyond ASCII to a byte. */
    static final List<String> MECHANISMS = List.of("LOGIN", "PLAIN", "NTLM");

    private static final String CONNECT_MILLIS = "5000";
    private static final String SILENCE_MILLIS = "30000";
    private static final Duration WHOLE = Duration.ofSeconds(60);

    private MailSessions() {}

    /** The Camel component's, and Jakarta Mail's, name of the protocol. */
    static String protocol(EmailChannel channel) {
        return channel.security() == MailSecurity.SMTPS ? "smtps" : "smtp";
    }

    /** The session of one destination, whose conversations are noted while they are under way. Holds no credentials. */
    static Session session(EmailChannel channel, CallsInHand calls) throws ConfigurationException {
        String prefix = "mail." + protocol(channel) + ".";
        Properties properties = new Properties();
        properties.setProperty("mail.transport.protocol", protocol(channel));
        properties.setProperty(prefix + "host", channel.host());
        properties.setProperty(prefix + "port", Integer.toString(channel.port()));
        properties.setProperty(prefix + "auth", Boolean.toString(channel.user() != null));
        properties.setProperty(prefix + "auth.mechanisms", String.join(" ", MECHANISMS));
        properties.setProperty(prefix + "connectiontimeout", CONNECT_MILLIS);
        properties.setProperty(prefix + "timeout", SILENCE_MILLIS);
        properties.setProperty(prefix + "writetimeout", SILENCE_MILLIS);
        properties.setProperty(prefix + "sendpartial", "false");
        properties.setProperty(prefix + "quitwait", "false");
        properties.put(prefix + "socketFactory", new BoundedSockets(WHOLE, calls));
        properties.setProperty(prefix + "socketFactory.fallback", "false");
        if (channel.security() != MailSecurity.NONE) {
            secure(properties, prefix, channel, calls);
        }
        Session session = Session.getInstance(properties);
        try {
            session.setProvider(new Provider(
                    Provider.Type.TRANSPORT, protocol(channel), MailTransport.class.getName(), "passcourier", null));
        } catch (NoSuchProviderException e) {
            throw new IllegalStateException("it was given", e);
        }
        return session;
    }

    /**
     * What sends one destination's mail. Handed to Camel whole: Camel 4.22.0 does not use the endpoint's own session, as
     * {@code DefaultJavaMailSender.getSession()} makes one without TLS before {@code MailConfiguration} looks for it.
     */
    static JavaMailSender sender(EmailChannel channel, Session session) {
        JavaMailSender sender = new DefaultJavaMailSender();
        sender.setSession(session);
        sender.setProtocol(protocol(channel));
        sender.setHost(channel.host());
        sender.setPort(channel.port());
        sender.setAuthenticator(new MailLogin(channel.user(), channel.password()));
        return sender;
    }

    private static void secure(Properties properties, String prefix, EmailChannel channel, CallsInHand calls)
            throws ConfigurationException {
        boolean starttls = channel.security() == MailSecurity.STARTTLS;
        properties.setProperty(prefix + "starttls.enable", Boolean.toString(starttls));
        properties.setProperty(prefix + "starttls.required", Boolean.toString(starttls));
        properties.setProperty(prefix + "ssl.enable", Boolean.toString(!starttls));
        properties.setProperty(prefix + "ssl.checkserveridentity", "true");
        properties.setProperty(prefix + "ssl.protocols", "TLSv1.3 TLSv1.2");
        SSLSocketFactory tls = PemTrust.context(channel.trust()).getSocketFactory();
        properties.put(
                prefix + "ssl.socketFactory",
                starttls ? tls : new BoundedSockets.BoundedTlsSockets(new BoundedSockets(WHOLE, calls), tls));
    }
}
