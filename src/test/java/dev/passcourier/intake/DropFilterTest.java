package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropFilterTest {

    private final DropFilter filter = filter();

    @TempDir
    private Path drop;

    @ParameterizedTest
    @ValueSource(strings = {"a.csv", "a b (2).CSV", "x.ndjson", "x.jsonl", "0.json", "a..csv"})
    void showsPlainFilesWithABatchName(String name) throws IOException {
        assertThat(filter.accept(file(name))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {".a.csv", "a.csv.tmp", "a.txt", "a", "-a.csv", " a.csv", "a\nb.csv", "$x.csv", "é.csv"})
    void leavesOtherNamesAlone(String name) throws IOException {
        assertThat(filter.accept(file(name))).isFalse();
    }

    @Test
    void leavesNamesThatAreTooLong() throws IOException {
        assertThat(filter.accept(file("x".repeat(124) + ".csv"))).isTrue();
        assertThat(filter.accept(file("x".repeat(125) + ".csv"))).isFalse();
    }

    @Test
    void leavesLinks() throws IOException {
        Path target = file("target");
        assertThat(filter.accept(Files.createSymbolicLink(drop.resolve("link.csv"), target)))
                .isFalse();
        assertThat(filter.accept(Files.createSymbolicLink(drop.resolve("dangling.csv"), drop.resolve("no"))))
                .isFalse();
        assertThat(filter.accept(Files.createLink(drop.resolve("hard.csv"), target)))
                .isFalse();
    }

    @Test
    void leavesDirectoriesAndPipes() throws Exception {
        assertThat(filter.accept(Files.createDirectory(drop.resolve("folder.csv"))))
                .isFalse();
        Path pipe = drop.resolve("pipe.csv");
        Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assumeThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(filter.accept(pipe)).isFalse();
    }

    @Test
    void leavesDevices() throws Exception {
        Path device = drop.resolve("device.csv");
        Process mknod = new ProcessBuilder("mknod", device.toString(), "c", "1", "5").start();
        assertThat(mknod.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assumeThat(mknod.exitValue()).as("only root may make devices").isZero();
        assertThat(filter.accept(device)).isFalse();
    }

    @Test
    void leavesFilesThatEverybodyCanWriteTo() throws IOException {
        Path open = file("open.csv");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(filter.accept(open)).isFalse();

        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThat(filter.accept(open)).isTrue();
    }

    @Test
    void takesFilesOfListedOwnersOnly() throws IOException {
        Path file = file("a.csv");
        String owner = Files.getOwner(file).getName();

        assertThat(filter(owner).accept(file)).isTrue();
        assertThat(filter("somebody-else").accept(file)).isFalse();
    }

    @Test
    void takesNoForeignFileUnlessItsOwnerIsListed() throws IOException {
        Path file = file("a.csv");
        try {
            Files.setAttribute(file, "unix:uid", 12345);
        } catch (IOException notAllowed) {
            assumeThat(notAllowed).as("only root may give files away").isNull();
        }

        assertThat(filter.accept(file)).isFalse();
        assertThat(filter("12345").accept(file)).isTrue();
    }

    /** Which waits for no file. */
    private static DropFilter filter(String... owners) {
        return new DropFilter(
                new DropGuard(List.of(owners)), new Settling(Duration.ZERO, Duration.ZERO, System::nanoTime));
    }

    private Path file(String name) throws IOException {
        return Files.writeString(drop.resolve(name), "x");
    }
}
