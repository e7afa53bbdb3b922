package dev.passcourier.faults;

import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.sandbox.SandboxCertificate;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.service.Whole;
import dev.passcourier.vault.TestKeys;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Remote ends behind proxies, added to the demo's world before the service starts: each with an account or a destination of
 * its own, so that what goes wrong with one cannot be seen by another.
 */
final class RemoteWorld implements AutoCloseable {

    static final String HOOK_SECRET = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);

    private final Whole whole;
    private final Clock clock;
    private final SandboxCertificate certificate;
    private final HuaweiEcsSandbox cloud;
    private final KeyPair windows;
    private final List<RemoteEnd> sides = new ArrayList<>();
    private final StringBuilder accounts = new StringBuilder();
    private final List<String> names = new ArrayList<>();
    private final StringBuilder destinations = new StringBuilder();

    RemoteWorld(Whole whole, Clock clock) throws IOException, GeneralSecurityException {
        this.whole = whole;
        this.clock = clock;
        certificate = SandboxCertificate.forLoopback(clock);
        certificate.writeTo(whole.home().resolve("faults-ca.pem"));
        cloud = HuaweiEcsSandbox.start(clock);
        windows = TestKeys.rsa2048();
        ownFile("keys/faults.pem", pem(windows));
        ownFile("secrets/faults-sk", cloud.secretKey());
        ownFile("secrets/faults-user", cloud.userPassword());
        ownFile("secrets/faults-hook", HOOK_SECRET);
        ownFile("secrets/faults-mail", "right");
    }

    private void ownFile(String name, String content) throws IOException {
        Path file = Files.createFile(
                whole.home().resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content);
    }

    private static String pem(KeyPair keys) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    HuaweiEcsSandbox cloud() {
        return cloud;
    }

    /** The service's side of everything that was added; the policy lets batches go everywhere. */
    void writeSettings(double retryPace) throws IOException {
        whole.settings(text -> text.replace(
                        "  dataDirectory: data\n", "  dataDirectory: data\n  retryPace: " + retryPace + "\n")
                .replace(
                        "\nkeyRings:\n",
                        "\nkeyRings:\n  faults:\n    accounts: " + names
                                + "\n    keys:\n      - path: keys/faults.pem\n")
                .replace("\nrecipients:\n", "\n" + accounts + "recipients:\n")
                .replace("\n  archive:\n", "\n" + destinations + "  archive:\n")
                .replace("accounts: [kakao, zstack, gse, huawei, huawei-aksk]", "accounts: [\"*\"]"));
    }

    /** An account that signs its calls. */
    RemoteEnd account(String name, int concurrency) throws IOException {
        return account(
                name,
                concurrency,
                "        type: aksk\n        accessKey: " + cloud.accessKey()
                        + "\n        secretKey: \"{{file:secrets/faults-sk}}\"\n");
    }

    /** An account that signs in for a token. */
    RemoteEnd tokenAccount(String name) throws IOException {
        return account(
                name,
                1,
                "        type: token\n        user: " + cloud.userName()
                        + "\n        password: \"{{file:secrets/faults-user}}\"\n        domain: " + cloud.domainName()
                        + "\n");
    }

    private RemoteEnd account(String name, int concurrency, String auth) throws IOException {
        FaultProxy proxy = FaultProxy.before(port(cloud.baseUrl()));
        String instance = UUID.randomUUID().toString();
        SandboxInstance machine = cloud.addInstance(instance, "Canary-" + UUID.randomUUID(), windows.getPublic());
        names.add(name);
        accounts.append("  " + name + ":\n    provider: huawei-ecs\n    keyRing: faults\n    rate: 1000\n")
                .append("    concurrency: " + concurrency + "\n    settings:\n      region: " + cloud.projectName())
                .append("\n      projectId: " + cloud.projectId() + "\n      endpoint: http://127.0.0.1:"
                        + proxy.port())
                .append("\n      identityEndpoint: " + cloud.iamUrl() + "\n      auth:\n" + auth);
        return added(new RemoteEnd.Cloud(proxy, cloud, machine, instance));
    }

    /** A mail destination behind STARTTLS; the server may lack it. */
    RemoteEnd mail(String alias, Mailbox.Security security, String password) throws IOException {
        boolean tls = security != Mailbox.Security.PLAIN;
        Mailbox mailbox =
                Mailbox.start(security, tls ? certificate : null, tls ? Map.of("passcourier", password) : null);
        FaultProxy proxy = FaultProxy.before(mailbox.port());
        proxy.answersWhen(() -> !mailbox.received().isEmpty());
        destinations
                .append("  " + alias + ":\n    type: email\n    seal: ops\n    host: localhost\n    port: "
                        + proxy.port())
                .append(
                        "\n    security: starttls\n    user: passcourier\n    password: \"{{file:secrets/faults-mail}}\"\n")
                .append("    from: passcourier@example.org\n    to: ops@example.org\n    trust: faults-ca.pem\n");
        return added(new RemoteEnd.Mail(proxy, mailbox));
    }

    /** A webhook destination. */
    RemoteEnd hook(String alias) throws IOException {
        WebhookReceiver receiver = WebhookReceiver.start(HOOK_SECRET, certificate, clock);
        FaultProxy proxy = FaultProxy.before(receiver.url().getPort());
        proxy.answersWhen(() -> !receiver.requests().isEmpty());
        destinations
                .append("  " + alias + ":\n    type: webhook\n    seal: ops\n    url: https://localhost:"
                        + proxy.port())
                .append("/hook\n    secrets: [\"{{file:secrets/faults-hook}}\"]\n    trust: faults-ca.pem\n");
        return added(new RemoteEnd.Hook(proxy, receiver));
    }

    /** A directory that results are written to. */
    void directory(String alias) throws IOException {
        Files.createDirectory(
                whole.home().resolve(alias),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        destinations.append("  " + alias + ":\n    type: file\n    seal: ops\n    directory: " + alias + "\n");
    }

    private RemoteEnd added(RemoteEnd side) {
        sides.add(side);
        return side;
    }

    private static int port(String url) {
        return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
    }

    static int copies(List<MimeMessage> mails, String deliveryId) {
        return (int) mails.stream()
                .filter(mail -> messageId(mail).startsWith("<" + deliveryId + "@"))
                .count();
    }

    private static String messageId(MimeMessage mail) {
        try {
            return mail.getMessageID();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    static int hookCopies(List<WebhookReceiver.Webhook> requests, String deliveryId) {
        return (int)
                requests.stream().filter(each -> each.id().equals(deliveryId)).count();
    }

    @Override
    public void close() throws IOException {
        for (RemoteEnd side : sides) {
            side.close();
        }
        cloud.close();
    }
}
