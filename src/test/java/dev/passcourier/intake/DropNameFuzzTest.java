package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

class DropNameFuzzTest {

    private static final Path DROP = Path.of("/drop");

    @FuzzTest
    void everyNameThatIsTakenStaysInItsDirectoryAndOnOneLine(byte[] bytes) {
        String name = new String(bytes, StandardCharsets.UTF_8);
        if (DropGuard.isBatchName(name)) {
            assertThat(DROP.resolve(name).normalize().getParent()).isEqualTo(DROP);
            assertThat(name).matches("[ -~]{1,128}").doesNotStartWith(".").doesNotStartWith("-");
        }
    }
}
