package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class ResultFuzzTest {

    @TempDir
    static Path directory;

    private static ResultOpener opener;

    @BeforeAll
    static void load() throws Exception {
        VaultBench bench = new VaultBench(directory);
        Path key = TestKeys.file(directory.resolve("recipient.pem"), TestKeys.pkcs8(TestKeys.rsa2048()));
        opener = ResultOpener.load(key, null, bench.keys().publicSigningKey(), VaultBench.CLOCK);
    }

    @FuzzTest
    void nothingOpensThatNobodySealed(byte[] bytes) {
        try (OpenedResult opened = opener.open(bytes, ResultOpener.Expected.ANY)) {
            fail("opened " + opened.facts().keySet());
        } catch (NotOpenedException refused) {
            Refusal.says(refused, new NotOpenedException(refused.reason()).getMessage());
        }
    }
}
