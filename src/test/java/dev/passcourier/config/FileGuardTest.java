package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

class FileGuardTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeASecret() throws Exception {
        file = Files.writeString(
                Files.createDirectory(folder.resolve("secrets")).resolve("token"), "CANARY-guard-0b\n");
        mode(file, "rw-------");
    }

    @ParameterizedTest
    @CsvSource({
        "rw-------,fine,fine",
        "r--------,fine,fine",
        "rwx------,fine,fine",
        "rw-r-----,open,fine",
        "rw-r--r--,open,fine",
        "rw----r--,open,fine",
        "rw--w----,open,fine",
        "rw------x,open,fine",
        "rw-rw-r--,open,fine",
        "rw-rw-rw-,open,changeable",
        "rw-----w-,open,changeable",
    })
    void looksAtTheFilesMode(String mode, String asSecret, String asTrusted) throws Exception {
        mode(file, mode);

        assertThat(verdict(() -> FileGuard.secret(file))).isEqualTo(asSecret);
        assertThat(verdict(() -> FileGuard.trusted(file))).isEqualTo(asTrusted);
    }

    /** As Kubernetes mounts a secret: root's, in memory, behind two links. */
    @ParameterizedTest
    @CsvSource({
        "r--r-----,0,fine",
        "r--------,0,fine",
        "r--r-----,4321,in a pod",
        "rw-r-----,0,in a pod",
        "r--rw----,0,in a pod",
        "r--r--r--,0,in a pod",
    })
    void takesASecretThatAPodsVolumeHoldsForOurGroup(String mode, int group, String verdict) throws Exception {
        Path memory = Path.of("/dev/shm");
        assumeTrue(
                Files.isDirectory(memory) && Files.getFileStore(memory).type().equals("tmpfs"));
        assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "only root can make what root makes in a pod");
        Path volume = Files.createTempDirectory(memory, "passcourier-secret");
        try {
            Path data = Files.createDirectory(volume.resolve("..2026_11_29"));
            Path held = Files.writeString(data.resolve("token"), "CANARY-guard-0c\n");
            mode(held, mode);
            Files.setAttribute(held, "unix:gid", group);
            Files.createSymbolicLink(volume.resolve("..data"), data.getFileName());
            Path link = Files.createSymbolicLink(volume.resolve("token"), Path.of("..data/token"));

            if (verdict.equals("fine")) {
                FileGuard.secret(link);
            } else {
                assertThatThrownBy(() -> FileGuard.secret(link))
                        .hasMessageStartingWith(link + " is open to others; chmod 600 it; " + verdict)
                        .hasMessageContaining("defaultMode: 0400")
                        .hasMessageContaining("fsGroup");
            }
        } finally {
            FileSystemUtils.deleteRecursively(volume);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rwx------,false,fine",
        "rwxr-xr-x,false,fine",
        "rwxrwxr-x,false,fine",
        "rwxrwxrwx,true,fine",
        "rwxrwxrwx,false,writable",
        "rwx----w-,false,writable",
    })
    void looksAtTheFoldersAbove(String mode, boolean sticky, String verdict) throws Exception {
        mode(file.getParent(), mode);
        if (sticky) {
            Files.setAttribute(file.getParent(), "unix:mode", 01777);
        }

        assertThat(verdict(() -> FileGuard.secret(file))).isEqualTo(verdict);
        assertThat(verdict(() -> FileGuard.trusted(file))).isEqualTo(verdict);
    }

    @Test
    void followsALinkAndLooksAtTheFoldersOnBothWays() throws Exception {
        Path link = Files.createSymbolicLink(
                Files.createDirectory(folder.resolve("links")).resolve("token"), file);
        assertThatCode(() -> FileGuard.secret(link)).doesNotThrowAnyException();

        mode(link.getParent(), "rwxrwxrwx");
        assertThat(verdict(() -> FileGuard.secret(link))).isEqualTo("writable");

        mode(link.getParent(), "rwx------");
        mode(file.getParent(), "rwxrwxrwx");
        assertThat(verdict(() -> FileGuard.secret(link))).isEqualTo("writable");
    }

    @Test
    void refusesAFileOfAnotherUser() throws Exception {
        assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "only root can give files away");
        Files.setAttribute(file, "unix:uid", 12345);

        assertThatThrownBy(() -> FileGuard.secret(file)).hasMessageContaining("belongs to another user");
    }

    @Test
    void refusesWhatIsNotARegularFile() {
        assertThatThrownBy(() -> FileGuard.secret(folder)).hasMessageContaining("is not a regular file");
        assertThatThrownBy(() -> FileGuard.secret(Path.of("/dev/null"))).hasMessageContaining("is not a regular file");
        assertThatThrownBy(() -> FileGuard.trusted(folder.resolve("gone"))).hasMessageContaining("does not exist");
    }

    @ParameterizedTest
    @CsvSource({"rwx------,fine", "rwxrwx---,fine", "rwxrwxrwx,writable", "rwx----w-,writable"})
    void wantsDirectoriesThatNotEverybodyCanWriteTo(String mode, String verdict) throws Exception {
        mode(file.getParent(), mode);

        assertThat(verdict(() -> FileGuard.directory(file.getParent()))).isEqualTo(verdict);
    }

    @Test
    void refusesADirectoryThatIsNone() {
        assertThatThrownBy(() -> FileGuard.directory(file)).hasMessageContaining("is not an existing directory");
    }

    @ParameterizedTest
    @CsvSource({"'CANARY\n','CANARY'", "'CANARY\r\n','CANARY'", "'CANARY\n\n','CANARY\n'", "' CANARY ',' CANARY '"})
    void dropsOnlyTheLastLineBreakOfASecret(String content, String secret) throws Exception {
        Files.writeString(file, content);

        assertThat(new SecretRef("{{file:" + file + "}}").read()).isEqualTo(secret.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void refusesAnEmptySecret(String content) throws Exception {
        Files.writeString(file, content);

        assertThatThrownBy(() -> new SecretRef("{{file:" + file + "}}").read()).hasMessageContaining("is empty");
    }

    @Test
    void refusesASecretOfTheWrongSizeOrMode() throws Exception {
        SecretRef secret = new SecretRef("{{file:" + file + "}}");
        Files.write(file, new byte[SecretSource.MAX_FILE + 1]);
        assertThatThrownBy(secret::read).hasMessageContaining("is larger than 64 KiB");

        Files.write(file, new byte[SecretSource.MAX_FILE]);
        assertThat(secret.read()).hasSize(SecretSource.MAX_FILE);

        mode(file, "rw-r--r--");
        assertThatThrownBy(secret::read).hasMessageContaining("is open to others");
    }

    @Test
    void readsAVariableAndRefusesOneThatIsNotSet() throws Exception {
        assertThat(SecretSource.read("{{env:A}}", name -> "CANARY-" + name))
                .isEqualTo("CANARY-A".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> SecretSource.read("{{env:A}}", name -> null))
                .hasMessage("environment variable A is not set");
        assertThatThrownBy(() -> SecretSource.read("{{env:A}}", name -> "")).hasMessageContaining("is not set");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"CANARY", "", "{{CANARY}}", "{{sys:CANARY}}", "{{env:}}", "x{{env:CANARY}}", "{{env:CANARY}} "})
    void neverHoldsALiteralAsAReference(String literal) {
        assertThatThrownBy(() -> new SecretRef(literal))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a reference to a secret");
    }

    @FunctionalInterface
    private interface Check {
        void run() throws ConfigurationException;
    }

    private static String verdict(Check check) {
        try {
            check.run();
            return "fine";
        } catch (ConfigurationException e) {
            return e.getMessage().contains("is open to others")
                    ? "open"
                    : e.getMessage().contains("can be changed")
                            ? "changeable"
                            : e.getMessage().contains("can be written to") ? "writable" : e.getMessage();
        }
    }

    private static void mode(Path path, String mode) throws Exception {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
