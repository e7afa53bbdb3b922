package dev.passcourier.demo;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;

/** Looks at what a mail carries. */
final class MailboxPeek {

    private MailboxPeek() {}

    /** True for a credential report, which is attached as CSV. */
    static boolean isReport(MimeMessage mail) {
        try {
            return mail.getContent() instanceof Multipart parts && hasCsv(parts);
        } catch (MessagingException | IOException e) {
            return false;
        }
    }

    private static boolean hasCsv(Multipart parts) throws MessagingException {
        for (int i = 0; i < parts.getCount(); i++) {
            String name = parts.getBodyPart(i).getFileName();
            if (name != null && name.endsWith(".csv")) {
                return true;
            }
        }
        return false;
    }
}
