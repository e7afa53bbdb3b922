package dev.passcourier.delivery;

import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.OutboxJson;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.outbox.SealedForm;
import jakarta.activation.DataHandler;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import org.apache.camel.Message;

/**
 * Writes mails as finished MIME messages: camel-mail copies no header of a message into those. One recipient, a neutral
 * subject, the same Message-ID at every attempt.
 */
final class MailComposer implements Composer {

    private static final String UTF_8 = StandardCharsets.UTF_8.name();

    private final Session session;
    private final InternetAddress from;
    private final InternetAddress to;
    private final AtRestOpener opener;

    MailComposer(Session session, InternetAddress from, InternetAddress to, AtRestOpener opener) {
        this.session = session;
        this.from = from;
        this.to = to;
        this.opener = opener;
    }

    @Override
    public void compose(OutboxItem item, Instant now, Message out) throws OutboxException {
        try {
            MimeMessage mail = new DeliveryMail(session, "<" + item.deliveryId() + "@" + host() + ">");
            mail.setFrom(from);
            mail.setRecipient(MimeMessage.RecipientType.TO, to);
            mail.setSubject(MailText.subject(item), UTF_8);
            mail.setSentDate(Date.from(now));
            mail.setHeader("Auto-Submitted", "auto-generated");
            mail.setHeader("X-Passcourier-Attempt", Integer.toString(item.attempt()));
            if (item.isPossibleDuplicate()) {
                mail.setHeader("X-Passcourier-Possible-Duplicate", "true");
            }
            fill(mail, item);
            demandExactEnvelope(mail);
            out.setBody(mail);
        } catch (MessagingException e) {
            throw new IllegalStateException("MAIL_COMPOSE");
        }
    }

    /** The transport takes sender and recipients from the headers, parsed anew. Nobody but the written ones may come of it. */
    private void demandExactEnvelope(MimeMessage mail) throws MessagingException {
        demandOnly(from, mail.getFrom());
        demandOnly(to, mail.getAllRecipients());
    }

    private static void demandOnly(InternetAddress written, Address[] parsed) {
        boolean isExact = parsed.length == 1
                && parsed[0] instanceof InternetAddress address
                && address.getAddress().equals(written.getAddress())
                && StandardCharsets.US_ASCII.newEncoder().canEncode(address.getAddress());
        if (!isExact) {
            throw new IllegalStateException("MAIL_ADDRESS");
        }
    }

    private String host() {
        return from.getAddress().substring(from.getAddress().lastIndexOf('@') + 1);
    }

    private void fill(MimeMessage mail, OutboxItem item) throws MessagingException, OutboxException {
        boolean isSealed = item.isSealed();
        if (isSealed && SealedForm.of(item) == SealedForm.CMS) {
            SecureMail.smime(mail, item);
        } else if (isSealed && SealedForm.of(item) == SealedForm.OPENPGP) {
            mail.setContent(SecureMail.pgpMime(item));
        } else {
            mail.setContent(content(item));
        }
    }

    private MimeMultipart content(OutboxItem item) throws MessagingException, OutboxException {
        return switch (item.kind()) {
            case RESULT -> item.isAtRest() ? clearResult(item) : sealed(item);
            case NOTICE -> notice(item, OutboxJson.notice(item.body()));
            case REPORT -> item.isSealed() ? sealed(item) : report(item, OutboxJson.report(item.body()));
        };
    }

    private static MimeMultipart sealed(OutboxItem item) throws MessagingException, OutboxException {
        SealedForm form = SealedForm.of(item);
        String name = form.fileName(item);
        return new MimeMultipart(
                text(
                        item.kind() == OutboxItem.Kind.REPORT
                                ? MailText.sealedReport(item, form)
                                : MailText.sealedResult(item, form, name)),
                attachment(name, new DataHandler(new ByteArrayDataSource(item.body(), item.mediaType()))));
    }

    private MimeMultipart clearResult(OutboxItem item) throws MessagingException {
        return new MimeMultipart(
                text(MailText.clearResult(item)),
                attachment(item.fileName(".json"), new AtRestResult(opener, item).handler()));
    }

    private static MimeMultipart notice(OutboxItem item, Notice notice) throws MessagingException {
        return new MimeMultipart(
                text(MailText.notice(item, notice)),
                attachment(
                        item.fileName(".json"),
                        new DataHandler(new ByteArrayDataSource(item.body(), item.mediaType()))));
    }

    private static MimeMultipart report(OutboxItem item, ReportMessage report) throws MessagingException {
        MimeBodyPart readable = new MimeBodyPart();
        readable.setContent(
                new MimeMultipart("alternative", text(MailText.report(item, report)), withPictures(report)));
        MimeMultipart mixed = new MimeMultipart(readable);
        for (ReportMessage.Part file : report.files()) {
            mixed.addBodyPart(attachment(
                    item.fileName("." + file.name()),
                    new DataHandler(new ByteArrayDataSource(file.content(), file.mediaType()))));
        }
        return mixed;
    }

    /** The HTML, with the pictures that it names beside it (RFC 2387). */
    private static MimeBodyPart withPictures(ReportMessage report) throws MessagingException {
        MimeBodyPart html = new MimeBodyPart();
        html.setText(report.html(), UTF_8, "html");
        html.setHeader("Content-Transfer-Encoding", "base64");
        if (report.pictures().isEmpty()) {
            return html;
        }
        MimeMultipart related = new MimeMultipart("related; type=\"text/html\"", html);
        for (ReportMessage.Part picture : report.pictures()) {
            MimeBodyPart part = attachment(
                    picture.name() + ".png",
                    new DataHandler(new ByteArrayDataSource(picture.content(), picture.mediaType())));
            part.setDisposition(Part.INLINE);
            part.setContentID("<" + picture.name() + ">");
            related.addBodyPart(part);
        }
        MimeBodyPart both = new MimeBodyPart();
        both.setContent(related);
        return both;
    }

    private static MimeBodyPart text(String text) throws MessagingException {
        MimeBodyPart part = new MimeBodyPart();
        part.setText(text, UTF_8);
        return part;
    }

    /** The encoding is set so that nobody reads the content to find the best one. */
    private static MimeBodyPart attachment(String name, DataHandler content) throws MessagingException {
        MimeBodyPart part = new MimeBodyPart();
        part.setDataHandler(content);
        part.setDisposition(Part.ATTACHMENT);
        part.setFileName(name);
        part.setHeader("Content-Type", content.getContentType());
        part.setHeader("Content-Transfer-Encoding", "base64");
        return part;
    }

    /** A mail with a Message-ID of ours; the library's would look this host's name up and differ at every attempt. */
    private static final class DeliveryMail extends MimeMessage {

        private final String messageId;

        DeliveryMail(Session session, String messageId) throws MessagingException {
            super(session);
            this.messageId = messageId;
            updateMessageID();
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", messageId);
        }
    }

    /** Puts sealed results into mails in the forms that mail programs open by themselves. */
    private static final class SecureMail {

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
        private static void fill(Part part, String contentType, String encoding, byte[] content)
                throws MessagingException {
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(content, contentType)));
            part.setHeader("Content-Type", contentType);
            part.setHeader("Content-Transfer-Encoding", encoding);
        }
    }
}
