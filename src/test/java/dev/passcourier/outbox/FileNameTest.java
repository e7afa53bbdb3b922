package dev.passcourier.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.request.Verdict;
import dev.passcourier.vault.DeliveryIds;
import dev.passcourier.vault.Sealed;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of result files tell people what is what, on every file system. */
class FileNameTest {

    private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "chg-4711, i-0abc, chg-4711_i-0abc_dlv_1.jwe",
        "chg-4711, , chg-4711_dlv_1.jwe",
        "CHG.4711:a, vm.9:b, CHG_4711_a_vm_9_b_dlv_1.jwe",
        "-weekly@2026-11-22T08:00+09:00, , _weekly_2026-11-22T08_00_09_00_dlv_1.jwe"
    })
    void sayRequestAndInstance(String request, @Nullable String instance, String name) {
        assertThat(item(request, instance, "dlv_1").fileName(".jwe")).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"CON", "con.txt", "NUL", "aux:1", "COM1", "lpt9.x", "a.", "..", "-rf", "x/../y", "\u8bf7\u6c42"})
    void areTakenByEveryFileSystem(String request) {
        String name = item(request, request, DeliveryIds.of(request, "ops")).fileName(".json");
        assertThat(name)
                .matches("[A-Za-z0-9_][A-Za-z0-9_-]*\\.json")
                .doesNotMatch("(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])\\..*");
    }

    @Test
    void areAtMost255CharactersLong() {
        assertThat(item("r".repeat(200), "i".repeat(128), "d".repeat(128)).fileName(".html"))
                .hasSize(255);
    }

    @Test
    void differForEveryDeliveryAlsoWhereLetterCaseDoesNotCount() {
        Set<String> names = new HashSet<>();
        for (String request : List.of("r-1", "R-1", "r.1", "r:1", "r_1", "r".repeat(100), "r".repeat(101))) {
            for (String alias : List.of("ops", "archive", "ops/notice")) {
                String id = DeliveryIds.of(request, alias);
                names.add(item(request, "i-1", id).fileName(".jwe").toLowerCase(Locale.ROOT));
            }
        }
        assertThat(names).hasSize(21);
    }

    @Test
    void keepTheInstanceInsideWhereTheAccountSaysSo() {
        Notice notice = new Notice("r-1", "quiet", "i-1", Verdict.DENIED, "IAM_401", "Check it.", 1, NOW);
        Notices notices = new Notices((request, alias) -> "dlv_1", account -> !account.equals("quiet"));

        var sent = notices.notices(notice, "r-1", List.of("ops")).get(0);

        assertThat(sent.properties()).doesNotContainKey("pcInstance");
        assertThat(new String(sent.body(), java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("i-1");
        Notice open = new Notice("r-1", "other", "i-1", Verdict.DENIED, "IAM_401", "Check it.", 1, NOW);
        assertThat(notices.notices(open, "r-1", List.of("ops")).get(0).properties())
                .containsEntry("pcInstance", "i-1");
    }

    @Test
    void nothingThatIsNoInstancesIdIsShownAsOne() {
        Notice notice = new Notice("r-1", "", "i-1\nBcc: x", Verdict.REFUSED, "FIELD_INVALID", "Correct it.", 0, NOW);
        assertThat(OutboxItem.notice(notice, "ops", "dlv_1", NOW).instance()).isNull();
    }

    private static OutboxItem item(String request, @Nullable String instance, String delivery) {
        return OutboxItem.result(
                new Sealed("ops", delivery, "application/jose", new byte[] {1}), request, instance, NOW, NOW);
    }
}
