package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.files.EncodedText.Encoding;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Checks that files and secrets are there, and that nobody else can read or change what they must not. */
final class FileCheck {

    /** What is demanded of a path. */
    @FunctionalInterface
    private interface Demand {
        void check(Path path) throws ConfigurationException;
    }

    private static final String ENDS =
            "it is used so; if that does not belong to it, write it anew without, as printf %s does";
    private static final int SHORTEST_TOKEN = 16;
    private static final String HINT = "correct the path or the file's mode and owner";

    private final JsonNode root;
    private final Findings findings;

    private FileCheck(JsonNode root, Findings findings) {
        this.root = root;
        this.findings = findings;
    }

    static void of(JsonNode root, Findings findings) {
        FileCheck check = new FileCheck(root, findings);
        check.service();
        check.freeSpace();
        check.acceptor();
        check.status();
        check.dropDirectory();
        check.retention();
        Sections.each(
                root, "keyRings", (key, ring) -> Sections.eachItem(ring.path("keys"), key + ".keys", check::keyFile));
        Sections.each(root, "accounts", (key, account) -> check.demand(key, account, "trust", FileGuard::trusted));
        Sections.each(root, "recipients", (key, recipient) -> check.demand(key, recipient, "key", FileGuard::trusted));
        Sections.each(root, "policy.signers", (key, signer) -> check.demand(key, signer, "key", FileGuard::trusted));
        Sections.each(root, "destinations", check::destination);
        Sections.each(
                root, "schedules", (key, schedule) -> check.demand(key, schedule, "requests", FileGuard::trusted));
        Sections.each(
                root,
                "reports",
                (key, report) -> check.demand(key + ".scope", report.path("scope"), "inventory", FileGuard::trusted));
    }

    private void freeSpace() {
        String size = root.path("service").path("minFreeSpace").asText();
        boolean embedded = !root.path("broker").has("url");
        if (embedded && SettingsShape.isSize(size) && SettingsShape.bytes(size) < Settings.Service.LEAST_FREE_SPACE) {
            findings.add(
                    "service.minFreeSpace",
                    "is too little for the embedded broker, whose journal grows by files of "
                            + (Settings.Service.JOURNAL_FILE >> 20) + " MiB: it would stop for want of room",
                    "at least " + (Settings.Service.LEAST_FREE_SPACE >> 20) + "MiB");
        }
    }

    /** Reads every secret once, so that a missing one stops the start and not the first use. */
    static void secrets(Map<String, String> secrets, UnaryOperator<@Nullable String> environment, Findings findings) {
        secrets.forEach((key, reference) -> {
            try {
                byte[] secret = SecretSource.read(reference, environment);
                try {
                    demandText(key, secret);
                    if (key.contains(".secrets[") && !WebhookKey.isPrefixed(secret)) {
                        findings.add(
                                Finding.Level.WARNING,
                                key,
                                "has no whsec_ before it, and is read as base64 as the receiver's library does; earlier"
                                        + " releases signed with its very characters",
                                "write whsec_ before it, or where the receiver computes with the characters, whsec_ and"
                                        + " their base64");
                    }
                    SecretSource.remark(secret)
                            .ifPresent(remark -> findings.add(Finding.Level.WARNING, key, remark, ENDS));
                } finally {
                    Arrays.fill(secret, (byte) 0);
                }
            } catch (ConfigurationException e) {
                findings.add(key, e, "set the variable, or correct the file's path, mode and owner");
            }
        });
    }

    /** Passwords are sent as UTF-8; other bytes would reach the server as question marks. Passphrases may be any. */
    private static void demandText(String key, byte[] secret) throws ConfigurationException {
        if (key.contains(".secrets[")) {
            Arrays.fill(WebhookKey.of(secret), (byte) 0);
            return;
        }
        if (key.endsWith(".passphrase")) {
            return;
        }
        if (key.equals("service.status.token")) {
            demandToken(secret);
            return;
        }
        if (Encoding.of(secret).isWide()) {
            throw new ConfigurationException(
                    SecretSource.remark(secret).orElseThrow() + "; save it as UTF-8: iconv -f UTF-16 -t UTF-8");
        }
        ByteBuffer bytes = ByteBuffer.wrap(secret);
        CharBuffer text = CharBuffer.allocate(secret.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true);
        Arrays.fill(text.array(), '\0');
        if (result.isError()) {
            throw new ConfigurationException(String.format(
                    Locale.ROOT,
                    "is not UTF-8: byte %d is 0x%02X; save it as UTF-8, for example with iconv -f LATIN1 -t UTF-8",
                    bytes.position() + 1,
                    secret[bytes.position()] & 0xFF));
        }
    }

    /** It has to pass through a header as it is, and must not be guessed. */
    private static void demandToken(byte[] secret) throws ConfigurationException {
        boolean passes = secret.length >= SHORTEST_TOKEN;
        for (byte each : secret) {
            passes &= each > ' ' && each < 0x7F;
        }
        if (!passes) {
            throw new ConfigurationException("is not " + SHORTEST_TOKEN + " or more printable ASCII characters without"
                    + " spaces; make one with openssl rand -hex 32");
        }
    }

    private void service() {
        JsonNode service = root.path("service");
        demand("service", service, "dataDirectory", FileCheck::directoryIfThere);
        demand("service", service, "signingKey", FileCheck::secretIfThere);
        demand("service", service, "atRestKey", FileCheck::secretIfThere);
        demand("service", service, "auditHead", head -> FileGuard.directory(Objects.requireNonNull(head.getParent())));
    }

    private void retention() {
        demand("retention", root.path("retention"), "archive", FileCheck::directoryIfThere);
    }

    private void acceptor() {
        JsonNode acceptor = root.path("broker").path("acceptor");
        demand("broker.acceptor", acceptor, "certificate", FileGuard::trusted);
        demand("broker.acceptor", acceptor, "privateKey", FileGuard::secret);
    }

    private void status() {
        JsonNode status = root.path("service").path("status");
        demand("service.status", status, "certificate", FileGuard::trusted);
        demand("service.status", status, "privateKey", FileGuard::secret);
        demand("service.status", status, "clientCertificates", FileGuard::trusted);
        demand("service.tracing", root.path("service").path("tracing"), "trust", FileGuard::trusted);
    }

    private void dropDirectory() {
        demand("sources.file", root.path("sources").path("file"), "directory", FileGuard::directory);
    }

    private void keyFile(String key, JsonNode file) {
        demand(key, file, "path", path -> {
            if (Files.isDirectory(path)) {
                FileGuard.directory(path);
            } else {
                FileGuard.secret(path);
            }
        });
    }

    private void destination(String key, JsonNode destination) {
        demand(key, destination, "trust", FileGuard::trusted);
        demand(key, destination, "directory", path -> {
            FileGuard.directory(path);
            String drop = root.path("sources").path("file").path("directory").asText();
            if (!drop.isEmpty() && (path.startsWith(drop) || Path.of(drop).startsWith(path))) {
                throw new ConfigurationException(
                        "shares its place with the drop directory of requests; choose another");
            }
        });
    }

    private void demand(String section, JsonNode settings, String name, Demand demand) {
        JsonNode path = settings.path(name);
        if (!path.isTextual()
                || findings.concern(Keys.of(section, name))
                || !Path.of(path.asText()).isAbsolute()) {
            return;
        }
        try {
            demand.check(Path.of(path.asText()));
        } catch (ConfigurationException e) {
            findings.add(Keys.of(section, name), e, HINT);
        }
    }

    private static void directoryIfThere(Path path) throws ConfigurationException {
        if (Files.exists(path)) {
            FileGuard.directory(path);
        }
    }

    private static void secretIfThere(Path path) throws ConfigurationException {
        if (Files.exists(path)) {
            FileGuard.secret(path);
        }
    }
}
