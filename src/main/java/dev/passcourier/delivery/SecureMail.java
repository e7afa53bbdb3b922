package dev.passcourier.delivery;

import dev.passcourier.outbox.OutboxItem;
import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.nio.charset.StandardCharsets;

/** Puts sealed results into mails in the forms that mail programs open by themselves. */
final class SecureMail {

    private static final String PROTOCOL = "application/pgp-encrypted";
    private static final byte[] VERSION = "Version: 1\r\n".getBytes(StandardCharsets.US_ASCII);

    private SecureMail() {}

    /** S/MIME (RFC 8551, section 3.4): the CMS object is the whole content. */
    static void smime(MimeMessage mail, OutboxItem item) throws MessagingException {
        fill(mail, item.mediaType() + "; name=smime.p7m", "base64", item.body());
        mail.setDisposition(Part.ATTACHMENT);
        mail.setFileName("smime.p7m");
    }

    /** PGP/MIME (RFC 3156, section 4): a version part, then the armored message. */
    static MimeMultipart pgpMime(OutboxItem item) throws MessagingException {
        MimeBodyPart version = new MimeBodyPart();
        fill(version, PROTOCOL, "7bit", VERSION);
        MimeBodyPart message = new MimeBodyPart();
        fill(message, "application/octet-stream; name=encrypted.asc", "7bit", item.body());
        message.setDisposition(Part.INLINE);
        MimeMultipart both = new MimeMultipart("encrypted; protocol=\"" + PROTOCOL + "\"");
        both.addBodyPart(version);
        both.addBodyPart(message);
        return both;
    }

    /** The encoding is set so that nobody reads the content to find the best one. */
    private static void fill(Part part, String contentType, String encoding, byte[] content) throws MessagingException {
        part.setDataHandler(new DataHandler(new ByteArrayDataSource(content, contentType)));
        part.setHeader("Content-Type", contentType);
        part.setHeader("Content-Transfer-Encoding", encoding);
    }
}
