package dev.passcourier.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo empties its folder when it starts, and no other. */
class DemoFolderTest {

    @TempDir
    private Path folder;

    @Test
    void emptiesWhatADemoMade() throws IOException {
        Path demo = folder.resolve("data/demo");
        DemoHome.fresh(demo).file("archive/old.jwe", "sealed");

        DemoHome.fresh(demo);

        assertThat(demo.resolve("archive")).doesNotExist();
    }

    @Test
    void leavesEverythingElseAlone() throws IOException {
        Path mine = Files.writeString(folder.resolve("precious"), "mine");

        assertThatIOException()
                .isThrownBy(() -> DemoHome.fresh(folder))
                .withMessageContaining("was not made by a demo and stays as it is: name another --directory");
        assertThatIOException().isThrownBy(() -> DemoHome.fresh(mine)).withMessageContaining("was not made by a demo");
        Path link = Files.createSymbolicLink(
                folder.resolve("link"), DemoHome.fresh(folder.resolve("demo")).path());
        assertThatIOException().isThrownBy(() -> DemoHome.fresh(link)).withMessageContaining("was not made by a demo");
        assertThat(mine).hasContent("mine");
    }
}
