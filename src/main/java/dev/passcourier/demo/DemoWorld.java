package dev.passcourier.demo;

import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.KakaoCloudSandbox;
import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.sandbox.Misbehaviour;
import dev.passcourier.sandbox.SandboxCertificate;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.TencentGseSandbox;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.sandbox.ZStackSandbox;
import dev.passcourier.vault.OpenedResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Everything around the service: four clouds with instances in every state, a mailbox, a webhook receiver, and a home
 * with settings that point at them. Passwords are made up at every start, key pairs once in a process.
 */
public final class DemoWorld implements AutoCloseable {

    /** When the schedule fires first, in seconds after the start. */
    private static final int SCHEDULE_AFTER = 15;

    /** The instance whose password appears only after a while. */
    public static final String LATE = "5b0f7c1e-0000-4000-8000-000000000002";

    /** The instance whose key pair is not on the ring. */
    public static final String FOREIGN_KEY = "5b0f7c1e-0000-4000-8000-000000000003";

    /** The instance whose cloud fails twice before it answers. */
    public static final String SHAKY = "6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f1";

    /** The usual instances of the clouds. */
    public static final String KAKAO = "5b0f7c1e-0000-4000-8000-000000000001";

    public static final String KAKAO_LINUX = "5b0f7c1e-0000-4000-8000-000000000004";
    public static final String ZSTACK = "3bc9f63f0de6492991c59bef96b27565";
    public static final String ZSTACK_UNSET = "3bc9f63f0de6492991c59bef96b27566";
    public static final String GSE = "ins-gi2lxw";
    public static final String HUAWEI = "6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0";

    /** Made once: a key pair takes a good part of a second, and everything else here does not. */
    private static final KeyPair WINDOWS = rsa();

    private static final KeyPair ANOTHER_WINDOWS = rsa();
    private static final KeyPair RECIPIENT = rsa();

    private final List<String> passwords = new ArrayList<>();
    private final SecureRandom random = new SecureRandom();
    private final DemoHome home;
    private final KakaoCloudSandbox kakao;
    private final ZStackSandbox zstack;
    private final TencentGseSandbox gse;
    private final HuaweiEcsSandbox huawei;
    private final Mailbox mailbox;
    private final WebhookReceiver hook;
    private final Path settings;
    private final Path recipientKey;
    private final SandboxInstance late;

    private DemoWorld(Path where, Clock clock) throws IOException, GeneralSecurityException {
        home = DemoHome.fresh(where);
        SandboxCertificate certificate = SandboxCertificate.forLoopback(clock);
        certificate.writeTo(home.path().resolve("sandbox-ca.pem"));
        String mailPassword = secret("mail");
        String hookSecret = "whsec_" + Base64.getEncoder().encodeToString(bytes(32));
        home.file("secrets/hook", hookSecret);
        secret("broker-ticketing");
        kakao = KakaoCloudSandbox.start(clock);
        zstack = ZStackSandbox.start(clock);
        gse = TencentGseSandbox.start(clock);
        huawei = HuaweiEcsSandbox.start(clock);
        mailbox = Mailbox.start(Mailbox.Security.STARTTLS, certificate, Map.of("passcourier", mailPassword));
        hook = WebhookReceiver.start(hookSecret, certificate, clock);
        late = populate();
        recipientKey = home.privateKey("recipients/ops", RECIPIENT);
        home.publicKey("recipients/ops", RECIPIENT);
        for (String directory : List.of("drop", "archive")) {
            home.directory(directory);
        }
        home.file("lists/machines.csv", machines());
        settings = home.settings(values(clock));
    }

    /** Starts the world in a folder, which is emptied before. */
    public static DemoWorld start(Path where, Clock clock) throws IOException, GeneralSecurityException {
        return new DemoWorld(where, clock);
    }

    /** Returns the late one. */
    private SandboxInstance populate() throws IOException, GeneralSecurityException {
        home.privateKey("keys/windows-2024", WINDOWS);
        kakao.addInstance(KAKAO, password(), WINDOWS.getPublic());
        SandboxInstance second =
                kakao.addInstance(LATE, password(), WINDOWS.getPublic()).readyAtAsk(2);
        kakao.addInstance(FOREIGN_KEY, password(), ANOTHER_WINDOWS.getPublic());
        kakao.addLinuxInstance(KAKAO_LINUX);
        zstack.addInstance(ZSTACK, password());
        zstack.addInstanceWithoutPassword(ZSTACK_UNSET);
        gse.addInstance(GSE, password());
        huawei.addInstance(HUAWEI, password(), WINDOWS.getPublic());
        huawei.addInstance(SHAKY, password(), WINDOWS.getPublic());
        huawei.script(SHAKY).next(2, Misbehaviour.UNAVAILABLE);
        return second;
    }

    private static String machines() {
        return "account,instance,deliverTo\n"
                + "kakao," + KAKAO + ",archive\n"
                + "zstack," + ZSTACK + ",archive\n"
                + "zstack," + ZSTACK_UNSET + ",archive\n"
                + "huawei-aksk," + HUAWEI + ",archive\n";
    }

    private Map<String, String> values(Clock clock) throws IOException {
        home.file("secrets/kakao", kakao.credentialSecret());
        home.file("secrets/zstack", zstack.accountPassword());
        home.file("secrets/gse", gse.secretKey());
        home.file("secrets/huawei-password", huawei.userPassword());
        home.file("secrets/huawei-sk", huawei.secretKey());
        Map<String, String> values = new HashMap<>();
        values.put("kakao.api", kakao.baseUrl());
        values.put("kakao.iam", kakao.iamUrl());
        values.put("kakao.id", kakao.credentialId());
        values.put("zstack.api", zstack.baseUrl());
        values.put("zstack.account", zstack.accountName());
        values.put("gse.api", gse.baseUrl());
        values.put("gse.id", gse.secretId());
        values.put("huawei.api", huawei.baseUrl());
        values.put("huawei.iam", huawei.iamUrl());
        values.put("huawei.user", huawei.userName());
        values.put("huawei.domain", huawei.domainName());
        values.put("huawei.project", huawei.projectName());
        values.put("huawei.ak", huawei.accessKey());
        values.put("mail.port", String.valueOf(mailbox.port()));
        values.put("hook.url", hook.url().toString());
        values.put("schedule.cron", everyMinute(clock));
        return values;
    }

    /** A cron expression that fires soon, and every minute from then on. */
    private static String everyMinute(Clock clock) {
        return clock.instant()
                        .plusSeconds(SCHEDULE_AFTER)
                        .atZone(ZoneOffset.UTC)
                        .getSecond() + " * * * * ?";
    }

    private String secret(String name) throws IOException {
        String secret = HexFormat.of().formatHex(bytes(16));
        home.file("secrets/" + name, secret);
        return secret;
    }

    private String password() {
        String password = "Canary-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(15)) + "!";
        passwords.add(password);
        return password;
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The folder everything is in. */
    public Path home() {
        return home.path();
    }

    /** The settings file. */
    public Path settings() {
        return settings;
    }

    /** The private key of the recipient called {@code ops}. */
    public Path recipientKey() {
        return recipientKey;
    }

    /** The passwords that the clouds hold, for tests to look for where they must not be. */
    public List<String> passwords() {
        return List.copyOf(passwords);
    }

    /** The mailbox of {@code ops-mail}. */
    public Mailbox mailbox() {
        return mailbox;
    }

    /** The receiver of {@code hook}. */
    public WebhookReceiver hook() {
        return hook;
    }

    /** The cloud of account {@code kakao}. */
    public KakaoCloudSandbox kakao() {
        return kakao;
    }

    /** The cloud of account {@code zstack}. */
    public ZStackSandbox zstack() {
        return zstack;
    }

    /** The cloud of account {@code gse}. */
    public TencentGseSandbox gse() {
        return gse;
    }

    /** The cloud of the accounts {@code huawei} and {@code huawei-aksk}. */
    public HuaweiEcsSandbox huawei() {
        return huawei;
    }

    /** The instance called {@link #LATE}, to hold it back longer. */
    public SandboxInstance late() {
        return late;
    }

    /** Whether a result holds one of the clouds' passwords. */
    boolean holds(OpenedResult result) throws IOException {
        ByteArrayOutputStream secret = new ByteArrayOutputStream();
        result.writeSecretTo(secret);
        return passwords.contains(secret.toString(StandardCharsets.UTF_8));
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
}
