package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.MailSecurity;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.sandbox.SandboxCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody on the line who keeps TLS from happening: all that is said in clear is written down, byte by byte. */
@Timeout(120)
class MailDowngradeTest {

    @TempDir
    static Path directory;

    private static SinkHarness harness;
    private static Path trust;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private ServerSocket line;

    @BeforeAll
    static void open() throws Exception {
        harness = new SinkHarness(directory);
        trust = SandboxCertificate.forLoopback(Clock.systemUTC()).writeTo(directory.resolve("trust.pem"));
    }

    @AfterAll
    static void close() throws Exception {
        harness.close();
    }

    @BeforeEach
    void listen() throws IOException {
        line = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void hangUp() throws IOException {
        line.close();
    }

    /** What it says to EHLO and to STARTTLS; an answer to anything else would only lead on. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "250-here|250 AUTH PLAIN LOGIN                ; 220 never asked",
                "250-here|250-STARTTLS|250 AUTH PLAIN LOGIN   ; 454 TLS is not available",
                "250-here|250-STARTTLS|250 AUTH PLAIN LOGIN   ; 502 not implemented",
                "250-here|250-STARTTLS|250 AUTH PLAIN LOGIN   ; 250 go on as you are",
                "250-here|250-STARTTLS|250 AUTH PLAIN LOGIN   ; 220 go|250-here|250 AUTH PLAIN LOGIN|235 welcome|250 ok",
                "502 no EHLO here                             ; 220 never asked"
            })
    void saysNothingOfAccountOrMailBeforeTlsIsThere(String hello, String starttls) throws Exception {
        serve(hello, starttls);
        OutboxItem item = SinkHarness.sealed(harness.open(new EmailChannel(
                "localhost",
                line.getLocalPort(),
                MailSecurity.STARTTLS,
                "courier",
                SinkHarness.secret(directory, "canary-mail-login"),
                "passcourier@courier.example",
                "ops@team.example",
                trust,
                false)));

        harness.put(item);

        harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED);
        assertThat(heard).isNotEmpty().allMatch(said -> said.matches("(EHLO|HELO) [^ ]+|STARTTLS|QUIT|RSET|TLS"));
    }

    /** The mail library would cut a password's characters to bytes for it, and the server count failed log-ins. */
    @Test
    void logsInByNoMechanismThatCutsPasswords() throws Exception {
        serve("250-here|250 AUTH DIGEST-MD5 CRAM-MD5", "220 never asked");
        OutboxItem item = SinkHarness.sealed(harness.open(new EmailChannel(
                "localhost",
                line.getLocalPort(),
                MailSecurity.NONE,
                "courier",
                SinkHarness.secret(directory, "p\u0161ssword"),
                "passcourier@courier.example",
                "ops@team.example",
                null,
                true)));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(AuditEvent.Fact.CODE, "SMTP_LOGIN");
        assertThat(heard).isNotEmpty().allMatch(said -> said.matches("EHLO [^ ]+|QUIT|RSET"));
    }

    private void serve(String hello, String starttls) {
        Thread thread = new Thread(() -> {
            while (!line.isClosed()) {
                try (Socket socket = line.accept()) {
                    talk(socket, hello, starttls);
                } catch (IOException e) {
                    // The client has gone: wait for the next one.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void talk(Socket socket, String hello, String starttls) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        OutputStream out = socket.getOutputStream();
        say(out, "220 here");
        for (String said = in.readLine(); said != null; said = in.readLine()) {
            boolean isHandshake = said.startsWith("\u0016\u0003");
            heard.add(isHandshake ? "TLS" : said);
            if (isHandshake) {
                return;
            }
            String word = said.split(" ")[0].toUpperCase(Locale.ROOT);
            say(out, word.equals("EHLO") ? hello : word.equals("STARTTLS") ? starttls : "250 ok");
        }
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write((text.replace("|", "\r\n") + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
