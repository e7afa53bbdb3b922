package dev.passcourier.delivery;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.camel.Message;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a mail server said. RFC 5321, section 4.2.1: a reply 5yz to the sender, the recipient or the content is
 * for good; 4yz is for now. A refused log-in may heal by itself or by the operator, but is not repeated quickly: servers
 * lock accounts.
 */
final class MailOutcome implements OutcomeReader {

    private static final Duration AFTER_REFUSED_LOGIN = Duration.ofMinutes(15);

    @Override
    public DeliveryOutcome read(Message answer, @Nullable Throwable failure, Instant now) {
        return failure == null ? new DeliveryOutcome.Delivered("SMTP_250") : of(failure);
    }

    /** What a failure means. */
    static DeliveryOutcome of(Throwable failure) {
        String said = MailTransport.Refusal.of(failure);
        if (FailureCodes.find(failure, AuthenticationFailedException.class) != null) {
            return new DeliveryOutcome.TryLater("SMTP_LOGIN", AFTER_REFUSED_LOGIN, said);
        }
        int reply = refused(failure).map(MailOutcome::code).orElse(-1);
        if (reply >= 500 && reply < 600) {
            return new DeliveryOutcome.Failed("SMTP_" + reply, said);
        }
        if (reply > 0) {
            return new DeliveryOutcome.TryLater("SMTP_" + reply, null, said);
        }
        // The connection ended where a reply was due; whether as an error or as an end of file is chance.
        boolean cut = FailureCodes.find(failure, SMTPSendFailedException.class) != null;
        return cut ? new DeliveryOutcome.TryLater("IO", null) : FailureCodes.outcome(failure, said);
    }

    /** The server's reply as it came, or empty if there was none. */
    static String replyText(Throwable failure) {
        return refused(failure).map(Throwable::getMessage).orElse("");
    }

    /** The reply to the recipient's address says more than the one to the whole, so the last one found counts. */
    private static Optional<Throwable> refused(Throwable failure) {
        Throwable refused = null;
        Throwable link = failure;
        for (int depth = 0; link != null && depth < 16; depth++) {
            refused = code(link) > 0 ? link : refused;
            link = link instanceof MessagingException mail && mail.getNextException() != null
                    ? mail.getNextException()
                    : link.getCause();
        }
        return Optional.ofNullable(refused);
    }

    private static int code(Throwable failure) {
        if (failure instanceof SMTPAddressFailedException address) {
            return address.getReturnCode();
        }
        if (failure instanceof SMTPSenderFailedException sender) {
            return sender.getReturnCode();
        }
        return failure instanceof SMTPSendFailedException send ? send.getReturnCode() : -1;
    }
}
