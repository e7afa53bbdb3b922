package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A file system of its own, small enough to fill. Needs the right to mount; tests are skipped where it is missing. */
public final class SmallDisk implements AutoCloseable {

    private final Path path;

    private SmallDisk(Path path) {
        this.path = path;
    }

    /** Mounts one over a directory, which is made. */
    public static SmallDisk mount(Path path, int mebibytes) throws Exception {
        Files.createDirectories(path);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "mode=0700,size=" + mebibytes + "m", "tmpfs", path.toString()) == 0,
                "a small file system can be mounted");
        return new SmallDisk(path);
    }

    /** Mounts one with ext4, which can fail, over a directory, which is made. Its content lies in a file beside that. */
    public static SmallDisk mountExt4(Path path, int mebibytes) throws Exception {
        Files.createDirectories(path);
        Path image = image(path);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) mebibytes << 20);
        }
        assumeTrue(
                run("mkfs.ext4", "-q", "-F", image.toString()) == 0 && mountImage(path) == 0,
                "a small ext4 can be made and mounted");
        return new SmallDisk(path);
    }

    private static Path image(Path path) {
        return path.resolveSibling(path.getFileName() + ".ext4");
    }

    private static int mountImage(Path path) throws IOException, InterruptedException {
        return run("mount", "-o", "loop,errors=remount-ro", image(path).toString(), path.toString());
    }

    /** What ext4 does when the disk below it fails: from now on it is read-only, also for those who have files open. */
    public void fail() throws Exception {
        assertThat(run("mount", "-o", "remount,abort", path.toString())).isZero();
    }

    /** As an operator repairs such a file system, once nobody has files open there. */
    public void repair() throws Exception {
        await().dontCatchUncaughtExceptions().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return run("umount", path.toString()) == 0;
        });
        assertThat(run("fsck.ext4", "-p", image(path).toString()))
                .as("errors are corrected")
                .isLessThan(4);
        assertThat(mountImage(path)).isZero();
    }

    /** Writes until there is no room for a single byte more. */
    public void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(path.resolve("filler"))) {
            byte[] block = new byte[1 << 16];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(path.toFile().getUsableSpace()).isLessThan(1 << 16);
        }
    }

    /** How many files and directories may be there, whatever the room: as many as there are now and no more, or any number. */
    public void limitFiles(boolean limited) throws Exception {
        try (Stream<Path> files = Files.walk(path)) {
            long inodes = limited ? files.count() : 0;
            assertThat(run("mount", "-o", "remount,nr_inodes=" + inodes, path.toString()))
                    .isZero();
        }
    }

    public void free() throws IOException {
        Files.delete(path.resolve("filler"));
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Unmounts it when its last user is gone: a broker whose disk was full leaves files open until they are collected. */
    public void closeWhenUnused() throws Exception {
        assertThat(run("umount", "-l", path.toString())).isZero();
    }

    @Override
    public void close() throws Exception {
        if (run("umount", path.toString()) != 0) {
            run("umount", "-l", path.toString());
            throw new AssertionError("something still uses " + path);
        }
    }
}
