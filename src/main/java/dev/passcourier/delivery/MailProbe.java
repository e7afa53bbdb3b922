package dev.passcourier.delivery;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings.EmailChannel;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Transport;
import java.util.Optional;

/** Greets a mail server and signs in, as a delivery does, and sends no mail. */
public final class MailProbe {

    private MailProbe() {}

    /**
     * Tries it out.
     *
     * @return why a delivery would fail, as the code that it would have, or empty
     * @throws ConfigurationException if the settings cannot be used
     */
    public static Optional<String> trouble(EmailChannel channel) throws ConfigurationException {
        MailLogin login = new MailLogin(channel.user(), channel.password());
        try (Transport transport = MailSessions.session(channel).getTransport(MailSessions.protocol(channel))) {
            PasswordAuthentication account = login.getPasswordAuthentication();
            transport.connect(channel.host(), channel.port(), account.getUserName(), account.getPassword());
            return Optional.empty();
        } catch (MessagingException | MailLogin.UnreadableSecretException e) {
            return Optional.of(MailOutcome.of(e).code());
        }
    }
}
