package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.passcourier.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people and volumes do to the drop directory under a running service, and that it goes on once it is right again. */
class DropDirectoryTest {

    @TempDir
    private Path home;

    private Path drop;
    private DropDirectory directory;

    @BeforeEach
    void open() throws IOException, ConfigurationException {
        drop = Files.createDirectory(home.resolve("drop"));
        directory = DropDirectory.open(drop, List.of("12345"), Clock.systemUTC());
        assertThat(directory.check()).isEmpty();
    }

    @AfterEach
    void isRightInTheEnd() {
        assertThat(directory.check()).isEmpty();
        assertThat(Stream.of("work", "done", "failed").map(drop::resolve))
                .allSatisfy(own -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                        .isEqualTo("rwx------"));
    }

    @Test
    void isGoneAndMadeAgain() throws IOException {
        Path aside = Files.move(drop, home.resolve("aside"));
        assertFault("DIRECTORY_GONE", "is not there; mkdir it");

        Files.createDirectory(drop);
        assertThat(directory.check()).isEmpty();
        Files.writeString(drop.resolve("a.csv"), "x");
        assertThat(directory.claim("a.csv")).isPresent();
        assertThat(aside).exists();
    }

    @Test
    void comesBackWithFilesInHand() throws IOException {
        Files.writeString(drop.resolve("a.csv"), "x");
        assertThat(directory.claim("a.csv")).isPresent();
        Path aside = Files.move(drop, home.resolve("aside"));
        Files.createDirectory(drop);
        assertThat(directory.check()).isEmpty();

        Path other = Files.move(drop, home.resolve("other"));
        Files.move(aside, drop);
        assertThat(directory.check()).isEmpty();

        assertThat(other).exists();
        assertThat(drop.resolve("a.csv")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxr-xrwx", "-wx-wx-wx"})
    void isOpenToEverybody(String mode) throws IOException {
        Files.setPosixFilePermissions(drop, PosixFilePermissions.fromString(mode));
        assertFault("DIRECTORY_OPEN", "chmod o-w it");
        Files.setPosixFilePermissions(drop, PosixFilePermissions.fromString("rwxrwx---"));
    }

    @Test
    void liesInAFolderThatIsOpenToEverybody() throws IOException {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertFault("DIRECTORY_OPEN", "chmod o-w it");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void belongsToAnotherUser() throws IOException {
        give(drop, 4321);
        assertFault("DIRECTORY_FOREIGN", "belongs to the user 4321; chown it");

        give(drop, 12345);
        assertThat(directory.check()).as("an owner that the settings list").isEmpty();
        give(drop, 0);
    }

    @Test
    void isReplacedByALink() throws IOException {
        Path aside = Files.move(drop, home.resolve("aside"));
        Files.createSymbolicLink(drop, aside);
        assertFault("DIRECTORY_REPLACED", "put that one back");
        Files.delete(drop);
        Files.move(aside, drop);
    }

    @Test
    void isReplacedByAFile() throws IOException {
        Path aside = Files.move(drop, home.resolve("aside"));
        Files.createFile(drop);
        assertFault("DIRECTORY_REPLACED", "put that one back");
        Files.delete(drop);
        Files.move(aside, drop);
    }

    @Test
    void liesBehindAFolderThatIsALinkNow() throws Exception {
        Path outer = Files.createDirectory(home.resolve("outer"));
        Path inner = Files.createDirectory(outer.resolve("inner"));
        DropDirectory nested = DropDirectory.open(inner, List.of(), Clock.systemUTC());
        Path aside = Files.move(outer, home.resolve("aside"));
        Files.createSymbolicLink(outer, aside);

        assertThat(nested.check().map(DropDirectory.Fault::code)).contains("DIRECTORY_REPLACED");
    }

    @Test
    void mayBeALinkFromTheStart() throws Exception {
        Path link = Files.createSymbolicLink(home.resolve("link"), drop);

        assertThat(DropDirectory.open(link, List.of(), Clock.systemUTC()).check())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"work", "done", "failed"})
    void losesOneOfOurs(String own) throws IOException {
        Files.delete(drop.resolve(own));
        assertThat(directory.check()).isEmpty();

        Files.delete(drop.resolve(own));
        Files.createSymbolicLink(drop.resolve(own), home);
        assertFault("DIRECTORY_REPLACED", "is not a directory; move it away");
        Files.delete(drop.resolve(own));
        Files.createFile(drop.resolve(own));
        assertFault("DIRECTORY_REPLACED", "is not a directory; move it away");
        Files.delete(drop.resolve(own));
    }

    @ParameterizedTest
    @ValueSource(strings = {"r-x------", "rwxr-x---", "rwxrwxrwx"})
    void findsOneOfOursWithAnotherMode(String mode) throws IOException {
        Files.setPosixFilePermissions(drop.resolve("done"), PosixFilePermissions.fromString(mode));
        assertFault("DIRECTORY_OPEN", "chmod 700 it");
        Files.setPosixFilePermissions(drop.resolve("done"), PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void findsOneOfOursWithAnotherOwner() throws IOException {
        give(drop.resolve("work"), 12345);
        assertFault("DIRECTORY_OPEN", "must belong to the service's user alone");
        give(drop.resolve("work"), 0);
    }

    @Test
    void findsAnotherFileSystemOverOneOfOurs() throws Exception {
        mount(
                "-t",
                "tmpfs",
                "-o",
                "size=1m,mode=700",
                "tmpfs",
                drop.resolve("done").toString());
        try {
            assertFault("DIRECTORY_ELSEWHERE", "lies on another file system than the drop directory");
        } finally {
            unmount(drop.resolve("done"));
        }
    }

    @Test
    void findsItsFileSystemReadOnly() throws Exception {
        mount("--bind", drop.toString(), drop.toString());
        try {
            mount("-o", "remount,bind,ro", drop.toString());
            assertFault("DIRECTORY_READ_ONLY", "mount it writable");
        } finally {
            unmount(drop);
        }
    }

    @Test
    void doesNotStartOnWhatWouldStopIt() throws IOException {
        Path other = Files.createDirectory(home.resolve("other"));
        Files.createSymbolicLink(other.resolve("done"), drop);
        assertThatThrownBy(() -> DropDirectory.open(other, List.of(), Clock.systemUTC()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("is not a directory; move it away");
        assertThatThrownBy(() -> DropDirectory.demandUsable(home.resolve("missing"), List.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("is not there; mkdir it");
        assertThat(other.resolve("work")).doesNotExist();
    }

    private void assertFault(String code, String says) {
        Optional<DropDirectory.Fault> fault = directory.check();
        assertThat(fault.map(DropDirectory.Fault::code)).contains(code);
        assertThat(fault.orElseThrow().says()).contains(says);
        assertThatThrownBy(() -> directory.claim("a.csv"))
                .isInstanceOf(IOException.class)
                .hasMessage(code);
    }

    private static void give(Path path, int user) throws IOException {
        try {
            Files.setAttribute(path, "unix:uid", user);
        } catch (FileSystemException notAllowed) {
            assumeThat(notAllowed).as("only root may give files away").isNull();
        }
    }

    private static void mount(String... arguments) throws Exception {
        assumeThat(run("mount", arguments)).as("this test may mount").isZero();
    }

    private static void unmount(Path path) throws Exception {
        assertThat(run("umount", "-l", path.toString())).isZero();
    }

    private static int run(String program, String... arguments) throws Exception {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of(program), Stream.of(arguments)).toList())
                .start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
