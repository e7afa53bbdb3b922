package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.MailSecurity;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.OutboxJson;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.sandbox.Mailbox.Security;
import dev.passcourier.sandbox.Mailbox.Stage;
import dev.passcourier.sandbox.SandboxCertificate;
import dev.passcourier.secrecy.CanaryScan;
import dev.passcourier.vault.Programs;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.Sealed;
import dev.passcourier.vault.VaultBench;
import dev.passcourier.vault.VaultException;
import jakarta.mail.BodyPart;
import jakarta.mail.Header;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class EmailSinkTest {

    private static final String CANARY = "Canary-Pässwörd-71";
    private static final Map<String, String> USERS = Map.of("courier", "canary-mail-login");

    @TempDir
    static Path directory;

    private static SandboxCertificate certificate;
    private static Path trust;
    private static SinkHarness harness;
    private Mailbox mailbox;

    @BeforeAll
    static void open() throws Exception {
        certificate = SandboxCertificate.forLoopback(Clock.systemUTC());
        trust = certificate.writeTo(directory.resolve("trust.pem"));
        harness = new SinkHarness(directory);
    }

    @AfterAll
    static void close() throws Exception {
        harness.close();
    }

    @AfterEach
    void closeMailbox() {
        harness.vault.refusal = null;
        if (mailbox != null) {
            mailbox.close();
        }
    }

    @Test
    void mailsASealedResultOverStartTls() throws Exception {
        mailbox = Mailbox.start(Security.STARTTLS, certificate, USERS);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(MailSecurity.STARTTLS, trust, USERS)));

        harness.put(item);

        MimeMessage mail = mail();
        assertThat(mail.getSubject()).isEqualTo("Passcourier delivery " + item.requestId() + " " + item.instance());
        assertThat(mail.getMessageID()).isEqualTo("<" + item.deliveryId() + "@courier.example>");
        assertThat(mail.getAllRecipients()).extracting(Object::toString).containsExactly("ops@team.example");
        assertThat(mailbox.logins()).containsExactly("courier");
        MimeMultipart parts = (MimeMultipart) mail.getContent();
        assertThat(parts.getCount()).isEqualTo(2);
        assertThat((String) parts.getBodyPart(0).getContent())
                .contains("passcourier open --key <your key> --show " + item.fileName(".jwe"), item.requestId(), "JWE");
        assertThat(parts.getBodyPart(1).getFileName()).isEqualTo(item.fileName(".jwe"));
        assertThat(parts.getBodyPart(1).getContentType()).isEqualTo("application/jose");
        assertThat(bytes(parts.getBodyPart(1))).isEqualTo(item.body());
        assertThat(harness.await(item, AuditEvent.Type.DELIVERING).facts()).containsEntry(Fact.ATTEMPT, "1");
        assertThat(harness.await(item, AuditEvent.Type.DELIVERED).facts()).containsEntry(Fact.CODE, "SMTP_250");
    }

    /** The mail as it lies in the mailbox goes to openssl, which must find text to read in it. */
    @Test
    void mailsSmimeThatOpensslOpens() throws Exception {
        try (Programs people = new Programs()) {
            Path certificate = people.certificate("ops", "rsa:2048", "keyEncipherment");
            Sealed sealed = seal(SealFormat.CMS, certificate);
            MimeMessage mail = mailed(sealed);

            assertThat(mail.getContentType().replaceAll("\\s+", " "))
                    .isEqualTo("application/pkcs7-mime; smime-type=authEnveloped-data; name=smime.p7m");
            assertThat(mail.getDisposition()).isEqualTo("attachment");
            assertThat(mail.getFileName()).isEqualTo("smime.p7m");
            assertThat(mail.getEncoding()).isEqualTo("base64");

            Path raw = raw(mail, people);
            Path inner = people.file("inner.eml");
            people.run(
                    "openssl",
                    "cms",
                    "-decrypt",
                    "-in",
                    raw.toString(),
                    "-inkey",
                    people.file("ops.key").toString(),
                    "-out",
                    inner.toString());
            Path opened = people.file("opened.eml");
            people.run(
                    "openssl",
                    "cms",
                    "-verify",
                    "-in",
                    inner.toString(),
                    "-CAfile",
                    signing("signing.crt.pem").toString(),
                    "-out",
                    opened.toString());
            assertReadable(opened);
        }
    }

    @Test
    void mailsPgpMimeThatGpgOpens() throws Exception {
        try (Programs people = new Programs()) {
            Sealed sealed = seal(SealFormat.OPENPGP, people.pgpKey("ops", "ed25519", "cv25519", "1y"));
            MimeMessage mail = mailed(sealed);

            assertThat(mail.getContentType())
                    .startsWith("multipart/encrypted;")
                    .contains("protocol=\"application/pgp-encrypted\"");
            MimeMultipart parts = (MimeMultipart) mail.getContent();
            assertThat(parts.getCount()).isEqualTo(2);
            assertThat(parts.getBodyPart(0).getContentType()).isEqualTo("application/pgp-encrypted");
            assertThat(new String(bytes(parts.getBodyPart(0)), StandardCharsets.US_ASCII).strip())
                    .isEqualTo("Version: 1");
            assertThat(parts.getBodyPart(1).getContentType()).isEqualTo("application/octet-stream; name=encrypted.asc");

            people.gpg("--import", signing("signing.pub.asc").toString());
            Path message = Files.write(people.file("encrypted.asc"), bytes(parts.getBodyPart(1)));
            Programs.Said said = people.gpg("--decrypt", message.toString());
            assertThat(said.err()).contains("GOODSIG", "DECRYPTION_OKAY");
            assertReadable(Files.write(people.file("opened.eml"), said.out()));
        }
    }

    @Test
    void attachesAnAgeFile() throws Exception {
        Sealed sealed = new Sealed("x", "x", Sealed.AGE, "age-encryption.org/v1\n".getBytes(StandardCharsets.US_ASCII));
        MimeMultipart parts = (MimeMultipart) mailed(sealed).getContent();
        assertThat((String) parts.getBodyPart(0).getContent())
                .contains(".age", "with age")
                .doesNotContain("JWE");
        assertThat(parts.getBodyPart(1).getContentType()).isEqualTo("application/vnd.age");
        assertThat(bytes(parts.getBodyPart(1))).isEqualTo(sealed.bytes());
    }

    private Sealed seal(SealFormat format, Path key) throws Exception {
        RecipientKey recipient = RecipientKey.load(new Settings.Recipient(format, key, null, null), Clock.systemUTC());
        return new VaultBench(directory.resolve("vault")).seal(CANARY, VaultBench.FACTS, recipient);
    }

    private static Path signing(String file) {
        return directory.resolve("vault/own").resolve(file);
    }

    private MimeMessage mailed(Sealed sealed) throws Exception {
        mailbox = Mailbox.start(Security.STARTTLS, certificate, USERS);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(MailSecurity.STARTTLS, trust, USERS)), sealed);
        harness.put(item);
        return mail();
    }

    /** Nothing of the secret outside of the seal, in any spelling. */
    private static Path raw(MimeMessage mail, Programs people) throws Exception {
        var out = new ByteArrayOutputStream();
        mail.writeTo(out);
        assertThat(CanaryScan.forSecrets(List.of(CANARY)).hits("mail", out.toByteArray()))
                .isEmpty();
        return Files.write(people.file("mail.eml"), out.toByteArray());
    }

    private static void assertReadable(Path entity) throws Exception {
        try (InputStream in = Files.newInputStream(entity)) {
            MimeMultipart letter = (MimeMultipart) new MimeMessage(null, in).getContent();
            assertThat(letter.getCount()).isEqualTo(2);
            assertThat((String) letter.getBodyPart(0).getContent()).contains("req-1", "i-0815", CANARY);
            assertThat(letter.getBodyPart(1).getFileName()).isEqualTo("result.jws");
            assertThat(new String(bytes(letter.getBodyPart(1)), StandardCharsets.US_ASCII))
                    .matches("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+");
        }
    }

    @Test
    void mailsOverTlsFromTheFirstByte() throws Exception {
        mailbox = Mailbox.start(Security.SMTPS, certificate, USERS);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(MailSecurity.SMTPS, trust, USERS)));

        harness.put(item);

        assertThat(mail().getMessageID()).contains(item.deliveryId());
    }

    @Test
    void carriesNoHeaderThatASenderOfAMessageChose() throws Exception {
        mailbox = Mailbox.start(Security.PLAIN, null, null);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(MailSecurity.NONE, null, null)));
        OutboundMessage outboundMessage = OutboxCodec.outboundMessage(item, null);
        Map<String, Object> properties = new HashMap<>(outboundMessage.properties());
        for (String name :
                List.of("To", "Cc", "Bcc", "From", "Subject", "Sender", "CamelMailTo", "contentType", "X_Evil")) {
            properties.put(name, "evil@attacker.example");
        }
        properties.put("Disposition_Notification_To", "evil@attacker.example");

        harness.put(new OutboundMessage(outboundMessage.queue(), outboundMessage.body(), properties, null, null));

        MimeMessage mail = mail();
        assertThat(Collections.list(mail.getAllHeaders()).stream().map(Header::getName))
                .containsExactlyInAnyOrder(
                        "Date",
                        "From",
                        "To",
                        "Message-ID",
                        "Subject",
                        "MIME-Version",
                        "Content-Type",
                        "Auto-Submitted",
                        "X-Passcourier-Attempt",
                        "Received");
        assertThat(Collections.list(mail.getAllHeaders()).stream().map(Header::getValue))
                .noneMatch(value -> value.contains("evil"));
    }

    @Test
    void opensAResultInClearOnceAndWhileSending() throws Exception {
        mailbox = Mailbox.start(Security.STARTTLS, certificate, null);
        OutboxItem item = SinkHarness.atRest(harness.open(channel(MailSecurity.STARTTLS, trust, null)));
        int before = harness.vault.opened.get();

        harness.put(item);

        BodyPart attachment = ((MimeMultipart) mail().getContent()).getBodyPart(1);
        assertThat(attachment.getFileName()).isEqualTo(item.fileName(".json"));
        assertThat(new String(bytes(attachment), StandardCharsets.UTF_8)).contains(PretendVault.CANARY);
        harness.await(item, AuditEvent.Type.DELIVERED);
        assertThat(harness.vault.opened.get() - before).isEqualTo(1);
        assertThat(harness.vault.closed).hasValue(harness.vault.opened.get());
    }

    @ParameterizedTest
    @CsvSource({"EXPIRED,EXPIRED,EXPIRED", "NOT_OPENED,NOT_OPENED,FAILED"})
    void endsAResultThatDoesNotOpen(VaultException.Code refusal, String code, Verdict verdict) throws Exception {
        mailbox = Mailbox.start(Security.STARTTLS, certificate, null);
        OutboxItem item = SinkHarness.atRest(harness.open(channel(MailSecurity.STARTTLS, trust, null)));
        harness.vault.refusal = refusal;

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_FAILED).facts())
                .containsEntry(Fact.CODE, code)
                .containsEntry(Fact.VERDICT, verdict.name());
        assertThat(mailbox.received()).isEmpty();
    }

    @Test
    void mailsNoticesForPeopleAndMachines() throws Exception {
        mailbox = Mailbox.start(Security.PLAIN, null, null);
        String alias = harness.open(channel(MailSecurity.NONE, null, null));
        Notice notice = new Notice(
                "r-9",
                "prod",
                "i-1\nBcc: x",
                Verdict.NEVER,
                "LINUX_SERVER",
                "Log in with the key pair.",
                1,
                Instant.EPOCH);

        harness.put(OutboxItem.notice(notice, alias, "n-9", SinkHarness.CLOCK.instant()));

        MimeMessage mail = mail();
        assertThat(mail.getSubject()).isEqualTo("Passcourier notice r-9");
        MimeMultipart parts = (MimeMultipart) mail.getContent();
        assertThat((String) parts.getBodyPart(0).getContent())
                .contains("r-9", "NEVER (LINUX_SERVER)", "Log in with the key pair.", "i-1 Bcc: x");
        assertThat(OutboxJson.notice(bytes(parts.getBodyPart(1)))).isEqualTo(notice);
    }

    @Test
    void mailsReportsAsPageAndTable() throws Exception {
        mailbox = Mailbox.start(Security.PLAIN, null, null);
        String alias = harness.open(channel(MailSecurity.NONE, null, null));
        ReportMessage report = new ReportMessage(
                "weekly",
                "Weekly report",
                "Weekly report, in words",
                "<h1>Größe</h1><img src=\"cid:ages\"/>",
                List.of(new ReportMessage.Part("ages", "image/png", new byte[] {1, 2})),
                List.of(new ReportMessage.Part("csv", OutboxJson.CSV, "a;b\r\n".getBytes(StandardCharsets.UTF_8))));

        harness.put(OutboxItem.report(report, "weekly@2026", alias, "p-1", SinkHarness.CLOCK.instant()));

        MimeMultipart parts = (MimeMultipart) mail().getContent();
        MimeMultipart alternative = (MimeMultipart) parts.getBodyPart(0).getContent();
        assertThat(alternative.getContentType()).startsWith("multipart/alternative");
        assertThat((String) alternative.getBodyPart(0).getContent())
                .isEqualToNormalizingNewlines("Weekly report, in words\nDelivery: p-1\n");
        MimeMultipart related = (MimeMultipart) alternative.getBodyPart(1).getContent();
        assertThat(related.getContentType()).startsWith("multipart/related; type=\"text/html\"");
        assertThat(related.getBodyPart(0).getContentType()).startsWith("text/html");
        assertThat(related.getBodyPart(0).getContent()).isEqualTo(report.html());
        assertThat(related.getBodyPart(1).getHeader("Content-ID")).containsExactly("<ages>");
        assertThat(related.getBodyPart(1).getContentType()).startsWith("image/png");
        assertThat(bytes(related.getBodyPart(1))).containsExactly(1, 2);
        assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("weekly_2026_p-1.csv");
        assertThat(new String(bytes(parts.getBodyPart(1)), StandardCharsets.UTF_8))
                .isEqualTo("a;b\r\n");
    }

    @Test
    void mailsReportsThatAreSealedAsTheirFormatIsMailed() throws Exception {
        mailbox = Mailbox.start(Security.PLAIN, null, null);
        String alias = harness.open(channel(MailSecurity.NONE, null, null));
        Instant now = SinkHarness.CLOCK.instant();

        harness.put(OutboxItem.report(new Sealed(alias, "p-2", Sealed.AGE, new byte[] {7}), "weekly@2026", now));

        MimeMessage mail = mail();
        assertThat(mail.getSubject()).isEqualTo("Passcourier report weekly@2026");
        MimeMultipart parts = (MimeMultipart) mail.getContent();
        assertThat((String) parts.getBodyPart(0).getContent()).contains("age --decrypt", "It holds no passwords.");
        assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("weekly_2026_p-2.zip.age");
        assertThat(bytes(parts.getBodyPart(1))).containsExactly(7);
    }

    @ParameterizedTest
    @CsvSource({
        "SENDER,    450, DELIVERY_POSTPONED, SMTP_450",
        "SENDER,    550, DELIVERY_FAILED,    SMTP_550",
        "RECIPIENT, 451, DELIVERY_POSTPONED, SMTP_451",
        "RECIPIENT, 452, DELIVERY_POSTPONED, SMTP_452",
        "RECIPIENT, 550, DELIVERY_FAILED,    SMTP_550",
        "RECIPIENT, 553, DELIVERY_FAILED,    SMTP_553",
        "CONTENT,   421, DELIVERY_POSTPONED, SMTP_421",
        "CONTENT,   452, DELIVERY_POSTPONED, SMTP_452",
        "CONTENT,   552, DELIVERY_FAILED,    SMTP_552",
        "CONTENT,   554, DELIVERY_FAILED,    SMTP_554"
    })
    void tellsForNowFromForGood(Stage stage, int reply, AuditEvent.Type expected, String code) throws Exception {
        mailbox = Mailbox.start(Security.PLAIN, null, null);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(MailSecurity.NONE, null, null)));
        mailbox.refuse(stage, reply);

        harness.put(item);

        assertThat(harness.await(item, expected).facts()).containsEntry(Fact.CODE, code);
    }

    @Test
    void triesAgainWithTheSameMessageId() throws Exception {
        mailbox = Mailbox.start(Security.PLAIN, null, null);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(MailSecurity.NONE, null, null)));
        mailbox.refuse(Stage.CONTENT, Mailbox.DROP);

        harness.put(item);

        MimeMessage mail = mail();
        assertThat(mail.getMessageID()).isEqualTo("<" + item.deliveryId() + "@courier.example>");
        assertThat(mail.getHeader("X-Passcourier-Attempt", null)).isEqualTo("2");
        harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED);
        assertThat(harness.await(item, AuditEvent.Type.DELIVERED).facts()).containsEntry(Fact.ATTEMPT, "2");
    }

    @Test
    void saysNothingInClearToAServerWithoutStartTls() throws Exception {
        mailbox = Mailbox.start(Security.PLAIN, null, USERS);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(MailSecurity.STARTTLS, trust, USERS)));

        harness.put(item);

        harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED);
        assertThat(mailbox.logins()).isEmpty();
        assertThat(mailbox.senders()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "other,STARTTLS",
        "other,SMTPS",
        "expired,STARTTLS",
        "expired,SMTPS",
        "unknown,STARTTLS",
        "unknown,SMTPS"
    })
    void refusesAServerThatIsNotWhoItShouldBe(String flaw, MailSecurity security) throws Exception {
        Clock clock = Clock.systemUTC();
        SandboxCertificate shown =
                switch (flaw) {
                    case "other" -> SandboxCertificate.forHost("other.example", clock);
                    case "expired" -> SandboxCertificate.expired(clock);
                    default -> SandboxCertificate.forLoopback(clock);
                };
        Path trusted = flaw.equals("unknown") ? trust : shown.writeTo(Files.createTempFile(directory, "trust", ".pem"));
        mailbox = Mailbox.start(Security.valueOf(security.name()), shown, USERS);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(security, trusted, USERS)));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(Fact.CODE, "TLS");
        assertThat(mailbox.logins()).isEmpty();
        assertThat(mailbox.senders()).isEmpty();
    }

    @Test
    void everyDestinationOnOneServerSignsInAsItself() throws Exception {
        Map<String, String> users = Map.of("courier", "canary-mail-login", "second", "canary-other-login");
        mailbox = Mailbox.start(Security.STARTTLS, certificate, users);
        EmailChannel first = channel(MailSecurity.STARTTLS, trust, users);
        EmailChannel second = new EmailChannel(
                first.host(),
                first.port(),
                first.security(),
                "second",
                SinkHarness.secret(directory, "canary-other-login"),
                first.from(),
                first.to(),
                first.trust(),
                first.insecure());
        OutboxItem one = SinkHarness.sealed(harness.open(first));
        OutboxItem other = SinkHarness.sealed(harness.open(second));

        harness.put(other);
        harness.await(other, AuditEvent.Type.DELIVERED);
        harness.put(one);
        harness.await(one, AuditEvent.Type.DELIVERED);

        assertThat(mailbox.logins()).containsExactly("second", "courier");
    }

    @Test
    void doesNotHammerAServerThatRefusesTheLogin() throws Exception {
        mailbox = Mailbox.start(Security.STARTTLS, certificate, Map.of("courier", "another"));
        OutboxItem item = SinkHarness.sealed(harness.open(channel(MailSecurity.STARTTLS, trust, USERS)));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(Fact.CODE, "SMTP_LOGIN");
        assertThat(mailbox.senders()).isEmpty();
    }

    @Test
    void waitsForASecretThatIsGone() throws Exception {
        mailbox = Mailbox.start(Security.STARTTLS, certificate, USERS);
        EmailChannel channel = channel(MailSecurity.STARTTLS, trust, USERS);
        OutboxItem item = SinkHarness.sealed(harness.open(channel));
        String reference = Objects.requireNonNull(channel.password()).reference();
        Files.delete(Path.of(reference.substring("{{file:".length(), reference.length() - 2)));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(Fact.CODE, "SECRET");
    }

    @Test
    void anotherMailServerUnderstandsUsToo() throws Exception {
        GreenMail other = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        other.start();
        try {
            EmailChannel channel = new EmailChannel(
                    "127.0.0.1",
                    other.getSmtp().getPort(),
                    MailSecurity.NONE,
                    null,
                    null,
                    "passcourier@courier.example",
                    "ops@team.example",
                    null,
                    true);
            OutboxItem item = SinkHarness.sealed(harness.open(channel));

            harness.put(item);

            harness.await(item, AuditEvent.Type.DELIVERED);
            MimeMultipart parts = (MimeMultipart) other.getReceivedMessages()[0].getContent();
            assertThat(bytes(parts.getBodyPart(1))).isEqualTo(item.body());
        } finally {
            other.stop();
        }
    }

    private EmailChannel channel(MailSecurity security, Path trusted, Map<String, String> users) throws Exception {
        return new EmailChannel(
                "localhost",
                mailbox.port(),
                security,
                users == null ? null : "courier",
                users == null ? null : SinkHarness.secret(directory, users.get("courier") + "\n"),
                "passcourier@courier.example",
                "ops@team.example",
                trusted,
                security == MailSecurity.NONE);
    }

    private MimeMessage mail() throws InterruptedException {
        return mailbox.next(Duration.ofSeconds(20)).orElseThrow();
    }

    private static byte[] bytes(BodyPart part) throws Exception {
        return part.getInputStream().readAllBytes();
    }
}
