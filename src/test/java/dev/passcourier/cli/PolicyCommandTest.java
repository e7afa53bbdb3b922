package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.request.TestSigner;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy explain}, and {@code sign} whose output it reads. */
class PolicyCommandTest {

    private static final String REQUEST =
            "{\"id\":\"r-1\",\"account\":\"lab\",\"instance\":\"web-1\",\"deliverTo\":[\"folder\"]}";

    @TempDir
    private Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private TestSigner ci;

    @BeforeEach
    void layOut() throws Exception {
        ci = TestSigner.es256();
        Files.createDirectory(home.resolve("config"));
        Files.createDirectory(home.resolve("out"));
        ci.publicKey(home.resolve("config/ci.jwk"));
        secret("zstack", "canary");
        Files.writeString(home.resolve("config/passcourier.yaml"), """
                accounts:
                  lab:
                    provider: zstack
                    settings:
                      endpoint: https://zstack.example.com/zstack
                      auth: {type: session, account: courier, password: "{{file:secrets/zstack}}"}
                destinations:
                  folder: {type: file, seal: none, directory: out}
                policy:
                  signers:
                    ci: {key: config/ci.jwk}
                  rules:
                    - {name: pipeline, sources: [jms], signers: [ci], accounts: [lab], instances: ["web-*"], destinations: [folder]}
                    - {name: alice, sources: [jms], users: [alice], accounts: [lab], instances: ["db-*"], destinations: [folder]}
                """);
    }

    private Path secret(String name, String content) throws Exception {
        Path directory = Files.createDirectories(home.resolve("secrets"));
        Path file = Files.createFile(
                directory.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    @Test
    void namesTheRuleThatAllows() throws Exception {
        String db = REQUEST.replace("web-1", "db-1");

        int code = explain(db, "--user", "alice");
        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "source jms, user alice, not signed",
                        "  rule pipeline: its signers do not fit",
                        "  rule alice: fits",
                        "ALLOWED by rule alice");
    }

    @Test
    void saysWhyEachRuleDoesNotAllow() throws Exception {
        assertThat(explain(REQUEST, "--user", "alice")).isEqualTo(1);
        assertThat(out.toString().lines())
                .contains(
                        "  rule pipeline: its signers do not fit",
                        "  rule alice: its instances do not fit",
                        "REFUSED NOT_ALLOWED at rule alice: its instances do not fit");
    }

    @Test
    void namesWhatIsUnknownOrMalformed() throws Exception {
        assertThat(explain(REQUEST.replace("lab", "moon"))).isEqualTo(1);
        assertThat(out.toString()).contains("REFUSED ACCOUNT_UNKNOWN at account");
        assertThat(explain("{\"id\":\"r\"}")).isEqualTo(1);
        assertThat(out.toString()).contains("REFUSED FIELD_MISSING at account");
    }

    @Test
    void readsWhatTheSignCommandHasSigned() throws Exception {
        Path key = home.resolve("secrets/ci.pem");
        secret("ci.pem", pem());

        assertThat(run(
                        "sign",
                        "--key",
                        key.toString(),
                        "--name",
                        "ci",
                        file(REQUEST).toString()))
                .as(err.toString())
                .isZero();
        String signed = out.toString().strip();
        out.getBuffer().setLength(0);

        assertThat(explain(signed, "--output", "json")).as(out.toString()).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("rule").asText()).isEqualTo("pipeline");
        assertThat(json.path("signer").asText()).isEqualTo("ci");
        assertThat(json.path("rules")).hasSize(2);
    }

    @Test
    void doesNotBelieveAForger() throws Exception {
        String forged = TestSigner.es256().request("ci", "r-1", Instant.now().plusSeconds(60), REQUEST);

        assertThat(explain(forged)).isEqualTo(1);
        assertThat(out.toString()).contains("not signed", "REFUSED SIGNATURE_INVALID");
    }

    @Test
    void signsOnlyRequestsAndOnlyForAShortTime() throws Exception {
        Path key = secret("ci.pem", pem());

        assertThat(run(
                        "sign",
                        "--key",
                        key.toString(),
                        "--name",
                        "ci",
                        "--minutes",
                        "16",
                        file(REQUEST).toString()))
                .isEqualTo(2);
        assertThat(run(
                        "sign",
                        "--key",
                        key.toString(),
                        "--name",
                        "ci",
                        file("{}").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("--minutes must be 1 to 15", "FIELD_MISSING at id");
        assertThat(out.toString()).isEmpty();
    }

    private String pem() throws Exception {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS8Generator(ci.keys().getPrivate(), null));
        }
        return text.toString();
    }

    private Path file(String request) throws Exception {
        return Files.writeString(home.resolve("request"), request);
    }

    private int explain(String request, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("policy", "explain", "--config", home.resolve("config").toString()));
        arguments.addAll(List.of(more));
        arguments.add(file(request).toString());
        return run(arguments.toArray(String[]::new));
    }

    private int run(String... arguments) {
        return Passcourier.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
