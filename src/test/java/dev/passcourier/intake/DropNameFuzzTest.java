package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.audit.AuditText;
import dev.passcourier.files.DurableFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

class DropNameFuzzTest {

    private static final Path DONE = Path.of("/drop/done");

    @FuzzTest
    void everyNameThatWeKeepStaysInItsDirectoryAndOnOneLineAndHasRoomForOurEndings(byte[] bytes) {
        String name = new String(bytes, StandardCharsets.UTF_8);
        if (!name.isEmpty()) {
            String safe = DropDirectory.safeName(name);
            assertThat(DurableFile.inside(DONE, safe + ".10000.rejects.ndjson").getParent())
                    .isEqualTo(DONE);
            assertThat(AuditText.clean(safe)).isEqualTo(safe);
            assertThat(safe.lines()).hasSize(1);
            assertThat(DropDirectory.safeName(safe)).isEqualTo(safe);
        }
    }
}
