package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.fetch.DirectAnswer;
import dev.passcourier.fetch.DirectOrder;
import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.vault.OneTimeKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cloud forgets what was delivered, also if the service is killed in between. */
class AfterDeliveryTest {

    @TempDir
    private Path home;

    private Path file(String name, String content) throws IOException {
        Path file = Files.createFile(
                Files.createDirectories(home.resolve(name).getParent())
                        .resolve(home.resolve(name).getFileName()),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private String trail() throws IOException {
        return Files.readString(home.resolve("data/audit/audit-000000000000001.jsonl"));
    }

    private long files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve(folder))) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .count();
        }
    }

    private void layOut(HuaweiEcsSandbox cloud, KeyPair pair) throws Exception {
        file("secrets/sk", cloud.secretKey());
        file("keys/windows.pem", pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        file("recipients/ops.pem", pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        for (String folder : new String[] {"drop", "sealed", "clear"}) {
            Files.createDirectory(home.resolve(folder));
        }
        file("config/passcourier.yaml", """
            sources: {file: {directory: drop, minAge: 100ms, maxPause: 1s, poll: 100ms}}
            keyRings: {windows: {keys: [{path: keys/windows.pem}]}}
            accounts:
              cloud:
                provider: huawei-ecs
                keyRing: windows
                rate: 50
                afterDelivery: clear
                settings:
                  region: %s
                  projectId: "%s"
                  endpoint: %s
                  auth: {type: aksk, accessKey: %s, secretKey: "{{file:secrets/sk}}"}
            recipients: {ops: {key: recipients/ops.pem}}
            destinations:
              sealed: {type: file, seal: ops, directory: sealed}
              clear: {type: file, seal: none, directory: clear}
            policy:
              rules:
                - {name: all, sources: ["*"], accounts: ["*"], instances: ["*"], destinations: ["*"]}
                - {name: desk, sources: [cli], accounts: ["*"], instances: ["*"], destinations: ["get:asker", "cloud:clear"]}
            """.formatted(
                        cloud.projectName(), cloud.projectId(), cloud.baseUrl(), cloud.accessKey()));
    }

    @Test
    void aDeliveredPasswordIsForgottenAlsoIfTheServiceIsKilledInBetween() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        try (HuaweiEcsSandbox cloud = HuaweiEcsSandbox.start(Clock.systemUTC())) {
            layOut(cloud, pair);
            SandboxInstance delivered = cloud.addInstance("i-sealed", "Canary-1a77!clear", pair.getPublic());
            SandboxInstance unsealed = cloud.addInstance("i-unsealed", "Canary-1a78!clear", pair.getPublic());
            Files.writeString(
                    home.resolve("drop/two.csv"),
                    "id,account,instance,deliverTo\na,cloud,i-sealed,sealed\nb,cloud,i-unsealed,sealed clear\n");

            try (ServiceJvm service = ServiceJvm.start(home.resolve("config"), home.resolve("one"))) {
                Whole.patiently().until(() -> files("sealed") == 2 && files("clear") == 1);
                service.close();
                service.ended();
            }
            assertThat(trail()).doesNotContain("\"CLEARING\"");
            assertThat(delivered.hasSecret()).isTrue();

            try (ServiceJvm service = ServiceJvm.start(home.resolve("config"), home.resolve("two"))) {
                Whole.patiently().until(() -> trail().contains("\"CLEARED\""));
                theRunningServiceGetsAndClears(cloud.addInstance("i-now", "Canary-1a79!clear", pair.getPublic()));
                service.terminate();
                assertThat(service.ended()).isEqualTo(143);
            }
            assertThat(delivered.hasSecret()).isFalse();
            assertThat(unsealed.hasSecret()).isTrue();
            assertThat(trail()).contains("\"NOT_CLEARED\"", "UNSEALED");
        }
    }

    /** By orders over its socket: what comes back is sealed, and the account's settings are not needed. */
    private void theRunningServiceGetsAndClears(SandboxInstance instance) throws Exception {
        OneTimeKey mine = OneTimeKey.generate();
        DirectOrder get =
                new DirectOrder("cli-1", "cloud", instance.id(), null, null, DirectOrder.ASKER, mine.publicJwk(), 1);
        DirectOrder clear = new DirectOrder("cli-2", "cloud", instance.id(), null, null, DirectOrder.CLEAR, null, 1);
        try (DirectAccount account = DirectAccount.of(
                home,
                home.resolve("data"),
                "cloud",
                () -> {
                    throw new IllegalStateException("a service runs");
                },
                Clock.systemUTC())) {
            DirectAnswer got = account.get(get, Duration.ZERO, (next, why, attempts) -> {});
            assertThat(got.isDone()).as(got.code()).isTrue();
            try (var opened = mine.open(got.sealed(), Clock.systemUTC())) {
                var shown = new ByteArrayOutputStream();
                opened.writeSecretTo(shown);
                assertThat(shown).hasToString("Canary-1a79!clear");
            }
            assertThat(account.clear(clear, Duration.ZERO, (next, why, attempts) -> {})
                            .isDone())
                    .isTrue();
        }
        assertThat(instance.hasSecret()).isFalse();
        assertThat(trail()).contains("\"GOT\"", "\"user\":\"" + System.getProperty("user.name"));
    }
}
