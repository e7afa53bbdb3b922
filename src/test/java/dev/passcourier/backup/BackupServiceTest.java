package dev.passcourier.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupServiceTest {

    private static final int LOOKS = 300;

    @TempDir
    private Path data;

    /** The service writes small files anew, by way of temporary ones, while it is backed up. */
    @Test
    void findsWhatIsThereWhileOtherFilesComeAndGo() throws Exception {
        Path kept = Files.writeString(data.resolve("kept"), "kept");
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            while (!enough.get()) {
                comeAndGo();
            }
        });
        try {
            for (int look = 0; look < LOOKS; look++) {
                assertThat(BackupService.files(data)).contains(kept).allMatch(file -> !file.toString()
                        .endsWith(".tmp"));
            }
        } finally {
            enough.set(true);
            writer.join();
        }
    }

    private void comeAndGo() {
        try {
            for (int i = 0; i < 20; i++) {
                DurableFile.replace(data.resolve("small-" + i), out -> out.write(1));
                Path folder = Files.createDirectory(data.resolve("folder-" + i));
                Files.delete(Files.createFile(folder.resolve("page")));
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void followsLinksAsTheServiceDoes() throws Exception {
        Path elsewhere = Files.createDirectory(data.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("page"), "page");
        Path part = Files.createDirectory(data.resolve("part"));
        Files.createSymbolicLink(part.resolve("linked"), elsewhere);
        Files.createSymbolicLink(part.resolve("dangling"), data.resolve("nowhere"));
        assertThat(BackupService.files(part)).containsExactly(part.resolve("linked/page"));
    }
}
