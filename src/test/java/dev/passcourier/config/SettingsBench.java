package dev.passcourier.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A home with a settings file, an environment and one provider, {@code nimbus}. */
final class SettingsBench {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneOffset.UTC);

    private final Path home;
    private final Map<String, String> environment = new HashMap<>(Map.of("SECRET", "CANARYenv51c7aaaaaaaaaaaaaaaaaaa"));

    private final SettingsLoader loader =
            new SettingsLoader(Map.of("nimbus", new NimbusType()), environment::get, CLOCK);

    /** Lays out every file that {@link #WHOLE} names. */
    SettingsBench(Path home) throws IOException {
        this.home = home;
        for (String file : List.of("keys/prod.pem", "secrets/nimbus", "tls/broker.key")) {
            put(file, "CANARYfile88abaaaaaaaaaaaaaaaaaa\n", "rw-------");
        }
        put("secrets/short", "CANARYshort\n", "rw-------");
        for (String file : List.of("tls/ca.pem", "tls/broker.crt", "recipients/ops.jwk", "config/nightly.csv")) {
            put(file, "anything\n", "rw-r--r--");
        }
        Files.createDirectories(home.resolve("drop"));
        Files.createDirectories(home.resolve("out"));
    }

    /** One entry of everything. */
    static final String WHOLE = """
            service: {dataDirectory: state, defaultDeadline: 5m, resultLifetime: 2d, keepFailedWork: 90d, \
            signingKey: /etc/keys/sign.jwk, auditHead: audit-head, minFreeSpace: 2GiB, status: {port: 8089}}
            broker:
              acceptor: {host: 0.0.0.0, port: 61617, certificate: tls/broker.crt, privateKey: tls/broker.key}
              users:
                orchestrator: {password: "{{env:SECRET}}", roles: [requester, collector]}
            sources:
              jms: {queue: asks, url: "tcp://bus.example.com:61617?sslEnabled=true", user: pass, password: "{{file:secrets/nimbus}}"}
              file: {directory: drop, minAge: 500ms, poll: 30s, owners: [deploy]}
            keyRings:
              prod:
                keys:
                  - {path: keys/prod.pem, passphrase: "{{env:SECRET}}"}
                  - {path: keys}
            accounts:
              nimbus-prod:
                provider: nimbus
                keyRing: prod
                rate: 2.5
                concurrency: 3
                clones: allowed
                trust: tls/ca.pem
                insecure: true
                settings:
                  endpoint: http://nimbus.example.com
                  auth: {type: token, token: "{{env:SECRET}}"}
            recipients:
              ops: {key: recipients/ops.jwk, fingerprint: NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs}
            destinations:
              mail:
                type: email
                seal: ops
                host: smtp.example.com
                security: starttls
                user: pass
                password: "{{env:SECRET}}"
                from: passcourier@example.com
                to: ops@example.com
                trust: tls/ca.pem
              queue: {type: jms, seal: ops, queue: passwords.sealed}
              hook: {type: webhook, seal: none, url: "https://hooks.example.com/in", secrets: ["{{env:SECRET}}", "{{file:secrets/nimbus}}"]}
              folder: {type: file, seal: ops, directory: out}
            schedules:
              nightly: {cron: 0 0 2 * * ?, timeZone: Asia/Shanghai, requests: config/nightly.csv, report: [mail]}
            policy:
              rules:
                - {name: all, sources: [jms, schedule], users: [orchestrator], accounts: [nimbus-prod], instances: ["web-*"], destinations: ["*"]}
            ledger: {url: "jdbc:postgresql://db.example.com/passcourier", user: pass, password: "{{env:SECRET}}"}
            """;

    SettingsBench set(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Path put(String file, String content, String mode) throws IOException {
        Path path = home.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    Settings load(String yaml) throws Exception {
        Path file = put("config/passcourier.yaml", yaml, "rw-r--r--");
        return loader().read(file);
    }

    @Nullable
    Settings glance(String yaml) throws Exception {
        SettingsLoader withoutProviders = new SettingsLoader(Map.of(), environment::get, CLOCK);
        return withoutProviders.glance(put("config/passcourier.yaml", yaml, "rw-r--r--"));
    }

    /** What of the text stops a start; empty if nothing does. */
    List<Finding> findings(String yaml) throws Exception {
        try {
            load(yaml);
            return List.of();
        } catch (InvalidConfigurationException e) {
            return e.findings().stream()
                    .filter(finding -> finding.level() == Finding.Level.ERROR)
                    .toList();
        }
    }

    /** What does not stop a start and most likely will not work, without its place. */
    List<String> warnings(String yaml) throws Exception {
        return loader().check(put("config/passcourier.yaml", yaml, "rw-r--r--")).findings().inOrder().stream()
                .filter(finding -> finding.level() == Finding.Level.WARNING)
                .map(finding -> finding.key() + ": " + finding.message() + "; " + finding.hint())
                .toList();
    }

    SettingsLoader loader() {
        return loader;
    }
}
