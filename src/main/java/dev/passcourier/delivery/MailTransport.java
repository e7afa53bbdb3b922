package dev.passcourier.delivery;

import dev.passcourier.remote.RemoteText;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * Jakarta Mail's SMTP, which besides says in the server's words why it failed: every failure carries a {@link Refusal},
 * from which what we log in with has been taken out. Made by the session, by its name.
 */
public final class MailTransport extends SMTPTransport {

    private static final Set<String> OAUTH2 = Set.of("XOAUTH2", "OAUTHBEARER");

    /** What {@code 535 5.7.139} and its like come with. */
    private static final String BASIC_DISABLED = "basic authentication is disabled";

    private static final String ONLY_OAUTH2 =
            "only OAuth2, which is not supported; use a relay that takes a user and a password";

    private @Nullable String user;
    private @Nullable String password;

    /** What the server said when it refused, in one line; hangs on the failure as a suppressed exception. */
    static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private Refusal(String said) {
            super(said, null, false, false);
        }

        /** Its words, or empty if there are none. */
        static String of(@Nullable Throwable failure) {
            Throwable link = failure;
            for (int depth = 0; link != null && depth < 16; depth++) {
                for (Throwable beside : link.getSuppressed()) {
                    if (beside instanceof Refusal refusal) {
                        return String.valueOf(refusal.getMessage());
                    }
                }
                link = link.getCause();
            }
            return "";
        }
    }

    /** For the protocol that the session names. */
    public MailTransport(Session session, URLName url) {
        super(session, url, session.getProperty("mail.transport.protocol"), isSmtps(session));
    }

    private static boolean isSmtps(Session session) {
        return "smtps".equals(session.getProperty("mail.transport.protocol"));
    }

    @Override
    protected synchronized boolean protocolConnect(
            String host, int port, @Nullable String asUser, @Nullable String withPassword) throws MessagingException {
        user = asUser;
        password = withPassword;
        try {
            return super.protocolConnect(host, port, asUser, withPassword);
        } catch (AuthenticationFailedException e) {
            e.addSuppressed(new Refusal(refusedLogIn(e)));
            throw e;
        } catch (MessagingException e) {
            e.addSuppressed(new Refusal(refusedConnection()));
            throw e;
        }
    }

    @Override
    public synchronized void sendMessage(Message message, Address[] recipients) throws MessagingException {
        try {
            super.sendMessage(message, recipients);
        } catch (MessagingException e) {
            e.addSuppressed(new Refusal(clean(MailOutcome.replyText(e))));
            throw e;
        }
    }

    @Override
    public synchronized void close() throws MessagingException {
        user = null;
        password = null;
        super.close();
    }

    private String refusedLogIn(AuthenticationFailedException refused) {
        List<String> offered = offered();
        if (offered.stream().anyMatch(MailSessions.MECHANISMS::contains)) {
            String said = clean(refused.getMessage());
            return said.toLowerCase(Locale.ROOT).contains(BASIC_DISABLED) ? ONLY_OAUTH2 + ": " + said : said;
        }
        String names = clean(String.join(" ", offered));
        return offered.stream().anyMatch(OAUTH2::contains)
                ? ONLY_OAUTH2 + ": it offers " + names
                : "it offers " + names + ", and we can " + String.join(", ", MailSessions.MECHANISMS);
    }

    private String refusedConnection() {
        if (getLastReturnCode() >= 400) {
            return said();
        }
        boolean lacks = getLastReturnCode() > 0 && getRequireStartTLS() && !supportsExtension("STARTTLS");
        return lacks ? "it offers no STARTTLS, and nothing is said in clear" : "";
    }

    /** The log-ins that the server's EHLO names. */
    List<String> offered() {
        return Stream.ofNullable(getExtensionParameter("AUTH"))
                .flatMap(names -> Arrays.stream(names.toUpperCase(Locale.ROOT).split("\\s+")))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** What the server said last, without what we log in with. */
    String said() {
        return clean(getLastServerResponse());
    }

    private String clean(@Nullable String text) {
        return RemoteText.without(
                text,
                Stream.ofNullable(password).toList(),
                Stream.ofNullable(user).toList());
    }
}
