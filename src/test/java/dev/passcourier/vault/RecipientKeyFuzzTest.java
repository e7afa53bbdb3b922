package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.fuzz.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Public and private keys of all formats; nobody mistakes one for the other. */
class RecipientKeyFuzzTest {

    @TempDir
    static Path directory;

    private static VaultBench bench;

    @BeforeAll
    static void prepare() throws Exception {
        bench = new VaultBench(directory);
    }

    static List<Arguments> keys() throws Exception {
        new FuzzedRecipients(directory).all();
        try (var files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .sorted()
                    .map(RecipientKeyFuzzTest::content)
                    .toList();
        }
    }

    @MethodSource("keys")
    @FuzzTest
    void anyFileIsAKeyOrRefusedByACode(byte[] content) throws Exception {
        Path file = TestKeys.file(directory.resolve("some.key"), "");
        Files.write(file, content);
        boolean isPublic = false;
        for (SealFormat format : SealFormat.values()) {
            isPublic |= isPublic(file, format);
        }
        boolean isPrivate = isPrivate(file);
        assertThat(isPublic && isPrivate).isFalse();
    }

    private static boolean isPublic(Path file, SealFormat format) {
        try {
            RecipientKey key = RecipientKey.load(new Settings.Recipient(format, file, null, null), VaultBench.CLOCK);
            assertThat(key.thumbprint()).isNotEmpty();
            assertThat(bench.seal("Canary#1", VaultBench.FACTS, key).bytes()).isNotEmpty();
            return true;
        } catch (KeyLoadException refused) {
            RefusedKey.tellsNothing(refused);
        } catch (VaultException refused) {
            Refusal.standsAlone(refused);
        }
        return false;
    }

    private static boolean isPrivate(Path file) {
        try {
            assertThat(RecipientPrivateKey.load(file, () -> new byte[] {'x'}).thumbprint())
                    .isNotEmpty();
            return true;
        } catch (KeyLoadException refused) {
            RefusedKey.tellsNothing(refused);
        }
        return false;
    }

    private static Arguments content(Path file) {
        try {
            return arguments((Object) Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
