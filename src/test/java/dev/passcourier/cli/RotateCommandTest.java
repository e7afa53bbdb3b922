package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.service.Whole;
import dev.passcourier.vault.ServiceKeys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and secrets of a service that runs are replaced by commands, and nothing that is on its way is lost by it. */
class RotateCommandTest {

    private static final String NEW_SECRET = "whsec_bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3";

    @TempDir
    static Path directory;

    private static Whole whole;
    private static Path data;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        whole = Whole.prepare(directory);
        whole.settings(Whole::withoutSchedules)
                .settings(text -> text.replace("destinations: [tickets, hook, ops-mail]", "destinations: [\"*\"]"))
                .start();
        data = whole.home().resolve("data");
    }

    @AfterAll
    static void stop() throws Exception {
        whole.close();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Passcourier.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private void rotated(String... step) {
        List<String> arguments = new ArrayList<>(List.of("rotate"));
        arguments.addAll(Arrays.asList(step));
        arguments.addAll(List.of("--data", data.toString(), "--output", "json"));
        assertThat(run(arguments.toArray(String[]::new))).as("%s", err).isZero();
    }

    private JsonNode key(int index) throws Exception {
        return new ObjectMapper().readTree(out.toString()).path("keys").path(index);
    }

    private Path archived(String id) throws Exception {
        whole.send(Whole.request(id, "zstack", DemoWorld.ZSTACK, "archive"));
        assertThat(whole.ended(id).verdict()).isEqualTo(Verdict.DELIVERED);
        return whole.archived(id).get(0);
    }

    private int opened(Path result, Path... signers) {
        List<String> arguments = new ArrayList<>(
                List.of("open", "--key", whole.world().recipientKey().toString()));
        for (Path signer : signers) {
            arguments.addAll(List.of("--signer", signer.toString()));
        }
        arguments.add(result.toString());
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void resultsOfBothSigningKeysAreTakenAndTheTrailIsVerifiedWithBoth() throws Exception {
        Path mine = Files.createDirectories(directory.resolve("mine"));
        Path old = Files.copy(data.resolve("keys/signing.pub.jwk"), mine.resolve("old.jwk"));
        Path first = archived("signing-1");
        rotated("signing-key", "prepare");
        String next = key(0).path("prepared").asText();
        Path fresh = Files.copy(data.resolve("keys/signing.next.pub.jwk"), mine.resolve("next.jwk"));
        Path second = archived("signing-2");

        rotated("signing-key", "switch");

        assertThat(key(0).path("current").asText()).isEqualTo(next);
        assertThat(key(0).path("next").asText()).contains("keeps both public halves until");
        Path third = archived("signing-3");
        for (Path result : List.of(first, second, third)) {
            assertThat(opened(result, old, fresh)).as("%s %s", result, err).isZero();
        }
        assertThat(opened(second, fresh)).isEqualTo(1);
        assertThat(opened(third, old)).isEqualTo(1);
        assertThat(err.toString()).contains("NOT_OURS");
        assertThat(Files.readString(data.resolve("keys/signing.pub.jwk"))).isEqualTo(Files.readString(fresh));

        assertThat(run("audit", "verify", "--data", data.toString()))
                .as("%s", err)
                .isZero();
        assertThat(run(
                        "audit",
                        "verify",
                        "--data",
                        data.toString(),
                        "--signer",
                        old.toString(),
                        "--signer",
                        fresh.toString()))
                .isZero();
        assertThat(run("audit", "verify", "--data", data.toString(), "--signer", fresh.toString()))
                .isEqualTo(1);
        assertThat(whole.audited(AuditEvent.Type.ROTATED))
                .extracting(record -> record.event().facts())
                .filteredOn(facts -> "signing-key".equals(facts.get(Fact.NAME)))
                .extracting(facts -> facts.get(Fact.CODE) + " " + facts.get(Fact.USER))
                .containsExactly(
                        "PREPARED " + System.getProperty("user.name"), "SWITCHED " + System.getProperty("user.name"));
    }

    @Test
    void whatWaitsUnderTheAtRestKeyBeforeIsDeliveredAndUntilThenThatKeyStays() throws Exception {
        String secret = Files.readString(whole.home().resolve("secrets/hook")).strip();
        try (WebhookReceiver receiver = WebhookReceiver.start(secret, null, Clock.systemUTC())) {
            reloaded(text -> with(text, "  clear", receiver.url().toString(), "none", "\"{{file:secrets/hook}}\""));
            for (int failures = 0; failures < 2; failures++) {
                receiver.answer(503, Map.of());
            }
            whole.send(Whole.request("at-rest-1", "zstack", DemoWorld.ZSTACK, "clear"));
            Whole.patiently().until(() -> whole.service().ledger().deliveries("at-rest-1").stream()
                    .anyMatch(delivery -> delivery.state() == DeliveryState.POSTPONED));
            rotated("at-rest-key", "prepare");
            rotated("at-rest-key", "switch");

            assertThat(key(1).path("waiting").asInt()).isPositive();
            assertThat(run("rotate", "at-rest-key", "retire", "--data", data.toString()))
                    .isEqualTo(3);
            assertThat(err.toString()).contains("not delivered", "without it they are lost");
            whole.send(Whole.request("at-rest-2", "zstack", DemoWorld.ZSTACK, "clear"));

            for (String id : List.of("at-rest-1", "at-rest-2")) {
                assertThat(whole.ended(id).verdict()).isEqualTo(Verdict.DELIVERED);
            }
            assertThat(receiver.received()).hasSize(2).allSatisfy(webhook -> assertThat(
                            new String(webhook.body(), StandardCharsets.UTF_8))
                    .contains("\"secret\""));
        }
        aBackupWithoutKeysHasNoneOfThem();
    }

    @Test
    void webhooksAreSignedWithBothSecretsUntilTheOldOneIsTakenOut() throws Exception {
        String old = Files.readString(whole.home().resolve("secrets/hook")).strip();
        Path file = whole.home().resolve("secrets/hook-new");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, NEW_SECRET);
        String both = "\"{{file:secrets/hook-new}}\", \"{{file:secrets/hook}}\"";
        try (WebhookReceiver before = WebhookReceiver.start(old, null, Clock.systemUTC());
                WebhookReceiver after = WebhookReceiver.start(NEW_SECRET, null, Clock.systemUTC())) {
            reloaded(text -> with(text, "  turned", before.url().toString(), "ops", "\"{{file:secrets/hook}}\""));
            assertThat(taken("secret-1", before)).hasSize(1);
            reloaded(text -> text.replace(turned(before, "\"{{file:secrets/hook}}\""), turned(before, both)));
            assertThat(taken("secret-2", before)).hasSize(2);
            reloaded(text -> text.replace(turned(before, both), turned(after, both)));
            assertThat(taken("secret-3", after)).hasSize(2);
            reloaded(text -> text.replace(turned(after, both), turned(after, "\"{{file:secrets/hook-new}}\"")));
            assertThat(taken("secret-4", after)).hasSize(1);
        }
        assertThat(whole.audited(AuditEvent.Type.RELOADED)).last().satisfies(record -> assertThat(
                        record.event().facts())
                .containsEntry(Fact.CHANGES, "changed destination turned"));
    }

    /** The signatures of the next webhook that a receiver takes, which knows one secret. */
    private static List<String> taken(String id, WebhookReceiver receiver) throws Exception {
        whole.send(Whole.request(id, "zstack", DemoWorld.ZSTACK, "turned"));
        assertThat(whole.ended(id).verdict()).isEqualTo(Verdict.DELIVERED);
        List<WebhookReceiver.Webhook> all = receiver.received();
        return List.of(
                all.get(all.size() - 1).headers().get("webhook-signature").split(" "));
    }

    private static String turned(WebhookReceiver receiver, String secrets) {
        return "    url: " + receiver.url() + "\n    secrets: [" + secrets + "]\n";
    }

    private static String with(String text, String name, String url, String seal, String secrets) {
        return text.replace(
                "\ndestinations:\n",
                "\ndestinations:\n" + name + ":\n    type: webhook\n    seal: " + seal
                        + "\n    insecure: true\n    url: " + url + "\n    secrets: [" + secrets + "]\n");
    }

    private void reloaded(UnaryOperator<String> change) throws Exception {
        whole.settings(change);
        assertThat(run("reload", "--data", data.toString())).as("%s", err).isZero();
    }

    @Test
    void aStepThatIsNotNextIsRefusedAndOneWithoutAKeyIsWrongUsage() {
        assertThat(run("rotate", "signing-key", "retire", "--data", data.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("only the public half is kept");
        assertThat(run("rotate", "signing-key", "--data", data.toString())).isEqualTo(2);
        assertThat(run("rotate", "everything", "prepare", "--data", data.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("signing-key", "at-rest-key");
        assertThat(run("rotate", "--data", directory.resolve("none").toString()))
                .isEqualTo(3);
    }

    /** Of the files that a rotation makes. */
    private void aBackupWithoutKeysHasNoneOfThem() throws Exception {
        Path backup = directory.resolve("without-keys.zip");
        assertThat(run("backup", "--to", backup.toString(), "--data", data.toString()))
                .as("%s", err)
                .isZero();
        List<String> secret =
                ServiceKeys.secretFiles(data.resolve("keys/signing.jwk"), data.resolve("keys/at-rest.key")).stream()
                        .filter(Files::exists)
                        .map(file -> "keys/" + file.getFileName())
                        .toList();
        assertThat(secret).contains("keys/at-rest.old.key", "keys/at-rest.names.key");
        try (ZipFile zip = new ZipFile(backup.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName))
                    .contains("keys/signing.pub.jwk")
                    .doesNotContainAnyElementsOf(secret);
        }
    }
}
