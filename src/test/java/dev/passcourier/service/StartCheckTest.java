package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code validate} prints and {@code run} refuses: all of it at once. */
class StartCheckTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2027-03-27T12:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path directory;

    private StartFolder folder;

    @BeforeEach
    void layOut() throws Exception {
        folder = new StartFolder(directory);
    }

    /** In the night to 28 March clocks skip 02:30, and Quartz skips the time with them. */
    @Test
    void aGoodFolderCanBeStartedAndShowsWhenItsSchedulesFire() {
        assertThat(said())
                .isEqualTo("HOME/config/passcourier.yaml:18:13 note: schedules.nightly.cron: next"
                        + " Mon 2027-03-29 02:30:00 +02:00 Europe/Berlin, Tue 2027-03-30 02:30:00 +02:00 Europe/Berlin,"
                        + " Wed 2027-03-31 02:30:00 +02:00 Europe/Berlin");
    }

    @Test
    void fifteenThingsOfDifferentKindsAreToldAtOnce() throws Exception {
        folder.edit("config/passcourier.yaml", "directory: drop", "directory: drop, minage: 3s");
        folder.edit("config/passcourier.yaml", "provider: kakaocloud", "provider: kakaoclod\n    rate: 2");
        folder.edit("config/passcourier.yaml", "host: smtp.example.com", "host: smtp_1.example.com");
        folder.edit("config/passcourier.yaml", "to: b@", "to: \u0161@");
        folder.put("secrets/hook", "a raw secret of the old kind");
        folder.edit("config/passcourier.yaml", "queue: passwords", "queue: passwords, sealed: yes");
        folder.edit("config/passcourier.yaml", "Europe/Berlin", "Europe/Berln");
        folder.edit("config/passcourier.yaml", "accounts: [\"*\"]", "accounts: [kako]");
        folder.put("keys/prod.pem", "no key");
        folder.put("recipients/ops.pem", "no key");
        folder.put("tls/ca.pem", "no certificate");
        folder.edit(
                "config/passcourier.yaml",
                "https://hooks.example.com/x\"",
                "https://hooks.example.com:80/x\", trust: tls/ca.pem");
        Files.setPosixFilePermissions(folder.home().resolve("archive"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createDirectory(folder.home().resolve("data"));
        Files.setPosixFilePermissions(folder.home().resolve("data"), PosixFilePermissions.fromString("rwxr-xr-x"));
        folder.edit("routes/intake.camel.yaml", "- to:", "- too:");

        assertThat(said()).isEqualTo("""
                HOME/config/passcourier.yaml:1:1 service.dataDirectory: HOME/data can be entered by others: run  chmod 700 HOME/data
                HOME/config/passcourier.yaml:2:27 sources.file.minage: unknown key 'minage'; did you mean 'minAge'?
                HOME/config/passcourier.yaml:4:18 keyRings.prod.keys[0].path: KEY_FORMAT HOME/keys/prod.pem: it is no kind of key file that we know; a private key in PEM, DER, OpenSSH, PKCS#12 or JWK form is needed
                HOME/config/passcourier.yaml:7:5 accounts.kakao.provider: is none of the known words; did you mean 'kakaocloud'?
                HOME/config/passcourier.yaml:12:9 recipients.ops.key: KEY_FORMAT HOME/recipients/ops.pem: a public JWK, PEM public key or certificate is needed
                HOME/config/passcourier.yaml:14:34 destinations.mail.host: holds '_' in the host name, so that TLS finds it in no certificate; give the host an alias without it, in DNS or /etc/hosts, or write its IP address
                HOME/config/passcourier.yaml:14:81 destinations.mail.to: holds '\u0161' (U+0161 LATIN SMALL LETTER S WITH CARON) before the @, and goes to the mail server in ASCII only; write the address in ASCII; where the mailbox has none, let its owner add an alias that has
                HOME/config/passcourier.yaml:15:36 warning: destinations.hook.url: begins with https:, and its port is mostly one of http:; correct one of them
                HOME/config/passcourier.yaml:15:75 destinations.hook.trust: trust HOME/tls/ca.pem cannot be used: a readable file of PEM certificates is needed
                HOME/config/passcourier.yaml:15:104 destinations.hook.secrets[0]: is no base64, which the receiver's library takes it for; make one with  echo whsec_$(openssl rand -base64 32), or where the receiver computes with these very bytes, write whsec_ and their base64
                HOME/config/passcourier.yaml:16:36 destinations.archive.directory: HOME/archive can be written to by everybody; chmod o-w it
                HOME/config/passcourier.yaml:17:51 destinations.queue.sealed: unknown key 'sealed'; did you mean 'seal'?
                HOME/config/passcourier.yaml:19:35 schedules.nightly.timeZone: is no known time zone; did you mean 'Europe/Berlin'?
                HOME/config/passcourier.yaml:22:51 policy.rules[0].accounts[0]: is not defined under 'accounts'; did you mean 'kakao'?
                HOME/routes/intake.camel.yaml:17:11 Unknown node id: too""");
    }

    private String said() {
        return StartCheck.of(folder.home(), folder.settings(), CLOCK).findings().stream()
                .map(Finding::toString)
                .map(line -> line.replace(folder.home().toString(), "HOME"))
                .collect(Collectors.joining("\n"));
    }
}
