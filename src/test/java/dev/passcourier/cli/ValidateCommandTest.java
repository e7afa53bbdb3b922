package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.jwk.RSAKey;
import dev.passcourier.vault.TestKeys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ValidateCommandTest {

    private static final String ROUTE = """
        - route:
            id: more
            from:
              uri: direct:more
              steps:
                - to:
                    id: more-hand-on
                    uri: %s
        """;

    @TempDir
    private Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void saysThatAllIsFine() throws Exception {
        assertThat(validate("{}")).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isEqualToIgnoringNewLines(file() + ": fine");
    }

    @Test
    void printsEachFindingOnALineOfItsOwn() throws Exception {
        assertThat(validate("servce: {}\nledger: {url: x}\n")).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        file() + ":1:1 servce: unknown key 'servce'; did you mean 'service'?",
                        file() + ":2:10 ledger.url: does not have the right form; for example"
                                + " jdbc:postgresql://db.example.com/passcourier");
    }

    @Test
    void printsFindingsAsJsonForPrograms() throws Exception {
        assertThat(validate("servce: {}", "--output", "json")).isEqualTo(1);
        JsonNode findings = new ObjectMapper().readTree(out.toString());
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).path("key").asText()).isEqualTo("servce");
        assertThat(findings.get(0).path("line").asInt()).isEqualTo(1);
        assertThat(findings.get(0).path("hint").asText()).isEqualTo("did you mean 'service'?");
    }

    @Test
    void printsAnEmptyListIfAllIsFine() throws Exception {
        assertThat(validate("", "--output", "json")).isZero();
        assertThat(new ObjectMapper().readTree(out.toString())).isEmpty();
    }

    /** The cloud would be sent a question mark, and deny it for days. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tencent-gse | {region: ap-shanghai, secretId: AKID1, secretKey: \"{{file:secrets/key}}\", token:"
                        + " \"{{file:secrets/odd}}\"} | token",
                "huawei-ecs | {region: cn-north-4, auth: {type: aksk, accessKey: AK1, secretKey:"
                        + " \"{{file:secrets/key}}\", securityToken: \"{{file:secrets/odd}}\"}} | securityToken"
            })
    void refusesSecretsThatAnHttpHeaderDoesNotCarry(String provider, String settings, String key) throws Exception {
        secret("key", "SK1");
        secret("odd", "abc\u00E9");

        assertThat(validate("accounts: {cloud: {provider: " + provider + ", settings: " + settings + "}}"))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("accounts.cloud.settings: " + key
                        + ": byte 4 is 0xC3, and an HTTP header carries printable ASCII"
                        + " without blanks only; copy it anew from the cloud's console, on one line")
                .doesNotContain("abc");
    }

    @Test
    void namesWhatLiesOnAKeyRingAndCannotBeUsed() throws Exception {
        secret("keys/web.pem", pem(TestKeys.rsa2048()));
        secret("keys/new.pem", pem(TestKeys.ed25519()));
        secret("keys/known_hosts", "example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA\n");
        secret("keys/old.ppk", "PuTTY-User-Key-File-2: ssh-rsa\n");

        assertThat(validate("keyRings: {web: {keys: [{path: secrets/keys}]}}")).isZero();
        assertThat(out.toString().lines().filter(line -> line.contains("keyRings.web.keys[0].path")))
                .hasSize(3)
                .anySatisfy(line -> assertThat(line)
                        .contains("note: ", "known_hosts is not used: it is OpenSSH's list of known hosts"))
                .anySatisfy(line -> assertThat(line)
                        .contains("warning: ", "new.pem is not used: it holds a key of the kind ED25519"))
                .anySatisfy(line ->
                        assertThat(line).contains("warning: ", "old.ppk is not used", "puttygen", "-O private"));
    }

    @Test
    void saysThatARingOpensNothing() throws Exception {
        secret("new.pem", pem(TestKeys.ec("secp256r1")));

        assertThat(validate("keyRings: {web: {keys: [{path: secrets/new.pem}]}}"))
                .isZero();
        assertThat(out.toString()).contains("warning: keyRings.web: holds no RSA private key, so it opens no password");
    }

    @Test
    void namesEveryBadKeyOfAllRingsAndRecipientsAtOnce() throws Exception {
        secret("a.pem", "ssh-rsa AAAAB3NzaC1yc2E= me@host\n");
        secret("b.pem", TestKeys.encryptedPem(TestKeys.rsa2048()));
        secret("c.pem", pem(TestKeys.rsa2048()));
        secret("d.pem", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@host\n");
        secret(
                "e.jwk",
                new RSAKey.Builder((RSAPublicKey) TestKeys.rsa2048().getPublic())
                        .privateKey(TestKeys.rsa2048().getPrivate())
                        .build()
                        .toJSONString());

        assertThat(validate("""
            keyRings:
              one: {keys: [{path: secrets/a.pem}]}
              two: {keys: [{path: secrets/b.pem}]}
            recipients:
              ops: {key: secrets/c.pem}
              archive: {format: age, key: secrets/d.pem}
              sealers: {format: cms, key: secrets/e.jwk}
            """)).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "it is an OpenSSH public key; name the private key",
                        "PASSPHRASE_MISSING",
                        "KEY_IS_PRIVATE",
                        "it holds a private key (a private JSON Web Key); give its public half",
                        "it is an OpenSSH public key, which age itself takes and this format does not");
    }

    @Test
    void warnsOfWhatASecretEndsWith() throws Exception {
        secret("pass", "canary-word\r");

        assertThat(validate("accounts: {cloud: {provider: tencent-gse, settings: {region: ap-shanghai, secretId: AKID1,"
                        + " secretKey: \"{{file:secrets/pass}}\"}}}"))
                .isIn(0, 1);
        assertThat(out.toString())
                .contains("warning: accounts.cloud.settings.secretKey: ends with a carriage return")
                .doesNotContain("canary");
    }

    @Test
    void checksARouteFileTogetherWithTheShippedRoutes() throws Exception {
        String before = System.getProperty("passcourier.home", "");
        System.setProperty("passcourier.home", Path.of("").toAbsolutePath().toString());
        try {
            Path file = home.resolve("x.camel.yaml");
            Files.writeString(file, ROUTE.formatted("direct:hand-on"));
            assertThat(validate("{}", file.toString())).as(out.toString()).isZero();
            assertThat(err.toString()).contains(file + ": fine");

            Files.writeString(file, ROUTE.formatted("direct:handon"));
            assertThat(validate("{}", file.toString())).isEqualTo(1);
            assertThat(out.toString())
                    .contains(file + ":8:25 no route begins at direct:handon; did you mean 'direct:hand-on'?");
        } finally {
            System.setProperty("passcourier.home", before);
        }
    }

    private static String pem(KeyPair key) {
        String base64 = Base64.getEncoder().encodeToString(key.getPrivate().getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
    }

    private void secret(String name, String text) throws Exception {
        Path file = home.resolve("secrets").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void saysThatThereAreNoSettings() {
        assertThat(run("--config", home.resolve("nowhere").toString())).isEqualTo(1);
        assertThat(out.toString()).contains("does not exist");
    }

    @Test
    void answersWrongUsageWithTwo() {
        assertThat(run("--colour")).isEqualTo(2);
        assertThat(run("--output", "xml")).isEqualTo(2);
    }

    private int validate(String yaml, String... options) throws Exception {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), yaml);
        String[] arguments = new String[options.length + 2];
        arguments[0] = "--config";
        arguments[1] = file().getParent().toString();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return run(arguments);
    }

    private int run(String... arguments) {
        return new CommandLine(new ValidateCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private Path file() {
        return home.resolve("config/passcourier.yaml");
    }
}
