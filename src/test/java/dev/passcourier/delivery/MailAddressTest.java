package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.MailSecurity;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.sandbox.Mailbox.Security;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mail server hears in {@code MAIL FROM} and {@code RCPT TO}: what the operator wrote, or nothing at all. */
@Timeout(120)
class MailAddressTest {

    @TempDir
    static Path directory;

    private static SinkHarness harness;
    private @Nullable Mailbox mailbox;

    @BeforeAll
    static void open() throws Exception {
        harness = new SinkHarness(directory);
    }

    @AfterAll
    static void close() throws Exception {
        harness.close();
    }

    @AfterEach
    void closeMailbox() {
        if (mailbox != null) {
            mailbox.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ops@team.example",
                "o.p+s-1_x'y@sub.team.example",
                "bounce=4711%all!x@team.example",
                "OPS@Team.Example",
                "ops@xn--bcher-kva.example",
                "ops@[192.0.2.7]"
            })
    void theEnvelopeHoldsTheWrittenAddresses(String address) throws Exception {
        Mailbox server = start(null);
        OutboxItem item = SinkHarness.sealed(harness.open(channel(server, address, null, null)));

        harness.put(item);

        harness.await(item, AuditEvent.Type.DELIVERED);
        assertThat(server.recipients()).containsExactly(address);
        assertThat(server.senders()).containsExactly("from." + address);
        assertThat(server.next(Duration.ofSeconds(20)).orElseThrow().getAllRecipients())
                .containsExactly(new InternetAddress(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0161dmin@example.com",
                "vl\u010Dek@example.com",
                "\uAD00\uB9AC\uC790@example.com",
                "ops@\u0161ample.com",
                "ops@b\u00FCcher.example",
                "\u0430dmin@example.com",
                "adm\u0131n@example.com",
                "ops\u200B@example.com",
                "ops(night)@example.com",
                "Ops <ops@example.com>",
                "ops@example.com,root@example.com"
            })
    void noMailIsSentToAnAddressThatWouldBecomeAnother(String address) {
        Mailbox server = start(null);

        assertThatThrownBy(() -> harness.open(channel(server, address, null, null)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageMatching("destinations\\.to-[0-9]+: from .+");
        assertThat(server.recipients()).isEmpty();
    }

    /** The last look before a mail leaves does not rely on what was checked before. */
    @Test
    void aMailWhoseEnvelopeWouldBeAnotherIsNotComposed() throws Exception {
        InternetAddress written = new InternetAddress();
        written.setAddress("\u0161dmin@example.com");
        MailComposer composer = new MailComposer(
                Session.getInstance(new Properties()),
                new InternetAddress("passcourier@example.com"),
                written,
                harness.vault);

        assertThatThrownBy(() -> composer.compose(
                        SinkHarness.sealed("mail"),
                        SinkHarness.CLOCK.instant(),
                        new DefaultMessage(new DefaultCamelContext())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("MAIL_ADDRESS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p\u00E4ssw\u00F6rt", "\uBE44\uBC00\uBC88\uD638", "\uD83D\uDD11 key", "e\u0301 \u00E9"})
    void aPasswordBeyondAsciiReachesTheServerWhole(String password) throws Exception {
        Mailbox server = start(Map.of("k\u00FCrier", password));
        OutboxItem item = SinkHarness.sealed(harness.open(
                channel(server, "ops@team.example", "k\u00FCrier", SinkHarness.secret(directory, password))));

        harness.put(item);

        harness.await(item, AuditEvent.Type.DELIVERED);
        assertThat(server.logins()).containsExactly("k\u00FCrier");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost", "127.0.0.1"})
    void aServerIsReachedUnderEveryHostThatIsAccepted(String host) throws Exception {
        Mailbox server = start(null);
        OutboxItem item = SinkHarness.sealed(harness.open(new EmailChannel(
                host,
                server.port(),
                MailSecurity.NONE,
                null,
                null,
                "passcourier@courier.example",
                "ops@team.example",
                null,
                true)));

        harness.put(item);

        harness.await(item, AuditEvent.Type.DELIVERED);
        assertThat(server.recipients()).containsExactly("ops@team.example");
    }

    /** Names of containers: DNS knows them, and Java's URIs do not. Nobody may have this one. */
    @Test
    void aServerWithAnUnderscoreIsLookedUpAsItIsWritten() throws Exception {
        OutboxItem item = SinkHarness.sealed(harness.open(new EmailChannel(
                "mail_relay.invalid",
                25,
                MailSecurity.NONE,
                null,
                null,
                "passcourier@courier.example",
                "ops@team.example",
                null,
                true)));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(AuditEvent.Fact.CODE, "DNS");
    }

    private Mailbox start(@Nullable Map<String, String> users) {
        mailbox = Mailbox.start(Security.PLAIN, null, users);
        return mailbox;
    }

    private static EmailChannel channel(
            Mailbox server, String to, @Nullable String user, @Nullable SecretRef password) {
        return new EmailChannel(
                "localhost", server.port(), MailSecurity.NONE, user, password, "from." + to, to, null, true);
    }
}
