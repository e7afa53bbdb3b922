package dev.passcourier.service;

import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.sandbox.SandboxCertificate;
import dev.passcourier.sandbox.Script;
import dev.passcourier.sandbox.TencentGseSandbox;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.vault.TestKeys;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The demo's world, made larger: recipients of every format behind every kind of destination, destinations that get
 * results in clear as their settings say, and remote ends that refuse. Every machine has a password of its own.
 */
final class CanaryWorld implements AutoCloseable {

    static final List<String> CLOUDS = List.of("kakao", "huawei", "zstack", "gse");

    /** Every kind of destination with every format. */
    static final List<String> SEALED = Stream.of("mail", "hook", "file", "jms")
            .flatMap(kind -> Stream.of("jwe", "cms", "openpgp", "age").map(format -> kind + "-" + format))
            .toList();

    /** What {@code seal: none} can be said of. */
    static final List<String> OPEN = List.of("mail-open", "hook-open", "file-open");

    /** Take a result only at the second or third try. */
    static final List<String> SHAKY = List.of("mail-shaky", "mail-shaky-open", "hook-shaky", "hook-shaky-open");

    /** Refuse for good. */
    static final List<String> REFUSING = List.of("mail-refusing", "mail-refusing-open", "hook-gone", "hook-gone-open");

    private static final String FLEET = TencentGseSandbox.FLEET;

    private final SecureRandom random = new SecureRandom();
    private final List<Canary> canaries = new ArrayList<>();
    private final Whole whole;
    private final PublicKey windows;
    private final Recipients recipients;
    private final Mailbox refusingMail;
    private final Mailbox shakyMail;
    private final WebhookReceiver goneHook;
    private final WebhookReceiver shakyHook;

    /**
     * A machine's password on its way, asked for once.
     *
     * @param number    as the scan numbers it
     * @param core      the part of the password that is looked for: letters and digits
     * @param password  with characters around it that formats have to escape
     * @param deliverTo where its result goes
     */
    record Canary(int number, String core, String password, String account, String instance, List<String> deliverTo) {

        String request(String id) {
            String asked = Whole.request(id, account, instance, deliverTo.toArray(String[]::new));
            return account.equals("gse")
                    ? asked.replaceFirst("}$", ",\"parameters\":{\"fleetId\":\"" + FLEET + "\"}}")
                    : asked;
        }

        String line() {
            String fleet = account.equals("gse") ? FLEET : "";
            return account + "," + instance + "," + String.join(" ", deliverTo) + "," + fleet + "\n";
        }
    }

    CanaryWorld(Path directory) throws Exception {
        Clock clock = Clock.systemUTC();
        whole = Whole.prepare(directory);
        windows = windows();
        recipients = Recipients.in(home());
        SandboxCertificate certificate = SandboxCertificate.forLoopback(clock);
        certificate.writeTo(home().resolve("far-ca.pem"));
        Map<String, String> users = Map.of("passcourier", Files.readString(home().resolve("secrets/mail")));
        refusingMail = Mailbox.start(Mailbox.Security.STARTTLS, certificate, users);
        refusingMail.refuse(Mailbox.Stage.CONTENT, 554, 554);
        shakyMail = Mailbox.start(Mailbox.Security.STARTTLS, certificate, users);
        shakyMail.refuse(Mailbox.Stage.CONTENT, 452, Mailbox.DROP, Mailbox.DROP, 452);
        String secret = Files.readString(home().resolve("secrets/hook"));
        goneHook = WebhookReceiver.start(secret, certificate, clock);
        shakyHook = WebhookReceiver.start(secret, certificate, clock);
        for (int i = 0; i < 2; i++) {
            goneHook.answer(410, Map.of());
            shakyHook.answer(500, Map.of());
            shakyHook.answer(503, Map.of());
        }
        whole.settings(this::settings);
    }

    private String settings(String demo) {
        return demo.replace("dataDirectory: data\n", "dataDirectory: data\n  retryPace: 0.005\n")
                .replaceAll("(    provider: .*\n)", "$1    rate: 500\n    concurrency: 2\n")
                .replace("\ndestinations:\n", "\n" + Recipients.settings() + "destinations:\n" + destinations(demo))
                .replaceFirst("cron: \".*\"", "cron: \"" + soon() + "\"")
                .replaceAll("(sources: .*\n(?: .*\n)*?      accounts: )\\[.*]", "$1[kakao, huawei, zstack, gse]")
                .replace("destinations: [tickets, hook, ops-mail]", "destinations: [\"*\"]");
    }

    /** Once, when the service is surely up. */
    private static String soon() {
        var then = Instant.now().plusSeconds(40).atZone(ZoneOffset.UTC);
        return "%d %d %d * * ?".formatted(then.getSecond(), then.getMinute(), then.getHour());
    }

    private String destinations(String demo) {
        String mail = demo.replaceFirst("(?s).*host: localhost\\s+port: ([0-9]+).*", "$1");
        String hook = whole.world().hook().url().toString();
        StringBuilder all = new StringBuilder();
        Stream.of(SEALED, OPEN)
                .flatMap(List::stream)
                .forEach(alias -> all.append(destination(alias, mail, hook, "sandbox-ca.pem")));
        far(all, SHAKY, shakyMail, shakyHook);
        far(all, REFUSING, refusingMail, goneHook);
        return all.toString();
    }

    private void far(StringBuilder all, List<String> aliases, Mailbox mail, WebhookReceiver hook) {
        String port = String.valueOf(mail.port());
        aliases.forEach(alias -> all.append(destination(alias, port, hook.url().toString(), "far-ca.pem")));
    }

    private String destination(String alias, String mailPort, String hookUrl, String trust) {
        String kind = alias.substring(0, alias.indexOf('-'));
        return "  " + alias + ":\n    seal: " + seal(alias) + "\n"
                + switch (kind) {
                    case "mail" ->
                        "    type: email\n    host: localhost\n    port: " + mailPort
                                + "\n    security: starttls\n    user: passcourier\n"
                                + "    password: \"{{file:secrets/mail}}\"\n    from: passcourier@example.org\n"
                                + "    to: " + alias + "@example.org\n    trust: " + trust + "\n";
                    case "hook" ->
                        "    type: webhook\n    url: " + hookUrl + "/" + alias
                                + "\n    secrets: [\"{{file:secrets/hook}}\"]\n    trust: " + trust + "\n";
                    case "file" -> "    type: file\n    directory: " + directory(alias) + "\n";
                    default -> "    type: jms\n    queue: " + Whole.RESULTS + "\n";
                };
    }

    private static String seal(String alias) {
        String last = alias.substring(alias.lastIndexOf('-') + 1);
        return switch (last) {
            case "open" -> "none";
            case "cms", "openpgp", "age" -> last;
            default -> "ops";
        };
    }

    private Path directory(String alias) {
        try {
            return Files.createDirectory(
                    home().resolve(alias),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PublicKey windows() throws Exception {
        String pem = Files.readString(home().resolve("keys/windows-2024.pem")).replaceAll("-----.*-----|\\s", "");
        KeyFactory keys = KeyFactory.getInstance("RSA");
        var half = (RSAPrivateCrtKey)
                keys.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        return keys.generatePublic(new RSAPublicKeySpec(half.getModulus(), half.getPublicExponent()));
    }

    /** A password that no machine has: whoever shows it, shows one that was never asked for. */
    Canary planted() {
        return canary("none", "none", List.of());
    }

    private Canary canary(String account, String instance, List<String> deliverTo) {
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        String core = "Canary" + HexFormat.of().formatHex(bytes);
        Canary canary = new Canary(
                canaries.size() + 1, core, "<é\"" + core + "\\/+%!", account, instance, List.copyOf(deliverTo));
        canaries.add(canary);
        return canary;
    }

    /** A machine of that cloud with its password. */
    Canary machine(String account, List<String> deliverTo) {
        return machine(account, deliverTo, windows);
    }

    /** A machine whose password is encrypted to a key that is not on the ring. */
    Canary foreign(String account, List<String> deliverTo) {
        return machine(account, deliverTo, TestKeys.rsa("foreign", 2048).getPublic());
    }

    /** A machine whose guest has posted what the guest of another one had posted. */
    List<Canary> transplant(String account, List<String> deliverTo) {
        Canary first = canary(account, UUID.randomUUID().toString(), deliverTo);
        Canary second = canary(account, UUID.randomUUID().toString(), deliverTo);
        byte[] encrypted = TestKeys.encrypt(windows, first.password().getBytes(StandardCharsets.UTF_8));
        String posted = new String(encrypted, StandardCharsets.US_ASCII);
        for (Canary each : List.of(first, second)) {
            if (account.equals("kakao")) {
                whole.world().kakao().addCiphertext(each.instance(), posted);
            } else {
                whole.world().huawei().addCiphertext(each.instance(), posted);
            }
        }
        return List.of(first, second);
    }

    private Canary machine(String account, List<String> deliverTo, PublicKey key) {
        String uuid = UUID.randomUUID().toString();
        String instance =
                switch (account) {
                    case "zstack" -> uuid.replace("-", "");
                    case "gse" -> "ins-" + uuid.substring(0, 8);
                    default -> uuid;
                };
        Canary canary = canary(account, instance, deliverTo);
        switch (account) {
            case "kakao" -> whole.world().kakao().addInstance(instance, canary.password(), key);
            case "huawei", "huawei-aksk" -> whole.world().huawei().addInstance(instance, canary.password(), key);
            case "zstack" -> whole.world().zstack().addInstance(instance, canary.password());
            default -> whole.world().gse().addInstance(instance, canary.password());
        }
        return canary;
    }

    /** What goes wrong when that machine is asked for. */
    Script script(Canary canary) {
        String instance = canary.instance();
        return switch (canary.account()) {
            case "kakao" -> whole.world().kakao().script(instance);
            case "huawei", "huawei-aksk" -> whole.world().huawei().script(instance);
            case "zstack" -> whole.world().zstack().script(instance);
            default -> whole.world().gse().script(instance);
        };
    }

    /** Machines, one of each cloud. */
    List<Canary> machines(List<String> deliverTo) {
        return CLOUDS.stream().map(cloud -> machine(cloud, deliverTo)).toList();
    }

    /** A batch in the form that files and schedules have. */
    static String batch(List<Canary> canaries) {
        return "account,instance,deliverTo,parameters.fleetId\n"
                + canaries.stream().map(Canary::line).collect(Collectors.joining());
    }

    /** Lets the schedule ask for these. */
    void schedule(List<Canary> canaries) throws IOException {
        Files.writeString(home().resolve("lists/machines.csv"), batch(canaries));
    }

    /** The parts of all passwords to look for, in the order of their numbers. */
    List<String> cores() {
        return canaries.stream().map(Canary::core).toList();
    }

    /** Machines of every cloud that lets their passwords slip in every way, once, before it answers properly. */
    List<Canary> slips(List<String> deliverTo) {
        List<Canary> slips = new ArrayList<>();
        for (int way = 0; way < CanarySlips.WAYS; way++) {
            for (Canary canary : machines(deliverTo)) {
                script(canary)
                        .next(CanarySlips.of(canary.core(), canary.password()).get(way));
                slips.add(canary);
            }
        }
        return slips;
    }

    /** The next deliveries to {@link #SHAKY} webhooks are asked to wait for long. */
    void letWebhooksWait(int deliveries) {
        for (int i = 0; i < deliveries; i++) {
            shakyHook.answer(503, Map.of("Retry-After", "600"));
        }
    }

    Whole whole() {
        return whole;
    }

    Path home() {
        return whole.home();
    }

    Recipients recipients() {
        return recipients;
    }

    /** All that mail servers took. */
    List<MimeMessage> mails() {
        return Stream.of(whole.world().mailbox(), refusingMail, shakyMail)
                .flatMap(mailbox -> mailbox.received().stream())
                .toList();
    }

    /** All that came to webhook receivers, taken or not. */
    List<WebhookReceiver.Webhook> webhooks() {
        return Stream.of(whole.world().hook(), goneHook, shakyHook)
                .flatMap(hook -> hook.requests().stream())
                .toList();
    }

    @Override
    public void close() throws Exception {
        refusingMail.close();
        shakyMail.close();
        goneHook.close();
        shakyHook.close();
        whole.close();
    }
}
