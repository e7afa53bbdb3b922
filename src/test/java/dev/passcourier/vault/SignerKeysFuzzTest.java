package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SignerKeysFuzzTest {

    @TempDir
    static Path directory;

    private static SignerKeys keys;

    @BeforeAll
    static void load() throws Exception {
        Path curve = Files.writeString(
                directory.resolve("p256.pem"),
                TestKeys.pem(TestKeys.ec("secp256r1").getPublic()));
        Path edwards = Files.writeString(
                directory.resolve("ed.pem"), TestKeys.pem(TestKeys.ed25519().getPublic()));
        keys = SignerKeys.load(
                Map.of("ci", new SignerKeys.Source(curve, null), "ed", new SignerKeys.Source(edwards, null)),
                Clock.systemUTC());
    }

    @FuzzTest
    void nothingVerifiesThatNobodySigned(byte[] bytes) {
        try {
            keys.verify(new String(bytes, StandardCharsets.UTF_8));
            fail("verified");
        } catch (UnverifiedException refused) {
            Refusal.says(refused, new UnverifiedException(refused.reason()).getMessage());
        }
    }
}
