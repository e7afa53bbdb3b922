package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.vault.TestKeys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysCommandTest {

    @TempDir
    private Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeKeys() throws Exception {
        Files.createDirectories(home.resolve("secrets/web"));
        Files.createDirectories(home.resolve("secrets/spare"));
        TestKeys.file(home.resolve("secrets/token"), "t");
        key("web/good.pem", TestKeys.pem(TestKeys.rsa2048()));
        Files.createDirectories(home.resolve("config"));
        settings("""
                accounts:
                  cloud: {provider: tencent-gse, keyRing: web,
                    settings: {region: ap-shanghai, secretId: AKID1, secretKey: "{{file:secrets/token}}"}}
                keyRings: {web: {keys: [{path: secrets/web}]}}
                """);
    }

    @Test
    void namesKeysTheirFormAndWhoUsesThem() throws Exception {
        key("web/new.pem", TestKeys.pem(TestKeys.ed25519()));

        assertThat(keys("list", "--output", "json")).as(err.toString()).isZero();
        JsonNode keys = new ObjectMapper().readTree(out.toString());
        assertThat(keys).hasSize(2);
        assertThat(keys.get(0).path("name").asText()).isEqualTo("good");
        assertThat(keys.get(0).path("bits").asInt()).isEqualTo(2048);
        assertThat(keys.get(0).path("fingerprint").asText()).startsWith("SHA256:");
        assertThat(keys.get(0).path("form").asText()).startsWith("PKCS#");
        assertThat(keys.get(0).path("accounts").get(0).asText()).isEqualTo("cloud");
        assertThat(keys.get(0).path("opensPasswords").asBoolean()).isTrue();
        assertThat(keys.get(1).path("opensPasswords").asBoolean()).isFalse();
    }

    @Test
    void findsNothingOnAGoodRing() {
        assertThat(keys("check")).as(err.toString()).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("1 keys, 0 problems");
    }

    @Test
    void takesFilesThatAreNoKeysForHarmless() throws Exception {
        key("web/known_hosts", "example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA\n");
        assertThat(keys("check")).isZero();
        assertThat(out.toString()).contains("note", "KEY_UNUSED", "known_hosts");
    }

    @Test
    void saysWhichKeysAreOfNoUseOrWeakAndWhy() throws Exception {
        key("web/new.pem", TestKeys.pem(TestKeys.ed25519()));
        key("web/short.pem", TestKeys.pem(TestKeys.rsa("short", 1024)));
        key("web/old.ppk", "PuTTY-User-Key-File-2: ssh-rsa\n");
        key("spare/other.pem", TestKeys.pem(TestKeys.rsa("other", 2048)));
        settings(Files.readString(home.resolve("config/passcourier.yaml"))
                .replace("keyRings: {", "keyRings: {spare: {keys: [{path: secrets/spare}]}, "));

        assertThat(keys("check")).isEqualTo(1);
        assertThat(out.toString()
                        .lines()
                        .filter(line -> line.startsWith("problem"))
                        .map(line -> line.split(" +")[1]))
                .containsExactlyInAnyOrder("KEY_WITHOUT_ACCOUNT", "KEY_NOT_RSA", "KEY_FORMAT", "KEY_WEAK");
    }

    @Test
    void looksAtKeysThoughASecretOfTheSettingsIsMissingHere() throws Exception {
        Files.delete(home.resolve("secrets/token"));
        assertThat(keys("list")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("good");
    }

    @Test
    void namesTheRingsThereAreIfItKnowsNoneOfTheName() {
        assertThat(keys("list", "--ring", "wbe")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no key ring wbe; the settings have web");
    }

    private void key(String name, String content) {
        TestKeys.file(home.resolve("secrets").resolve(name), content);
    }

    private void settings(String yaml) throws Exception {
        Files.writeString(home.resolve("config/passcourier.yaml"), yaml);
    }

    private int keys(String... words) {
        return Passcourier.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.of(
                                Stream.of(
                                        "keys",
                                        words[0],
                                        "--config",
                                        home.resolve("config").toString()),
                                Arrays.stream(words).skip(1))
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }
}
