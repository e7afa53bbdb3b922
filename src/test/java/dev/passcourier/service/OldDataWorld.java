package dev.passcourier.service;

import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.sandbox.KakaoCloudSandbox;
import dev.passcourier.sandbox.SandboxCertificate;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.sandbox.ZStackSandbox;
import dev.passcourier.vault.TestKeys;
import jakarta.jms.Connection;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * What old data is made in and opened in: two pretend clouds, a webhook receiver, and settings whose accounts and
 * destinations never change, as the data name them. Passwords and keys are pretend ones and open nothing else.
 */
final class OldDataWorld implements AutoCloseable {

    static final String KAKAO = "7a1d0c52-0000-4000-8000-000000000001";
    static final String KAKAO_LATE = "7a1d0c52-0000-4000-8000-000000000002";
    static final String KAKAO_WRONG_KEY = "7a1d0c52-0000-4000-8000-000000000003";
    static final String ZSTACK = "9d5f1b7a3c2e4d608f1a2b3c4d5e6f70";

    /** What every pretend machine's password begins with. */
    private static final String PRETEND = "Pretend-only-";

    private static final String SETTINGS = """
            service:
              dataDirectory: data
              defaultDeadline: 29d
              # The broker tells the time by the system's clock: what waits must not expire while the data grow old.
              resultLifetime: 36500d
              keepFailedWork: 36500d
              status:
                port: 0
            broker:
              acceptor:
                host: 127.0.0.1
                port: 0
              users:
                ticketing:
                  password: "{{file:secrets/broker-ticketing}}"
                  roles: [requester, collector]
            sources:
              file:
                directory: drop
                minAge: 500ms
                poll: 500ms
            keyRings:
              kakao:
                keys:
                  - path: keys/kakao.pem
            accounts:
              kakao:
                provider: kakaocloud
                keyRing: kakao
                settings:
                  endpoint: @kakao.api@
                  identityEndpoint: @kakao.iam@
                  auth:
                    type: access-key
                    id: @kakao.id@
                    secret: "{{file:secrets/kakao}}"
              zstack:
                provider: zstack
                settings:
                  endpoint: @zstack.api@
                  auth:
                    type: session
                    account: @zstack.account@
                    password: "{{file:secrets/zstack}}"
            recipients:
              ops:
                key: recipients/ops.pub.pem
            destinations:
              archive:
                type: file
                seal: ops
                directory: archive
              tickets:
                type: jms
                seal: ops
                queue: password.results
              hook:
                type: webhook
                seal: none
                url: @hook.url@
                secrets: ["{{file:secrets/hook}}"]
                trust: sandbox-ca.pem
            policy:
              rules:
                - name: tickets
                  sources: [jms]
                  users: [ticketing]
                  accounts: [kakao, zstack]
                  instances: ["*"]
                  destinations: [archive, tickets, hook]
                - name: batches
                  sources: [file]
                  accounts: [kakao, zstack]
                  instances: ["*"]
                  destinations: [archive, tickets, hook]
            """;

    private final Path home;
    private final Clock clock;
    private final KakaoCloudSandbox kakao;
    private final SandboxInstance late;
    private final ZStackSandbox zstack;
    private final WebhookReceiver hook;
    private PasscourierService service;

    private OldDataWorld(Path home, Clock clock, KeyPair wrongKey) throws Exception {
        this.home = home;
        this.clock = clock;
        KeyPair ring = TestKeys.rsa2048();
        kakao = KakaoCloudSandbox.start(clock);
        kakao.addInstance(KAKAO, password(KAKAO), ring.getPublic());
        late = kakao.addInstance(KAKAO_LATE, password(KAKAO_LATE), ring.getPublic());
        kakao.addInstance(KAKAO_WRONG_KEY, password(KAKAO_WRONG_KEY), wrongKey.getPublic());
        zstack = ZStackSandbox.start(clock);
        zstack.addInstance(ZSTACK, password(ZSTACK));
        // Java checks certificates by the system's clock.
        SandboxCertificate certificate = SandboxCertificate.forLoopback(Clock.systemUTC());
        String hookSecret = "whsec_"
                + Base64.getEncoder()
                        .encodeToString("pretend secret of a pretend hook".getBytes(StandardCharsets.UTF_8));
        hook = WebhookReceiver.start(hookSecret, certificate, clock);
        for (String directory : List.of("archive", "config", "drop", "keys", "recipients", "secrets")) {
            Files.createDirectories(
                    home.resolve(directory),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        certificate.writeTo(home.resolve("sandbox-ca.pem"));
        file("secrets/hook", hookSecret);
        file("secrets/broker-ticketing", "pretend-ticketing");
        file("secrets/kakao", kakao.credentialSecret());
        file("secrets/zstack", zstack.accountPassword());
        file("keys/kakao.pem", TestKeys.pem(ring.getPrivate()));
        file(
                "config/passcourier.yaml",
                SETTINGS.replace("@kakao.api@", kakao.baseUrl())
                        .replace("@kakao.iam@", kakao.iamUrl())
                        .replace("@kakao.id@", kakao.credentialId())
                        .replace("@zstack.api@", zstack.baseUrl())
                        .replace("@zstack.account@", zstack.accountName())
                        .replace("@hook.url@", hook.url().toString()));
    }

    /** A world in which the data are made: one password is encrypted to a key that is not on the ring, one comes late. */
    static OldDataWorld toMake(Path home) throws Exception {
        OldDataWorld world = new OldDataWorld(home, Clock.systemUTC(), TestKeys.rsa("old-data-stranger", 2048));
        world.late.holdBack();
        KeyPair recipient = TestKeys.rsa("old-data-recipient", 2048);
        world.file("recipients/ops.pem", TestKeys.pem(recipient.getPrivate()));
        world.file("recipients/ops.pub.pem", TestKeys.pem(recipient.getPublic()));
        return world;
    }

    /** The same world later, around data and a recipient's key that are there: all keys are right now. */
    static OldDataWorld toOpen(Path home, Clock clock) throws Exception {
        return new OldDataWorld(home, clock, TestKeys.rsa2048());
    }

    /** The pretend password of a machine. */
    static String password(String instance) {
        return PRETEND + instance;
    }

    void start() throws Exception {
        try {
            service = PasscourierService.start(Path.of("").toAbsolutePath(), settings(), clock);
        } catch (InvalidConfigurationException e) {
            throw new AssertionError(e.findings().toString(), e);
        }
    }

    Settings settings() throws InvalidConfigurationException {
        return SettingsLoader.load(home.resolve("config/passcourier.yaml"), ProviderCatalog.find(), clock);
    }

    void stop() {
        if (service != null) {
            service.close();
            service = null;
        }
    }

    void stopRoutes(String... routes) throws Exception {
        for (String route : routes) {
            service.camel().getRouteController().stopRoute(route);
        }
    }

    PasscourierService service() {
        return service;
    }

    WebhookReceiver hook() {
        return hook;
    }

    boolean isIn(String request, RequestState state) {
        return service.ledger().requests(List.of(request)).stream().anyMatch(row -> row.state() == state);
    }

    /** Whether the request has ended and each of its deliveries has. */
    boolean isSettled(String request) {
        return isIn(request, RequestState.ENDED)
                && service.ledger().deliveries(request).stream()
                        .allMatch(delivery -> delivery.state() == DeliveryState.DELIVERED
                                || delivery.state() == DeliveryState.FAILED);
    }

    /** As the ticket system, on the service's own broker. */
    <T> List<T> asTicketing(Act<T> act) throws Exception {
        List<T> found = new ArrayList<>();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(
                        "tcp://127.0.0.1:" + service.brokerPort(), "ticketing", "pretend-ticketing");
                Connection connection = factory.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            act.with(session, found);
        }
        return found;
    }

    interface Act<T> {
        void with(Session session, List<T> found) throws Exception;
    }

    private void file(String name, String content) {
        TestKeys.file(home.resolve(name), content);
    }

    @Override
    public void close() {
        stop();
        kakao.close();
        zstack.close();
        hook.close();
    }
}
