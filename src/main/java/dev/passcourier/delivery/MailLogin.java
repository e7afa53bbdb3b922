package dev.passcourier.delivery;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import jakarta.mail.PasswordAuthentication;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.camel.component.mail.MailAuthenticator;
import org.jspecify.annotations.Nullable;

/** Reads a mail account's password at every connect, so that a changed one is used at once and none is kept. */
final class MailLogin extends MailAuthenticator {

    /** A secret that a reference points at cannot be read now. */
    static final class UnreadableSecretException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private UnreadableSecretException() {
            super(FailureCodes.SECRET);
        }
    }

    private final @Nullable String user;
    private final @Nullable SecretRef password;

    MailLogin(@Nullable String user, @Nullable SecretRef password) {
        this.user = user;
        this.password = password;
    }

    /** Both parts are null where the server wants no log-in. */
    @Override
    public PasswordAuthentication getPasswordAuthentication() {
        if (user == null || password == null) {
            return new PasswordAuthentication(null, null);
        }
        try {
            byte[] secret = password.read();
            try {
                return new PasswordAuthentication(user, new String(secret, StandardCharsets.UTF_8));
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
        } catch (ConfigurationException e) {
            throw new UnreadableSecretException();
        }
    }
}
