package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import dev.passcourier.vault.FuzzedRecipients.Recipient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Begins with a true result of every format, and with packets of OpenPGP without their armor. */
class ResultFuzzTest {

    private static final String SECRET = "Canary#1";

    @TempDir
    static Path directory;

    private static final List<ResultOpener> OPENERS = new ArrayList<>();
    private static final List<byte[]> RESULTS = new ArrayList<>();

    @BeforeAll
    static void seal() throws Exception {
        VaultBench bench = new VaultBench(directory);
        for (Recipient recipient : new FuzzedRecipients(directory).all()) {
            ResultOpener opener = recipient.opener(bench.keys().publicSigningKey());
            byte[] sealed =
                    bench.seal(SECRET, VaultBench.FACTS, recipient.key()).bytes();
            opener.open(sealed, ResultOpener.Expected.ANY).close();
            OPENERS.add(opener);
            RESULTS.add(sealed);
        }
    }

    static List<Arguments> results() {
        return RESULTS.stream().map(result -> arguments((Object) result)).toList();
    }

    @MethodSource("results")
    @FuzzTest
    void nothingOpensThatNobodySealed(byte[] bytes) throws Exception {
        byte[] packets = FuzzedRecipients.armored(bytes)
                .replaceAll("(BEGIN|END) PGP [A-Z ]+", "$1 PGP MESSAGE")
                .getBytes(StandardCharsets.US_ASCII);
        for (ResultOpener opener : OPENERS) {
            check(opener, bytes);
            check(opener, packets);
        }
    }

    private static void check(ResultOpener opener, byte[] bytes) throws Exception {
        try (OpenedResult opened = opener.open(bytes, ResultOpener.Expected.ANY)) {
            assertThat(FormatBench.secret(opened)).isEqualTo(SECRET);
            assertThat(opened.facts()).containsEntry("requestId", VaultBench.FACTS.requestId());
        } catch (NotOpenedException refused) {
            Refusal.says(refused, new NotOpenedException(refused.reason()).getMessage());
        }
    }
}
