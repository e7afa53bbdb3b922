package dev.passcourier.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurableFileTest {

    @TempDir
    Path directory;

    @Test
    void writesAFileThatOnlyItsOwnerMayRead() throws IOException {
        Path target = directory.resolve("a.csv");
        DurableFile.write(target, bytes("one"));
        assertThat(target).hasContent("one");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("a.csv");
    }

    @Test
    void keepsAFileThatIsThereAlready() throws IOException {
        Path target = directory.resolve("a.csv");
        DurableFile.write(target, bytes("one"));
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> DurableFile.write(target, bytes("two")));
        assertThat(target).hasContent("one");
        assertThat(names()).containsExactly("a.csv");
    }

    @Test
    void sweepsWhatAKillLeftAndNothingElse() throws IOException {
        Instant now = Instant.parse("2026-11-22T12:00:00Z");
        Instant longAgo = now.minusSeconds(121);
        String left = "." + UUID.randomUUID() + ".tmp";
        for (String name : List.of(left, ".mine.tmp", "a.csv", UUID.randomUUID() + ".tmp")) {
            touch(name, longAgo);
        }
        String inHand = "." + UUID.randomUUID() + ".tmp";
        touch(inHand, now.minusSeconds(119));
        Files.createDirectory(directory.resolve("." + UUID.randomUUID() + ".tmp"));
        List<String> before = names();

        DurableFile.sweep(directory, now);

        assertThat(names()).hasSize(before.size() - 1).doesNotContain(left).contains(inHand, ".mine.tmp", "a.csv");
    }

    private void touch(String name, Instant time) throws IOException {
        Files.setLastModifiedTime(Files.createFile(directory.resolve(name)), FileTime.from(time));
    }

    @Test
    void doesNotWriteThroughALink() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "kept");
        Path link = Files.createSymbolicLink(directory.resolve("a.csv"), elsewhere);
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> DurableFile.write(link, bytes("new")));
        DurableFile.replace(link, out -> out.write(bytes("new")));
        assertThat(elsewhere).hasContent("kept");
        assertThat(link).hasContent("new");
    }

    @Test
    void leavesNothingWhenTheContentFails() throws IOException {
        assertThatIOException()
                .isThrownBy(() -> DurableFile.write(directory.resolve("a.csv"), out -> {
                    out.write(bytes("half"));
                    throw new IOException("disk");
                }));
        assertThat(names()).isEmpty();
    }

    @Test
    void letsOneOfManyWritersWin() throws Exception {
        Path target = directory.resolve("a.csv");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> writers = IntStream.range(0, 8)
                    .<Callable<Boolean>>mapToObj(i -> () -> wins(target, "writer " + i))
                    .toList();
            int winners = 0;
            for (Future<Boolean> writer : threads.invokeAll(writers)) {
                winners += writer.get() ? 1 : 0;
            }
            assertThat(winners).isOne();
            assertThat(names()).containsExactly("a.csv");
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", ".hidden", "a/b", "../a", "/a", "a\\b", "a\nb", "a\0b", "a\u202eb", "a\u200bb"})
    void refusesANameThatLeavesTheDirectoryOrLies(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DurableFile.inside(directory, name))
                .withMessage("FILE_NAME");
    }

    @Test
    void refusesANameTooLongForAFile() {
        assertThat(DurableFile.inside(directory, "a".repeat(255)).getParent()).isEqualTo(directory);
        assertThatIllegalArgumentException().isThrownBy(() -> DurableFile.inside(directory, "a".repeat(256)));
    }

    private static boolean wins(Path target, String content) throws IOException {
        try {
            DurableFile.write(target, bytes(content));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
