package dev.passcourier.killloop;

import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.Call;
import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.KakaoCloudSandbox;
import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.sandbox.Misbehaviour;
import dev.passcourier.sandbox.SandboxCertificate;
import dev.passcourier.sandbox.SandboxState;
import dev.passcourier.sandbox.TencentGseSandbox;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.sandbox.ZStackSandbox;
import dev.passcourier.vault.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What outlives the kills: four clouds, a mailbox, a webhook receiver, and a home with the service's settings, routes and
 * directories. Knows every machine's password.
 */
final class KillWorld implements AutoCloseable {

    static final String REQUESTS = "password.requests";
    static final String RESULTS = "password.results";
    static final String SCHEDULE = "steady";

    private static final String CRON = "0/5 * * * * ?";
    private static final String NEVER_AGAIN = "0 0 0 1 1 ? 2099";
    private static final List<String> PLACES = List.of("archive", "hook", "tickets", "ops-mail");

    private final SecureRandom random = new SecureRandom();
    private final Path home;
    private final Map<String, String> passwords = new HashMap<>();
    private final List<String> secrets = new ArrayList<>();
    private final Map<String, List<String>> machines = new HashMap<>();
    private final List<Ask> special = new ArrayList<>();

    /** Machines whose key we do not have: many, as after ten failures one is not asked for again for a while. */
    private final List<String> foreign = new ArrayList<>();

    private final KakaoCloudSandbox kakao;
    private final ZStackSandbox zstack;
    private final TencentGseSandbox gse;
    private final HuaweiEcsSandbox huawei;
    private final Mailbox mailbox;
    private final WebhookReceiver hook;
    private final int port;

    KillWorld(Path directory, Clock clock) throws IOException, GeneralSecurityException {
        home = directory(directory.resolve("home").toAbsolutePath());
        for (String part : List.of("config", "secrets", "keys", "recipients", "lists", "drop", "archive")) {
            directory(home.resolve(part));
        }
        SandboxCertificate certificate = SandboxCertificate.forLoopback(clock);
        certificate.writeTo(home.resolve("sandbox-ca.pem"));
        kakao = KakaoCloudSandbox.start(clock);
        zstack = ZStackSandbox.start(clock);
        gse = TencentGseSandbox.start(clock);
        huawei = HuaweiEcsSandbox.start(clock);
        String mailPassword = secret("mail", token());
        mailbox = Mailbox.start(Mailbox.Security.STARTTLS, certificate, Map.of("passcourier", mailPassword));
        hook = WebhookReceiver.start(
                secret("hook", "whsec_" + Base64.getEncoder().encodeToString(bytes(32))), certificate, clock);
        secret("ticketing", token());
        port = SandboxState.freePorts(1);
        zstack.mostSessions(10_000);
        populate();
        keep();
    }

    private void populate() throws IOException, GeneralSecurityException {
        KeyPair kakaos = TestKeys.rsa("kakao", 2048);
        file("keys/kakao.pem", pem("PRIVATE KEY", kakaos.getPrivate().getEncoded()));
        KeyPair huaweis = TestKeys.rsa("huawei", 2048);
        file("keys/huawei.pem", pem("PRIVATE KEY", huaweis.getPrivate().getEncoded()));
        for (int i = 0; i < 8; i++) {
            String id = uuid();
            kakao.addInstance(id, password(id), kakaos.getPublic());
            machine("kakao", id);
            id = uuid();
            huawei.addInstance(id, password(id), huaweis.getPublic());
            machine("huawei", id);
            id = uuid().replace("-", "");
            zstack.addInstance(id, password(id));
            machine("zstack", id);
            id = "ins-" + i + "kill";
            gse.addInstance(id, password(id));
            machine("gse", id);
        }
        String late = uuid();
        kakao.addInstance(late, password(late), kakaos.getPublic()).readyAtAsk(2);
        special("kakao", late, Verdict.DELIVERED);
        String shaky = uuid();
        huawei.addInstance(shaky, password(shaky), huaweis.getPublic());
        huawei.script(shaky).next(2, Misbehaviour.UNAVAILABLE);
        special("huawei", shaky, Verdict.DELIVERED);
        KeyPair stranger = TestKeys.rsa("stranger", 2048);
        for (int i = 0; i < 50; i++) {
            String id = uuid();
            kakao.addInstance(id, password(id), stranger.getPublic());
            foreign.add(id);
        }
        special("kakao", foreign.get(0), Verdict.WRONG_KEY);
        String linux = uuid();
        kakao.addLinuxInstance(linux);
        special("kakao", linux, Verdict.NEVER);
        String unset = uuid().replace("-", "");
        zstack.addInstanceWithoutPassword(unset);
        special("zstack", unset, Verdict.NOT_SET);
        special("forbidden", uuid(), Verdict.REFUSED);
        special("kakao", uuid(), Verdict.NOT_FOUND);
    }

    private void machine(String account, String id) {
        machines.computeIfAbsent(account, key -> new ArrayList<>()).add(id);
    }

    private void special(String account, String instance, Verdict verdict) {
        special.add(new Ask("", account, instance, List.of(), verdict));
    }

    private void keep() throws IOException, GeneralSecurityException {
        KeyPair recipient = TestKeys.rsa("other", 2048);
        file("recipients/ops.pem", pem("PRIVATE KEY", recipient.getPrivate().getEncoded()));
        file("recipients/ops.pub.pem", pem("PUBLIC KEY", recipient.getPublic().getEncoded()));
        secret("kakao", kakao.credentialSecret());
        secret("zstack", zstack.accountPassword());
        secret("gse", gse.secretKey());
        secret("huawei", huawei.userPassword());
        file(
                "lists/steady.csv",
                "account,instance,deliverTo\n"
                        + IntStream.of(2, 3)
                                .mapToObj(line -> scheduled("", line))
                                .map(ask -> ask.account() + "," + ask.instance() + ","
                                        + ask.deliverTo().get(0) + "\n")
                                .collect(Collectors.joining()));
        file("config/application.properties", Files.readString(Path.of("config/application.properties")));
        copy(Path.of("routes"), home.resolve("routes"));
        settings(CRON);
    }

    private void settings(String cron) throws IOException {
        String text = SETTINGS.replace("@port@", String.valueOf(port))
                .replace("@kakao.api@", kakao.baseUrl())
                .replace("@kakao.iam@", kakao.iamUrl())
                .replace("@kakao.id@", kakao.credentialId())
                .replace("@zstack.api@", zstack.baseUrl())
                .replace("@zstack.account@", zstack.accountName())
                .replace("@gse.api@", gse.baseUrl())
                .replace("@gse.id@", gse.secretId())
                .replace("@huawei.api@", huawei.baseUrl())
                .replace("@huawei.iam@", huawei.iamUrl())
                .replace("@huawei.user@", huawei.userName())
                .replace("@huawei.domain@", huawei.domainName())
                .replace("@huawei.project@", huawei.projectName())
                .replace("@mail.port@", String.valueOf(mailbox.port()))
                .replace("@hook.url@", hook.url().toString())
                .replace("@cron@", cron);
        file("config/passcourier.yaml", text);
    }

    /** From the next start on the schedule does not fire any more. */
    void endSchedule() throws IOException {
        settings(NEVER_AGAIN);
    }

    /** A request of a line of the schedule's list, which has a header in its first. */
    Ask scheduled(String id, int line) {
        String account = line == 2 ? "kakao" : "zstack";
        return new Ask(
                id, account, machines.get(account).get(0), List.of(line == 2 ? "archive" : "hook"), Verdict.DELIVERED);
    }

    /** A request of a cloud that is asked by one call for each; its result comes to our broker. */
    Ask oneCall(String id) {
        List<String> ids = machines.get("gse");
        return new Ask(
                id, "gse", ids.get(Math.floorMod(id.hashCode(), ids.size())), List.of("tickets"), Verdict.DELIVERED);
    }

    /** When that cloud was called, by the cloud's clock: the last 10,000 times. */
    List<Instant> calledAt() {
        return gse.calls().stream().map(Call::at).sorted().toList();
    }

    /** Any request; one in seven is not a plain one. */
    Ask ask(String id, RandomGenerator choice) {
        List<String> deliverTo = new ArrayList<>(List.of(place(choice)));
        if (choice.nextInt(5) == 0) {
            String other = place(choice);
            if (!deliverTo.contains(other)) {
                deliverTo.add(other);
            }
        }
        if (choice.nextInt(7) == 0) {
            Ask kind = special.get(choice.nextInt(special.size()));
            String instance =
                    foreign.contains(kind.instance()) ? foreign.get(choice.nextInt(foreign.size())) : kind.instance();
            return new Ask(id, kind.account(), instance, deliverTo, kind.verdict());
        }
        String account = List.of("kakao", "zstack", "gse", "huawei").get(choice.nextInt(4));
        List<String> ids = machines.get(account);
        return new Ask(id, account, ids.get(choice.nextInt(ids.size())), deliverTo, Verdict.DELIVERED);
    }

    /** Mail is slow: one in ten. */
    private static String place(RandomGenerator choice) {
        int place = choice.nextInt(10);
        return place == 9 ? PLACES.get(3) : PLACES.get(place / 3);
    }

    Ask poison(int number) {
        return new Ask(
                KillPoints.POISON + number,
                "poisoned",
                machines.get("zstack").get(1),
                List.of("archive"),
                Verdict.FAILED);
    }

    /** The password of a machine. */
    String password(Ask ask) {
        return passwords.get(ask.instance());
    }

    /** Everything that must not be seen outside {@code secrets}, {@code keys} and {@code recipients}. */
    List<String> secrets() {
        return List.copyOf(secrets);
    }

    Path home() {
        return home;
    }

    Path data() {
        return home.resolve("data");
    }

    int port() {
        return port;
    }

    String brokerPassword() throws IOException {
        return Files.readString(home.resolve("secrets/ticketing"));
    }

    Mailbox mailbox() {
        return mailbox;
    }

    WebhookReceiver hook() {
        return hook;
    }

    /** Moves a file into the drop directory. */
    void drop(String name, String content) throws IOException {
        Path written = Files.writeString(home.resolve(name), content);
        Files.move(written, home.resolve("drop").resolve(name));
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

    private String secret(String name, String value) throws IOException {
        file("secrets/" + name, value);
        secrets.add(value);
        return value;
    }

    private String password(String instance) {
        String password = "Canary-" + token() + "!";
        passwords.put(instance, password);
        secrets.add(password);
        return password;
    }

    private String token() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(18));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String uuid() {
        return UUID.randomUUID().toString();
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }

    /** With all below it, and who may do what with it. */
    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Override
    public void close() throws Exception {
        kakao.close();
        zstack.close();
        gse.close();
        huawei.close();
        mailbox.close();
        hook.close();
    }

    private static final String SETTINGS = """
            service:
              dataDirectory: data
              allowAgents: [kill-agent.jar]
            broker:
              acceptor:
                host: 127.0.0.1
                port: @port@
              users:
                ticketing:
                  password: "{{file:secrets/ticketing}}"
                  roles: [requester, collector]
            sources:
              file:
                directory: drop
                minAge: 100ms
                maxPause: 1s
                poll: 200ms
            keyRings:
              kakao:
                keys:
                  - path: keys/kakao.pem
              huawei:
                keys:
                  - path: keys/huawei.pem
            accounts:
              kakao:
                provider: kakaocloud
                keyRing: kakao
                rate: 500
                settings:
                  endpoint: @kakao.api@
                  identityEndpoint: @kakao.iam@
                  auth:
                    type: access-key
                    id: @kakao.id@
                    secret: "{{file:secrets/kakao}}"
              zstack:
                provider: zstack
                rate: 500
                settings:
                  endpoint: @zstack.api@
                  auth:
                    type: session
                    account: @zstack.account@
                    password: "{{file:secrets/zstack}}"
              poisoned:
                provider: zstack
                rate: 500
                settings:
                  endpoint: @zstack.api@
                  auth:
                    type: session
                    account: @zstack.account@
                    password: "{{file:secrets/zstack}}"
              forbidden:
                provider: zstack
                settings:
                  endpoint: @zstack.api@
                  auth:
                    type: session
                    account: @zstack.account@
                    password: "{{file:secrets/zstack}}"
              gse:
                provider: tencent-gse
                rate: 500
                settings:
                  region: ap-shanghai
                  endpoint: @gse.api@
                  secretId: @gse.id@
                  secretKey: "{{file:secrets/gse}}"
              huawei:
                provider: huawei-ecs
                keyRing: huawei
                rate: 500
                settings:
                  region: @huawei.project@
                  endpoint: @huawei.api@
                  identityEndpoint: @huawei.iam@
                  auth:
                    type: token
                    user: @huawei.user@
                    password: "{{file:secrets/huawei}}"
                    domain: @huawei.domain@
            recipients:
              ops:
                key: recipients/ops.pub.pem
            destinations:
              ops-mail:
                type: email
                seal: ops
                host: localhost
                port: @mail.port@
                security: starttls
                user: passcourier
                password: "{{file:secrets/mail}}"
                from: passcourier@example.org
                to: ops@example.org
                trust: sandbox-ca.pem
              tickets:
                type: jms
                seal: ops
                queue: password.results
              hook:
                type: webhook
                seal: ops
                url: @hook.url@
                secrets: ["{{file:secrets/hook}}"]
                trust: sandbox-ca.pem
              archive:
                type: file
                seal: ops
                directory: archive
            schedules:
              steady:
                cron: "@cron@"
                timeZone: UTC
                requests: lists/steady.csv
                report: [ops-mail]
            policy:
              rules:
                - name: tickets
                  sources: [jms]
                  users: [ticketing]
                  accounts: [kakao, zstack, gse, huawei, poisoned]
                  instances: ["*"]
                  destinations: ["*"]
                - name: batches
                  sources: [file, schedule]
                  accounts: [kakao, zstack, gse, huawei]
                  instances: ["*"]
                  destinations: ["*"]
            """;
}
