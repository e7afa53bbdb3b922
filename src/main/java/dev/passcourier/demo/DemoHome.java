package dev.passcourier.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** The folder the demo runs in: settings, secrets, keys and lists, everything 0700 and 0600, made anew each time. */
final class DemoHome {

    private static final String MARK = ".passcourier-demo";

    private final Path path;

    private DemoHome(Path path) {
        this.path = path;
    }

    /**
     * Empties the folder, or makes it.
     *
     * @throws IOException if it cannot be done, or the folder holds something and no demo made it
     */
    static DemoHome fresh(Path path) throws IOException {
        Path home = path.toAbsolutePath().normalize();
        if (Files.exists(home, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS) || !isOurs(home)) {
                throw new IOException(home + " was not made by a demo and stays as it is: name another --directory");
            }
            delete(home);
        }
        Files.createDirectories(
                home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DemoHome fresh = new DemoHome(home);
        fresh.file(MARK, "The demo made this folder and empties it when it is started again.\n");
        return fresh;
    }

    private static boolean isOurs(Path home) throws IOException {
        try (Stream<Path> entries = Files.list(home)) {
            return Files.exists(home.resolve(MARK)) || entries.findAny().isEmpty();
        }
    }

    private static void delete(Path home) throws IOException {
        try (Stream<Path> below = Files.walk(home)) {
            for (Path each : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    Path path() {
        return path;
    }

    Path directory(String name) throws IOException {
        return Files.createDirectories(
                path.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Writes a file that only we can read. */
    Path file(String name, String content) throws IOException {
        Path file = path.resolve(name);
        directory(path.relativize(file.getParent()).toString());
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    /** Writes a key pair's private half as {@code <name>.pem}, PKCS#8. */
    Path privateKey(String name, KeyPair keys) throws IOException {
        return file(name + ".pem", pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    }

    /** Writes a key pair's public half as {@code <name>.pub.pem}. */
    Path publicKey(String name, KeyPair keys) throws IOException {
        return file(name + ".pub.pem", pem("PUBLIC KEY", keys.getPublic().getEncoded()));
    }

    /** Writes the settings from the demo's template. */
    Path settings(Map<String, String> values) throws IOException {
        return file("config/passcourier.yaml", filled("passcourier.yaml", values));
    }

    /** A template of this package with its {@code @names@} replaced. */
    static String filled(String template, Map<String, String> values) {
        String text = template(template);
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("@" + value.getKey() + "@", value.getValue());
        }
        return text;
    }

    private static String template(String name) {
        try (InputStream in = DemoHome.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("settings are missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }
}
