package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Recipients who work with openssl, gpg and age: they make their own keys and open with their own programs. A test is
 * skipped where a program is missing.
 */
public final class Programs implements AutoCloseable {

    private final Path home;

    /** With a place for keys; short, as gpg's agent puts a socket there. */
    public Programs() throws IOException {
        home = Files.createTempDirectory(
                "pc", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** What a program answered. */
    public record Said(int exit, byte[] out, String err) {

        /** The output as text. */
        public String text() {
            return new String(out, StandardCharsets.UTF_8);
        }
    }

    /** A file among the keys. */
    public Path file(String name) {
        return home.resolve(name);
    }

    /** Runs a program that must succeed. */
    public Said run(String program, String... arguments) throws Exception {
        Said said = ask(program, arguments);
        assertThat(said.exit())
                .describedAs("%s %s: %s", program, List.of(arguments), said.err())
                .isZero();
        return said;
    }

    /** Runs a program, its keys at home. */
    public Said ask(String program, String... arguments) throws Exception {
        assumeTrue(isInstalled(program), () -> program + " is not installed");
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(home, "out", "");
        Path err = Files.createTempFile(home, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("GNUPGHOME", home.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Said(process.exitValue(), Files.readAllBytes(out), Files.readString(err));
    }

    /** A certificate and its key, {@code name.crt} and {@code name.key}, by openssl. */
    public Path certificate(String name, String algorithm, String usage) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("req", "-x509", "-nodes", "-newkey", "rsa:2048"));
        if (!algorithm.startsWith("rsa")) {
            arguments.set(4, "ec");
            arguments.addAll(List.of("-pkeyopt", "ec_paramgen_curve:" + algorithm));
        } else {
            arguments.set(4, algorithm);
        }
        arguments.addAll(List.of(
                "-keyout",
                file(name + ".key").toString(),
                "-out",
                file(name + ".crt").toString()));
        arguments.addAll(List.of("-days", "365", "-subj", "/CN=" + name, "-addext", "keyUsage=critical," + usage));
        run("openssl", arguments.toArray(String[]::new));
        Files.setPosixFilePermissions(file(name + ".key"), PosixFilePermissions.fromString("rw-------"));
        return file(name + ".crt");
    }

    /** An OpenPGP key with a subkey for encryption, made by gpg. Its public half is {@code name.asc}. */
    public Path pgpKey(String name, String algorithm, String subkey, String expires) throws Exception {
        gpg("--quick-gen-key", name + " <" + name + "@example.com>", algorithm, "sign", expires);
        if (!subkey.isEmpty()) {
            gpg("--quick-add-key", fingerprint(name), subkey, "encr", expires);
        }
        return exported(name);
    }

    /** Exports a public key again. */
    public Path exported(String name) throws Exception {
        Files.write(
                file(name + ".asc"),
                gpg("--armor", "--export", name + "@example.com").out());
        return file(name + ".asc");
    }

    /** Exports a private key to {@code name.sec.asc}. */
    public Path exportedSecret(String name) throws Exception {
        Path file = TestKeys.file(file(name + ".sec.asc"), "");
        Files.write(
                file,
                gpg("--armor", "--export-secret-keys", name + "@example.com").out());
        return file;
    }

    /** The primary key's fingerprint, as gpg prints it. */
    public String fingerprint(String name) throws Exception {
        return gpg("--with-colons", "--fingerprint", name + "@example.com")
                .text()
                .lines()
                .filter(line -> line.startsWith("fpr:"))
                .findFirst()
                .orElseThrow()
                .replaceAll("[^0-9A-F]", "");
    }

    /** Runs gpg without a terminal and without a passphrase. */
    public Said gpg(String... arguments) throws Exception {
        return run("gpg", gpgArguments(arguments));
    }

    /** The same for what may fail. */
    public Said askGpg(String... arguments) throws Exception {
        return ask("gpg", gpgArguments(arguments));
    }

    private static String[] gpgArguments(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--batch", "--yes", "--pinentry-mode", "loopback"));
        all.addAll(List.of("--passphrase", "", "--no-tty", "--status-fd", "2", "--trust-model", "always"));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    /** Whether a program is on the path. */
    public static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    @Override
    public void close() throws IOException {
        if (isInstalled("gpgconf")) {
            var stop = new ProcessBuilder("gpgconf", "--kill", "all");
            stop.environment().put("GNUPGHOME", home.toString());
            stop.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
            try {
                stop.start().waitFor(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        // Agents take their sockets away in their own time, perhaps amid ours.
        Awaitility.await().ignoreExceptions().until(this::isRemoved);
    }

    private boolean isRemoved() throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
        return Files.notExists(home);
    }
}
