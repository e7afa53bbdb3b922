package dev.passcourier.killloop;

import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.KakaoCloudSandbox;
import dev.passcourier.sandbox.SandboxInstance;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A cloud with as many machines as a batch has lines, the batch, and how each of its lines must end. */
final class BatchWorld implements AutoCloseable {

    static final String NAME = "fleet.csv";

    /** What every password begins with, and nothing else does. */
    static final String CANARY = "Canary-";

    /** One line in so many of each kind ends otherwise than with a password at the first ask. */
    private static final int ONE_IN = 50;

    private final Path home;
    private final KakaoCloudSandbox cloud;
    private final List<Line> lines = new ArrayList<>();
    private final Map<String, String> passwords = new HashMap<>();
    private @Nullable SandboxInstance waiting;

    /**
     * A line, and its end.
     *
     * @param number of the physical line
     * @param id     of its request, or empty if it is none
     */
    record Line(int number, String id, String account, String instance, Verdict verdict) {

        /** What of the results does not depend on when things happened. */
        String expected() {
            boolean read = !id.isEmpty();
            return number + "," + (read ? id + "," + account + "," + instance : ",,") + "," + verdict;
        }
    }

    /** With so many lines, in a home of its own. One machine has no password until {@link #publish}, if told so. */
    BatchWorld(Path directory, int count, boolean oneWaits) throws IOException, GeneralSecurityException {
        home = directory(directory.resolve("home").toAbsolutePath());
        for (String part : List.of("config", "secrets", "keys", "recipients", "drop", "archive")) {
            directory(home.resolve(part));
        }
        cloud = KakaoCloudSandbox.start(Clock.systemUTC());
        KeyPair ours = rsa();
        KeyPair nobodys = rsa();
        KeyPair recipient = rsa();
        file("keys/kakao.pem", pem("PRIVATE KEY", ours.getPrivate().getEncoded()));
        file("recipients/ops.pem", pem("PRIVATE KEY", recipient.getPrivate().getEncoded()));
        file("recipients/ops.pub.pem", pem("PUBLIC KEY", recipient.getPublic().getEncoded()));
        file("secrets/kakao", cloud.credentialSecret());
        int known = oneWaits ? count - 1 : count;
        for (int i = 1; i <= known; i++) {
            lines.add(line(i, ours, nobodys));
        }
        if (oneWaits) {
            waiting = cloud.addInstance(UUID.randomUUID().toString(), password("waiting"), ours.getPublic())
                    .holdBack();
            passwords.put(waiting.id(), passwords.remove("waiting"));
            lines.add(new Line(count + 1, "r" + count, "kakao", waiting.id(), Verdict.DELIVERED));
        }
        file("config/application.properties", Files.readString(Path.of("config/application.properties")));
        KillWorld.copy(Path.of("routes"), home.resolve("routes"));
        file(
                "config/passcourier.yaml",
                SETTINGS.replace("@api@", cloud.baseUrl())
                        .replace("@iam@", cloud.iamUrl())
                        .replace("@id@", cloud.credentialId()));
    }

    private Line line(int i, KeyPair ours, KeyPair nobodys) {
        String instance = UUID.randomUUID().toString();
        String id = "r" + i;
        String account = "kakao";
        Verdict verdict = Verdict.DELIVERED;
        switch (i % ONE_IN) {
            case 1 -> {
                cloud.addInstance(instance, password(instance), nobodys.getPublic());
                verdict = Verdict.WRONG_KEY;
            }
            case 2 -> verdict = Verdict.NOT_FOUND;
            case 3 -> {
                cloud.addLinuxInstance(instance);
                verdict = Verdict.NEVER;
            }
            case 4 -> {
                id = "";
                verdict = Verdict.REFUSED;
            }
            case 5 -> {
                account = "forbidden";
                verdict = Verdict.REFUSED;
            }
            case 6 -> {
                // Many lines are checked at once: the next but one has this one's id, and is refused in each run.
                cloud.addInstance(instance, password(instance), ours.getPublic());
            }
            case 8 -> {
                id = "r" + (i - 2);
                verdict = Verdict.REFUSED;
                cloud.addInstance(instance, password(instance), ours.getPublic());
            }
            case 7 ->
                cloud.addInstance(instance, password(instance), ours.getPublic())
                        .readyAtAsk(2);
            default -> cloud.addInstance(instance, password(instance), ours.getPublic());
        }
        return new Line(i + 1, id, account, instance, verdict);
    }

    /** Writes the batch beside the drop directory and moves it in. */
    void drop() throws IOException {
        Path written = home.resolve(NAME);
        try (BufferedWriter out = Files.newBufferedWriter(written)) {
            out.write("server_id;Request ID;cloud\n");
            for (Line line : lines) {
                // A line that is no request: its instance cannot be one.
                String instance = line.id().isEmpty() ? "../" + line.instance() : line.instance();
                out.write(instance + ";" + line.id() + ";" + line.account() + "\n");
            }
        }
        Files.move(written, home.resolve("drop").resolve(NAME));
    }

    /** The machine that had no password has one from now on. */
    void publish() {
        if (waiting != null) {
            waiting.publish();
        }
    }

    List<Line> lines() {
        return lines;
    }

    long delivered() {
        return lines.stream()
                .filter(line -> line.verdict() == Verdict.DELIVERED)
                .count();
    }

    Map<String, String> passwords() {
        return passwords;
    }

    Path home() {
        return home;
    }

    Path done(String ending) {
        return home.resolve("drop/done").resolve(NAME + ending);
    }

    private String password(String instance) {
        String password = CANARY + UUID.randomUUID();
        passwords.put(instance, password);
        return password;
    }

    private static Path directory(Path path) throws IOException {
        return Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private void file(String name, String content) throws IOException {
        Path file = home.resolve(name);
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static KeyPair rsa() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }

    @Override
    public void close() {
        cloud.close();
    }

    private static final String SETTINGS = """
        service:
          dataDirectory: data
          allowAgents: [kill-agent.jar]
          retryPace: 0.1
        sources:
          file:
            directory: drop
            minAge: 100ms
            maxPause: 1s
            poll: 200ms
            defaults:
              deliverTo: [archive]
              reason: first start
            summary: [reports]
            bundle: [ops]
        keyRings:
          kakao:
            keys:
              - path: keys/kakao.pem
        accounts:
          kakao:
            provider: kakaocloud
            keyRing: kakao
            rate: 1000
            concurrency: 8
            settings:
              endpoint: @api@
              identityEndpoint: @iam@
              auth:
                type: access-key
                id: @id@
                secret: "{{file:secrets/kakao}}"
          forbidden:
            provider: zstack
            settings:
              endpoint: @api@
              auth:
                type: session
                account: nobody
                password: "{{file:secrets/kakao}}"
        recipients:
          ops:
            key: recipients/ops.pub.pem
        destinations:
          archive:
            type: file
            seal: ops
            directory: archive
          reports:
            type: file
            seal: ops
            directory: archive
        policy:
          rules:
            - name: batches
              sources: [file]
              accounts: [kakao]
              instances: ["*"]
              destinations: [archive]
        """;
}
