package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Settings.Acceptor;
import dev.passcourier.config.Settings.BrokerUser;
import dev.passcourier.config.Settings.BrokerUser.Role;
import dev.passcourier.config.Settings.Destination;
import dev.passcourier.config.Settings.EmailChannel;
import dev.passcourier.config.Settings.FileChannel;
import dev.passcourier.config.Settings.FileSource;
import dev.passcourier.config.Settings.JmsChannel;
import dev.passcourier.config.Settings.JmsSource;
import dev.passcourier.config.Settings.KeyFile;
import dev.passcourier.config.Settings.KeyRing;
import dev.passcourier.config.Settings.LedgerStore;
import dev.passcourier.config.Settings.MailSecurity;
import dev.passcourier.config.Settings.Recipient;
import dev.passcourier.config.Settings.Rule;
import dev.passcourier.config.Settings.Schedule;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.config.Settings.Service;
import dev.passcourier.config.Settings.WebhookChannel;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsLoaderTest {

    private static final SecretRef VARIABLE = new SecretRef("{{env:SECRET}}");

    @TempDir
    private Path home;

    private SettingsBench bench;

    @BeforeEach
    void layOut() throws Exception {
        bench = new SettingsBench(home);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "", "# nothing yet\n", "---\n{}\n", "accounts: {}\ndestinations: {}\n"})
    void fillsInEveryDefault(String yaml) throws Exception {
        Settings settings = bench.load(yaml);

        assertThat(settings)
                .isEqualTo(new Settings(
                        new Service(
                                home.resolve("data"),
                                Duration.ofMinutes(20),
                                Duration.ofDays(7),
                                Duration.ofDays(30),
                                1,
                                home.resolve("data/keys/signing.jwk"),
                                home.resolve("data/keys/at-rest.key"),
                                null,
                                256L << 20,
                                null,
                                null,
                                null,
                                List.of()),
                        new Settings.Broker(null, null, null, null, Map.of()),
                        new Settings.Sources(new JmsSource("password.requests", 16, null, null, null), null),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        new Settings.Policy(List.of(), Map.of(), List.of()),
                        new LedgerStore(null, null, null),
                        Settings.Retention.FOREVER,
                        null));
    }

    @Test
    void countsPathsFromTheSettingsOwnFolderIfItHasAnotherName() {
        assertThat(SettingsLoader.home(Path.of("/opt/passcourier/config/passcourier.yaml")))
                .isEqualTo(Path.of("/opt/passcourier"));
        assertThat(SettingsLoader.home(Path.of("/etc/passcourier/passcourier.yaml")))
                .isEqualTo(Path.of("/etc/passcourier"));
        assertThat(SettingsLoader.home(Path.of("/config/passcourier.yaml"))).isEqualTo(Path.of("/"));
        assertThat(SettingsLoader.home(Path.of("/passcourier.yaml"))).isEqualTo(Path.of("/"));
    }

    @Test
    void mapsTheProcessAndTheBroker() throws Exception {
        Settings settings = bench.load(SettingsBench.WHOLE);

        assertThat(settings.service())
                .isEqualTo(new Service(
                        home.resolve("state"),
                        Duration.ofMinutes(5),
                        Duration.ofDays(2),
                        Duration.ofDays(90),
                        1,
                        Path.of("/etc/keys/sign.jwk"),
                        home.resolve("state/keys/at-rest.key"),
                        home.resolve("audit-head"),
                        2L << 30,
                        new Settings.Status(8089),
                        null,
                        null,
                        List.of()));
        assertThat(settings.broker().acceptor())
                .isEqualTo(
                        new Acceptor("0.0.0.0", 61617, home.resolve("tls/broker.crt"), home.resolve("tls/broker.key")));
        assertThat(settings.broker().users())
                .containsOnly(
                        Map.entry("orchestrator", new BrokerUser(VARIABLE, List.of(Role.REQUESTER, Role.COLLECTOR))));
    }

    @Test
    void mapsRetention() throws Exception {
        assertThat(bench.load("retention: {ledger: 90d, done: 70d, reports: 400d, audit: 100d, archive: old}")
                        .retention())
                .isEqualTo(new Settings.Retention(
                        Duration.ofDays(90),
                        Duration.ofDays(70),
                        Duration.ofDays(400),
                        Duration.ofDays(100),
                        home.resolve("old")));
    }

    @Test
    void mapsTheSources() throws Exception {
        Settings settings = bench.load(SettingsBench.WHOLE);

        assertThat(settings.sources().jms())
                .isEqualTo(
                        new JmsSource("asks", 16, "tcp://bus.example.com:61617?sslEnabled=true", "pass", fileSecret()));
        assertThat(settings.sources().file())
                .isEqualTo(new FileSource(
                        home.resolve("drop"),
                        Duration.ofMillis(500),
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(30),
                        List.of("deploy"),
                        null,
                        List.of(),
                        List.of()));
    }

    @Test
    void mapsAccountsAndTheirKeys() throws Exception {
        Settings settings = bench.load(SettingsBench.WHOLE);

        assertThat(settings.keyRings())
                .containsOnly(Map.entry(
                        "prod",
                        new KeyRing(
                                List.of(),
                                List.of(
                                        new KeyFile(home.resolve("keys/prod.pem"), VARIABLE),
                                        new KeyFile(home.resolve("keys"), null)))));
        Settings.Account account = settings.accounts().get("nimbus-prod");
        assertThat(account)
                .isEqualTo(new Settings.Account(
                        "nimbus",
                        "prod",
                        2.5,
                        3,
                        true,
                        true,
                        Settings.AfterDelivery.KEEP,
                        home.resolve("tls/ca.pem"),
                        true,
                        account.settings()));
        assertThat(account.settings().path("region").asText()).isEqualTo("north");
        assertThat(account.settings().path("auth").path("token").asText()).isEqualTo("{{env:SECRET}}");
    }

    @Test
    void refusesClonesUnlessTheyAreAllowed() throws Exception {
        Settings settings = bench.load(SettingsBench.WHOLE.replace("clones: allowed", "clones: refused"));

        assertThat(settings.accounts().get("nimbus-prod").clones()).isFalse();
    }

    @Test
    void mapsEveryKindOfDestination() throws Exception {
        Settings settings = bench.load(SettingsBench.WHOLE);

        assertThat(settings.recipients())
                .containsOnly(Map.entry(
                        "ops",
                        new Recipient(
                                SealFormat.JWE,
                                home.resolve("recipients/ops.jwk"),
                                "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
                                null)));
        assertThat(settings.destinations())
                .isEqualTo(Map.of(
                        "mail",
                        new Destination(
                                "ops",
                                4,
                                new EmailChannel(
                                        "smtp.example.com",
                                        587,
                                        MailSecurity.STARTTLS,
                                        "pass",
                                        VARIABLE,
                                        "passcourier@example.com",
                                        "ops@example.com",
                                        home.resolve("tls/ca.pem"),
                                        false)),
                        "queue",
                        new Destination("ops", 16, new JmsChannel("passwords.sealed")),
                        "hook",
                        new Destination(
                                null,
                                4,
                                new WebhookChannel(
                                        URI.create("https://hooks.example.com/in"),
                                        List.of(VARIABLE, fileSecret()),
                                        null,
                                        false)),
                        "folder",
                        new Destination("ops", 4, new FileChannel(home.resolve("out")))));
    }

    @ParameterizedTest
    @CsvSource({"smtps,465", "starttls,587", "none,25"})
    void picksTheUsualPortForMail(String security, int port) throws Exception {
        Settings settings =
                bench.load("destinations: {mail: {type: email, seal: none, host: smtp.example.com, security: "
                        + security + ", from: a@example.com, to: b@example.com, insecure: true}}");

        assertThat(settings.destinations().get("mail").channel())
                .isInstanceOfSatisfying(
                        EmailChannel.class, mail -> assertThat(mail.port()).isEqualTo(port));
    }

    @Test
    void mapsSchedulesPolicyAndLedger() throws Exception {
        Settings settings = bench.load(SettingsBench.WHOLE);

        assertThat(settings.schedules())
                .containsOnly(Map.entry(
                        "nightly",
                        new Schedule(
                                "0 0 2 * * ?",
                                ZoneId.of("Asia/Shanghai"),
                                home.resolve("config/nightly.csv"),
                                List.of("mail"))));
        assertThat(settings.policy().rules())
                .containsExactly(new Rule(
                        "all",
                        List.of("jms", "schedule"),
                        List.of("orchestrator"),
                        List.of(),
                        List.of("nimbus-prod"),
                        List.of("web-*"),
                        List.of("*")));
        assertThat(settings.ledger())
                .isEqualTo(new LedgerStore("jdbc:postgresql://db.example.com/passcourier", "pass", VARIABLE));
    }

    @Test
    void putsPlaceholdersIntoValuesThatAreNoSecrets() throws Exception {
        bench.set("MAIL_HOST", "smtp").put("config/domain", "example.com\n", "rw-r--r--");

        Settings settings = bench.load(SettingsBench.WHOLE.replace(
                "host: smtp.example.com", "host: \"{{env:MAIL_HOST}}.{{file:config/domain}}\""));

        assertThat(settings.destinations().get("mail").channel())
                .isInstanceOfSatisfying(
                        EmailChannel.class, mail -> assertThat(mail.host()).isEqualTo("smtp.example.com"));
    }

    @Test
    void readsSecretsAfreshFromTheHomeAtEveryUse() throws Exception {
        Settings settings = bench.load(SettingsBench.WHOLE);
        SecretRef secret = settings.sources().jms().password();
        assertThat(secret.read()).isEqualTo("CANARYfile88abaaaaaaaaaaaaaaaaaa".getBytes(StandardCharsets.UTF_8));

        bench.put("secrets/nimbus", "CANARY-rotated\r\n", "rw-------");

        assertThat(secret.read()).isEqualTo("CANARY-rotated".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsTheSameAtAGlanceButWhatIsOfOneProviderOnly() throws Exception {
        Settings whole = bench.load(SettingsBench.WHOLE);

        Settings glanced = bench.glance(SettingsBench.WHOLE);

        assertThat(glanced).isNotNull();
        assertThat(glanced)
                .usingRecursiveComparison()
                .ignoringFields("accounts")
                .isEqualTo(whole);
        assertThat(glanced.accounts().get("nimbus-prod").provider()).isEqualTo("nimbus");
        assertThat(glanced.accounts().get("nimbus-prod").settings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "schedules.nightly.cron, cron: 0 0 2 * * ?, cron: at noon",
        "an unknown key, schedules:, shedules:",
        "a variable that is not there, smtp.example.com, '\"{{env:NOT_SET}}\"'",
        "a word that is none, security: starttls, security: sometimes",
        "no YAML, service:, 'service: ['"
    })
    void readsNothingAtAGlanceIfThereIsAMistake(String what, String part, String mistake) throws Exception {
        assertThat(bench.glance(SettingsBench.WHOLE.replace(part, mistake)))
                .as(what)
                .isNull();
    }

    private SecretRef fileSecret() {
        return new SecretRef("{{file:" + home.resolve("secrets/nimbus") + "}}");
    }
}
