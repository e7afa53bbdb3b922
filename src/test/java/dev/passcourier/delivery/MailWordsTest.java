package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.MailSecurity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mail server says when it refuses us is heard, and what we said to it is not repeated. */
@Timeout(60)
class MailWordsTest {

    private static final String PASSWORD = "Tr1al-Pass/9";

    @TempDir
    Path directory;

    private ServerSocket port;

    @BeforeEach
    void listen() throws IOException {
        port = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void hangUp() throws IOException {
        port.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AUTH LOGIN PLAIN; 535 5.7.139 Authentication unsuccessful, basic authentication is disabled;"
                        + " SMTP_LOGIN: only OAuth2, which is not supported; use a relay that takes a user and a password:"
                        + " 535 5.7.139 Authentication unsuccessful, basic authentication is disabled",
                "AUTH XOAUTH2 OAUTHBEARER; 504 never asked;"
                        + " SMTP_LOGIN: only OAuth2, which is not supported; use a relay that takes a user and a password:"
                        + " it offers XOAUTH2 OAUTHBEARER",
                "AUTH CRAM-MD5 GSSAPI; 504 never asked;"
                        + " SMTP_LOGIN: it offers CRAM-MD5 GSSAPI, and we can LOGIN, PLAIN, NTLM",
                "AUTH PLAIN; 535-5.7.8 Username and Password not accepted. For more information, go to|"
                        + "535 5.7.8 https://support.example.org/mail/?p=BadCredentials;"
                        + " SMTP_LOGIN: 535-5.7.8 Username and Password not accepted. For more information, go to 535"
                        + " 5.7.8 https://support.example.org/mail/?p=BadCredentials",
                "AUTH LOGIN; 454 4.7.0 Temporary authentication failure;"
                        + " SMTP_LOGIN: 454 4.7.0 Temporary authentication failure",
            })
    void saysWhyALogInIsRefused(String line) throws Exception {
        // Texts have semicolons of their own.
        String[] parts = line.split(";", 3);
        serve("220 here", "250-here|250 " + parts[0], parts[1].strip());

        assertThat(look(MailSecurity.NONE)).isEqualTo(new MailProbe.Seen(false, parts[2].strip()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"courier@example.org", PASSWORD, "base64", "plain"})
    void doesNotRepeatWhatWeLogInWith(String echo) throws Exception {
        String back =
                switch (echo) {
                    case "base64" -> base64(PASSWORD);
                    case "plain" -> base64("\0courier@example.org\0" + PASSWORD);
                    default -> echo;
                };
        serve("220 here", "250-here|250 AUTH PLAIN", "535 5.7.8 Error: '" + back + "' is wrong");

        assertThat(look(MailSecurity.NONE).says()).isEqualTo("SMTP_LOGIN: 535 5.7.8 Error: \u2026 is wrong");
    }

    @Test
    void saysHowAPortGreetsThatIsNotWhatTheSettingsSay() throws Exception {
        serve("220 mail.example.org ESMTP ready", "250 here", "235 ok");
        assertThat(look(MailSecurity.SMTPS).says())
                .isEqualTo("TLS: it greets in clear with '220 mail.example.org ESMTP ready': write security: starttls");
    }

    @Test
    void saysThatAnotherProgramListens() throws Exception {
        serve("SSH-2.0-OpenSSH_9.2", "x", "x");
        assertThat(look(MailSecurity.STARTTLS).says())
                .endsWith("it greets with 'SSH-2.0-OpenSSH_9.2', which is no mail server's welcome");
    }

    @Test
    void saysWhatTheGreetingSays() throws Exception {
        serve("554 5.7.1 your address is blocked, see https://block.example.org/1", "250 here", "235 ok");
        assertThat(look(MailSecurity.STARTTLS).says())
                .endsWith(": 554 5.7.1 your address is blocked, see https://block.example.org/1");
    }

    @Test
    void showsTheWelcomeOfAServerThatLetsUsIn() throws Exception {
        serve("220 here", "250-here|250 AUTH PLAIN", "235 2.7.0 Authentication successful, courier@example.org");
        assertThat(look(MailSecurity.NONE))
                .isEqualTo(new MailProbe.Seen(
                        true, "greets us and lets us in: 235 2.7.0 Authentication successful, \u2026"));
    }

    @Test
    void saysThatThereIsNoLogIn() throws Exception {
        serve("220 here", "250 here", "235 ok");
        assertThat(look(MailSecurity.NONE).says()).startsWith("it offers no log-in here");
    }

    private MailProbe.Seen look(MailSecurity security) throws Exception {
        return MailProbe.look(new EmailChannel(
                "localhost",
                port.getLocalPort(),
                security,
                "courier@example.org",
                SinkHarness.secret(directory, PASSWORD),
                "passcourier@courier.example",
                "ops@team.example",
                null,
                true));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Every connection hears the same: the greeting, then an answer to EHLO, then one to the log-in. */
    private void serve(String greeting, String hello, String login) {
        daemon(() -> {
            while (!port.isClosed()) {
                try {
                    Socket socket = port.accept();
                    daemon(() -> talk(socket, greeting, new ArrayDeque<>(Arrays.asList(hello, login))));
                } catch (IOException e) {
                    // The port was closed: the test is over.
                }
            }
        });
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private static void talk(Socket socket, String greeting, Deque<String> answers) {
        try (socket) {
            converse(socket, greeting, answers);
        } catch (IOException e) {
            // The client has gone.
        }
    }

    private static void converse(Socket socket, String greeting, Deque<String> answers) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        say(socket.getOutputStream(), greeting);
        for (String said = in.readLine(); said != null && !said.startsWith("QUIT"); said = in.readLine()) {
            if (said.equals("AUTH LOGIN")) {
                say(socket.getOutputStream(), "334 VXNlcm5hbWU6");
            } else if (answers.isEmpty()) {
                say(socket.getOutputStream(), "250 ok");
            } else {
                say(socket.getOutputStream(), answers.poll());
            }
        }
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write((text.replace("|", "\r\n") + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
