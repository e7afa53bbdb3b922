package dev.passcourier.sandbox;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.subethamail.smtp.DropConnectionException;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.Session;

/** A mail server on loopback that keeps what it gets, and can be told to refuse. */
public final class Mailbox implements AutoCloseable {

    /** How it is reached. */
    public enum Security {
        /** In clear. */
        PLAIN,
        /** In clear until STARTTLS, which it demands. */
        STARTTLS,
        /** TLS from the first byte. */
        SMTPS
    }

    /** Where in a conversation it refuses. */
    public enum Stage {
        /** At {@code MAIL FROM}. */
        SENDER,
        /** At {@code RCPT TO}. */
        RECIPIENT,
        /** After the content. */
        CONTENT
    }

    /** As a scripted answer: close the connection without one. */
    public static final int DROP = 0;

    private final SMTPServer server;
    private final Map<Stage, Queue<Integer>> script = new ConcurrentHashMap<>();
    private final List<MimeMessage> received = new CopyOnWriteArrayList<>();
    private final BlockingQueue<MimeMessage> unread = new LinkedBlockingQueue<>();
    private final List<String> senders = new CopyOnWriteArrayList<>();
    private final List<String> recipients = new CopyOnWriteArrayList<>();
    private final List<String> logins = new CopyOnWriteArrayList<>();

    private @Nullable BiConsumer<String, MimeMessage> watcher;

    private Mailbox(
            int port,
            Security security,
            @Nullable SandboxCertificate certificate,
            @Nullable Map<String, String> users) {
        SMTPServer.Builder builder = SMTPServer.port(port)
                .bindAddress(InetAddress.getLoopbackAddress())
                .hostName("localhost")
                .softwareName("passcourier sandbox")
                .messageHandlerFactory(context -> new Conversation((Session) context));
        if (users != null) {
            builder = builder.requireAuth()
                    .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory(
                            (user, password, context) -> logIn(users, user, password)));
        }
        if (security == Security.STARTTLS) {
            builder = builder.requireTLS().startTlsSocketFactory(contextOf(certificate));
        } else if (security == Security.SMTPS) {
            builder = builder.serverSocketFactory(contextOf(certificate));
        }
        server = builder.build();
    }

    /**
     * Starts a mailbox on a free port.
     *
     * @param certificate what it shows, or null for {@link Security#PLAIN}
     * @param users       passwords by user, or null if nobody has to log in
     */
    public static Mailbox start(
            Security security, @Nullable SandboxCertificate certificate, @Nullable Map<String, String> users) {
        return start(0, security, certificate, users, null);
    }

    /**
     * Starts a mailbox.
     *
     * @param port    0 takes any free one
     * @param watcher is told of each mail that was taken, with its envelope's recipient; then nothing is kept. Null keeps
     * @throws UncheckedIOException if the port is taken
     */
    public static Mailbox start(
            int port,
            Security security,
            @Nullable SandboxCertificate certificate,
            @Nullable Map<String, String> users,
            @Nullable BiConsumer<String, MimeMessage> watcher) {
        Mailbox mailbox = new Mailbox(port, security, certificate, users);
        mailbox.watcher = watcher;
        try {
            mailbox.server.start();
        } catch (RuntimeException e) {
            throw new UncheckedIOException(
                    "port " + port + " of the sandbox's mailbox", new IOException(String.valueOf(e.getMessage()), e));
        }
        return mailbox;
    }

    /** The port on {@code localhost}. */
    public int port() {
        return server.getPortAllocated();
    }

    /** What has come, in order. */
    public List<MimeMessage> received() {
        return new ArrayList<>(received);
    }

    /** Waits for the next mail that this method has not returned yet. */
    public Optional<MimeMessage> next(Duration atMost) throws InterruptedException {
        return Optional.ofNullable(unread.poll(atMost.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Envelope senders that were named to it, also of mails that were refused later. */
    public List<String> senders() {
        return new ArrayList<>(senders);
    }

    /** Envelope recipients that were named to it, also of mails that were refused later. */
    public List<String> recipients() {
        return new ArrayList<>(recipients);
    }

    /** Users who logged in or tried to. */
    public List<String> logins() {
        return new ArrayList<>(logins);
    }

    /**
     * Refuses the next conversations that reach the stage, one for each reply.
     *
     * @param replies SMTP reply codes, or {@link #DROP}
     */
    public void refuse(Stage stage, int... replies) {
        for (int reply : replies) {
            script.computeIfAbsent(stage, key -> new ConcurrentLinkedQueue<>()).add(reply);
        }
    }

    @Override
    public void close() {
        server.stop();
    }

    private static SSLContext contextOf(@Nullable SandboxCertificate certificate) {
        if (certificate == null) {
            throw new IllegalArgumentException("a mailbox with TLS needs a certificate");
        }
        return certificate.server();
    }

    private void logIn(Map<String, String> users, String user, String password) throws LoginFailedException {
        if (watcher == null) {
            logins.add(user);
        }
        if (!password.equals(users.get(user))) {
            throw new LoginFailedException();
        }
    }

    private final class Conversation implements MessageHandler {

        private final Session session;
        private String to = "";

        Conversation(Session session) {
            this.session = session;
        }

        @Override
        public void from(String from) throws RejectException {
            if (watcher == null) {
                senders.add(from);
            }
            follow(Stage.SENDER, from);
        }

        @Override
        public void recipient(String recipient) throws RejectException {
            to = recipient;
            if (watcher == null) {
                recipients.add(recipient);
            }
            follow(Stage.RECIPIENT, recipient);
        }

        @Override
        public @Nullable String data(InputStream data) throws RejectException, IOException {
            byte[] content = data.readAllBytes();
            // Some servers quote what they refuse.
            follow(Stage.CONTENT, new String(content, StandardCharsets.ISO_8859_1).replaceAll("\\s+", " "));
            MimeMessage mail = read(new ByteArrayInputStream(content));
            if (watcher == null) {
                received.add(mail);
                unread.add(mail);
            } else {
                watcher.accept(to, mail);
            }
            return null;
        }

        @Override
        public void done() {
            // nothing to let go of
        }

        private void follow(Stage stage, String quoted) throws RejectException {
            Queue<Integer> replies = script.get(stage);
            Integer reply = replies == null ? null : replies.poll();
            if (reply != null) {
                if (reply == DROP) {
                    hangUp();
                }
                throw new RejectException(reply, "as scripted: " + quoted);
            }
        }

        private void hangUp() throws DropConnectionException {
            try {
                session.getSocket().close();
            } catch (IOException e) {
                throw new IllegalStateException("cannot hang up", e);
            }
            throw new DropConnectionException();
        }

        private static MimeMessage read(InputStream data) throws RejectException {
            try {
                return new MimeMessage(jakarta.mail.Session.getInstance(new Properties()), data);
            } catch (MessagingException e) {
                throw new RejectException(554, "not a mail");
            }
        }
    }
}
