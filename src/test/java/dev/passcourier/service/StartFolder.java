package dev.passcourier.service;

import dev.passcourier.vault.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.stream.Stream;

/** A folder that can be started: settings of every kind, keys, secrets, and the routes that are shipped. */
final class StartFolder {

    static final String SETTINGS = """
        sources:
          file: {directory: drop}
        keyRings:
          prod: {keys: [{path: keys/prod.pem}]}
        accounts:
          kakao:
            provider: kakaocloud
            keyRing: prod
            settings: {auth: {type: access-key, id: 0f2c4a6b8d0e, secret: "{{file:secrets/pw}}"}}
        recipients:
          ops: {key: recipients/ops.pem}
        destinations:
          mail: {type: email, seal: ops, host: smtp.example.com, from: a@example.com, to: b@example.com}
          hook: {type: webhook, seal: ops, url: "https://hooks.example.com/x", secrets: ["{{file:secrets/hook}}"]}
          archive: {type: file, seal: ops, directory: archive}
          queue: {type: jms, seal: ops, queue: passwords}
        schedules:
          nightly: {cron: "0 30 2 * * ?", timeZone: Europe/Berlin, requests: config/nightly.json, report: [mail]}
        policy:
          rules:
            - {name: all, sources: ["*", cli], accounts: ["*"], instances: ["*"], destinations: ["*"]}
        """;

    private final Path home;

    StartFolder(Path directory) throws IOException {
        home = directory.toRealPath();
        copy(Path.of("routes"), home.resolve("routes"));
        Files.createDirectories(home.resolve("config"));
        Files.copy(Path.of("config/application.properties"), home.resolve("config/application.properties"));
        Files.createDirectory(home.resolve("drop"));
        Files.createDirectory(home.resolve("archive"));
        put("keys/prod.pem", pem("PRIVATE KEY", TestKeys.rsa2048().getPrivate().getEncoded()));
        put(
                "recipients/ops.pem",
                pem("PUBLIC KEY", TestKeys.rsa("other", 2048).getPublic().getEncoded()));
        put("secrets/pw", "a-password");
        put("secrets/hook", "whsec_" + Base64.getEncoder().encodeToString(new byte[32]));
        put("config/nightly.json", "[{\"account\":\"kakao\",\"instance\":\"i-1\",\"deliverTo\":[\"mail\"]}]");
        put("config/passcourier.yaml", SETTINGS);
    }

    Path home() {
        return home;
    }

    Path settings() {
        return home.resolve("config/passcourier.yaml");
    }

    Path put(String name, String content) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** Replaces what must be there. */
    void edit(String name, String right, String wrong) throws IOException {
        Path file = home.resolve(name);
        String before = Files.readString(file);
        if (!before.contains(right)) {
            throw new IllegalStateException(name + " does not hold " + right);
        }
        Files.writeString(file, before.replace(right, wrong));
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
