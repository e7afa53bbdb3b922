package dev.passcourier.delivery;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.MailSecurity;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.PemTrust;
import dev.passcourier.remote.RemoteText;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;

/** Greets a mail server and signs in, as a delivery does, and sends no mail. */
public final class MailProbe {

    /** Of failures before anything was understood: there a look at the bare port may tell more. */
    private static final Set<String> NO_WORD = Set.of("TLS", "TIMEOUT", "IO", "SEND");

    private static final int CONNECT_MILLIS = 5_000;

    /** Servers that watch for those who talk first wait some seconds before they greet. */
    private static final int GREETING_MILLIS = 6_000;

    private static final int LONGEST_GREETING = 512;
    private static final Duration WHOLE = Duration.ofSeconds(10);

    private MailProbe() {}

    /**
     * What came of it.
     *
     * @param works whether a mail could be handed over
     * @param says  in one line: the server's words, or the code that a delivery would have, and what to do
     */
    public record Seen(boolean works, String says) {}

    /**
     * Tries it out.
     *
     * @throws ConfigurationException if the settings cannot be used
     */
    public static Seen look(EmailChannel channel) throws ConfigurationException {
        MailLogin login = new MailLogin(channel.user(), channel.password());
        try (MailTransport transport = (MailTransport)
                MailSessions.session(channel, new CallsInHand()).getTransport(MailSessions.protocol(channel))) {
            PasswordAuthentication account = login.getPasswordAuthentication();
            transport.connect(channel.host(), channel.port(), account.getUserName(), account.getPassword());
            return welcome(channel, transport);
        } catch (MessagingException | MailLogin.UnreadableSecretException e) {
            DeliveryOutcome outcome = MailOutcome.of(e);
            String said =
                    outcome.said().isEmpty() && NO_WORD.contains(outcome.code()) ? greeting(channel) : outcome.said();
            return new Seen(false, outcome.code() + (said.isEmpty() ? "" : ": " + said));
        }
    }

    private static Seen welcome(EmailChannel channel, MailTransport transport) {
        if (channel.user() == null) {
            return new Seen(true, "greets us");
        }
        return transport.offered().isEmpty()
                ? new Seen(
                        false,
                        "it offers no log-in here, so that nobody has tried the user; leave user and password out,"
                                + " or take its port for submission")
                : new Seen(true, "greets us and lets us in: " + transport.said());
    }

    /** How a port greets that did not speak as the settings say. */
    private static String greeting(EmailChannel channel) throws ConfigurationException {
        try {
            String greeting = firstLine(channel);
            if (greeting.isEmpty()) {
                return isTls(channel) && channel.security() != MailSecurity.SMTPS
                        ? "it says nothing in clear and speaks TLS from the first byte: write security: smtps"
                        : "it takes the connection and says nothing";
            }
            if (!greeting.startsWith("220")) {
                return "it greets with '" + greeting + "', which is no mail server's welcome";
            }
            return channel.security() == MailSecurity.SMTPS
                    ? "it greets in clear with '" + greeting + "': write security: starttls"
                    : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static String firstLine(EmailChannel channel) throws IOException {
        try (Socket socket = connected(channel)) {
            InputStream in = socket.getInputStream();
            byte[] line = new byte[LONGEST_GREETING];
            int length = 0;
            for (int next = in.read(); next >= 0 && next != '\n' && length < line.length; next = in.read()) {
                line[length++] = (byte) next;
            }
            return RemoteText.without(new String(line, 0, length, StandardCharsets.UTF_8), List.of(), List.of());
        } catch (SocketTimeoutException silent) {
            return "";
        }
    }

    /** Whether a TLS handshake is understood, whatever comes of it. */
    private static boolean isTls(EmailChannel channel) throws IOException, ConfigurationException {
        try (Socket socket = connected(channel);
                SSLSocket tls = (SSLSocket) PemTrust.context(channel.trust())
                        .getSocketFactory()
                        .createSocket(socket, channel.host(), channel.port(), true)) {
            tls.startHandshake();
            return true;
        } catch (SSLHandshakeException understood) {
            return true;
        } catch (SSLException e) {
            return false;
        }
    }

    private static Socket connected(EmailChannel channel) throws IOException {
        Socket socket = new BoundedSockets(WHOLE, new CallsInHand()).createSocket();
        socket.setSoTimeout(GREETING_MILLIS);
        socket.connect(new InetSocketAddress(channel.host(), channel.port()), CONNECT_MILLIS);
        return socket;
    }
}
