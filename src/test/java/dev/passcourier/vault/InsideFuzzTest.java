package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import dev.passcourier.vault.FuzzedRecipients.Recipient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Recipients' keys are public: anybody can seal anything for them. The first byte says for whom the rest is sealed. */
class InsideFuzzTest {

    @TempDir
    static Path directory;

    private static final List<Recipient> RECIPIENTS = new ArrayList<>();
    private static final List<ResultOpener> CHECKING = new ArrayList<>();
    private static final List<ResultOpener> TRUSTING = new ArrayList<>();
    private static final List<byte[]> INSIDES = new ArrayList<>();

    private static SealedInside inside;

    @BeforeAll
    static void seal() throws Exception {
        VaultBench bench = new VaultBench(directory);
        inside = new SealedInside(bench);
        for (Recipient recipient : new FuzzedRecipients(directory).all()) {
            ResultOpener opener = recipient.opener(bench.keys().publicSigningKey());
            byte[] whole = inside.of(recipient);
            opener.open(inside.seal(whole.clone(), recipient.key()), ResultOpener.Expected.ANY)
                    .close();
            CHECKING.add(opener);
            TRUSTING.add(recipient.opener(null));
            INSIDES.add(prefixed(RECIPIENTS.size(), whole));
            RECIPIENTS.add(recipient);
        }
    }

    static List<Arguments> insides() {
        return INSIDES.stream().map(each -> arguments((Object) each)).toList();
    }

    @MethodSource("insides")
    @FuzzTest
    void anythingSealedIsAResultOrRefusedByACode(byte[] bytes) throws Exception {
        if (bytes.length == 0) {
            return;
        }
        int who = (bytes[0] & 0xFF) % RECIPIENTS.size();
        byte[] sealed = inside.seal(
                Arrays.copyOfRange(bytes, 1, bytes.length), RECIPIENTS.get(who).key());
        open(TRUSTING.get(who), sealed, false);
        open(CHECKING.get(who), sealed, true);
    }

    private static void open(ResultOpener opener, byte[] sealed, boolean checked) throws Exception {
        try (OpenedResult opened = opener.open(sealed, ResultOpener.Expected.ANY)) {
            assertThat(opened.signatureChecked()).isEqualTo(checked);
            assertThat(opened.facts()).containsKeys("requestId", "deliveryId", "alias", "kind", "notAfter");
            assertThat(checked ? FormatBench.secret(opened) : SealedInside.SECRET)
                    .isEqualTo(SealedInside.SECRET);
        } catch (NotOpenedException refused) {
            Refusal.says(refused, new NotOpenedException(refused.reason()).getMessage());
        }
    }

    private static byte[] prefixed(int who, byte[] bytes) {
        byte[] all = new byte[bytes.length + 1];
        all[0] = (byte) who;
        System.arraycopy(bytes, 0, all, 1, bytes.length);
        return all;
    }
}
