package dev.passcourier.fetch;

import static dev.passcourier.fetch.SettleBench.NOW;
import static dev.passcourier.fetch.SettleBench.found;
import static dev.passcourier.fetch.SettleBench.text;
import static dev.passcourier.fetch.SettleBench.work;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.secrecy.CapturedOutput;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ciphertext belongs to the instance it was first seen for, and a key to the accounts that name its ring. */
class TransplantTest {

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(NOW, ZoneOffset.UTC);
    private SettleBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new SettleBench(directory, clock);
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void isRefusedAfterItsOwnerWasAsked() throws Exception {
        byte[] ciphertext = bench.encrypted("Canary#1");
        assertThat(isOpened(settle("victim", ciphertext))).isTrue();
        assertThat(isRefused(settle("thief", ciphertext))).isTrue();
        assertThat(isOpened(settle("victim", ciphertext))).isTrue();
    }

    @Test
    void isSeenWhenItsOwnerIsAskedAfterTheThief() throws Exception {
        byte[] ciphertext = bench.encrypted("Canary#1");
        settle("thief", ciphertext);
        try (CapturedOutput said = new CapturedOutput()) {
            assertThat(isRefused(settle("victim", ciphertext))).isTrue();
            assertThat(said.log()).contains("TRANSPLANTED", "victim").doesNotContain("Canary#1");
        }
    }

    @Test
    void isRefusedInOtherLineBreaksToo() throws Exception {
        String ciphertext = new String(bench.encrypted("Canary#1"), StandardCharsets.US_ASCII);
        settle("victim", ciphertext.getBytes(StandardCharsets.US_ASCII));
        String wrapped = ciphertext.replaceAll("(.{64})", "$1\r\n");
        assertThat(isRefused(settle("thief", wrapped.getBytes(StandardCharsets.US_ASCII))))
                .isTrue();
    }

    @Test
    void isRefusedAfterARestart() throws Exception {
        byte[] ciphertext = bench.encrypted("Canary#1");
        settle("victim", ciphertext);
        restart();
        assertThat(isRefused(settle("thief", ciphertext))).isTrue();
        assertThat(isOpened(settle("victim", ciphertext))).isTrue();
    }

    @Test
    void isRefusedAfterARestartWithoutTheLedger() throws Exception {
        byte[] ciphertext = bench.encrypted("Canary#1");
        settle("victim", ciphertext);
        bench.close();
        delete(directory.resolve("ledger"));
        bench = new SettleBench(directory, clock);
        assertThat(isRefused(settle("thief", ciphertext))).isTrue();
    }

    @Test
    void isRefusedInAnotherCloudThatHoldsTheSameKey() throws Exception {
        byte[] ciphertext = bench.encrypted("Canary#1");
        settle("vm-1", ciphertext);
        SettleBench.Steps other = bench.step("huawei-ecs", bench.ring(), false);
        assertThat(isRefused(bench.settle(other, work("vm-1"), found(ciphertext))))
                .isTrue();
    }

    @Test
    void aRequestCannotNameAKeyOfAnotherAccountsRing() throws Exception {
        Path file = TestKeys.file(
                directory.resolve("other.pem"),
                TestKeys.pem(TestKeys.rsa("other", 2048).getPrivate()));
        KeyRing ring = KeyRing.load("other", List.of(new KeyRing.Source(file, null)));
        SettleBench.Steps other = bench.step("huawei-ecs", ring, false);
        List<OutboundMessage> named = bench.settle(other, work("vm-1", "windows"), found(bench.encrypted("Canary#1")));
        assertThat(text(named.get(0))).contains("\"KEY_MISSING\"");
        List<OutboundMessage> tried = bench.settle(other, work("vm-1"), found(bench.encrypted("Canary#1")));
        assertThat(text(tried.get(0))).contains("\"WRONG_KEY\"");
    }

    private List<OutboundMessage> settle(String instance, byte[] ciphertext) throws Exception {
        return bench.settle(bench.step(), work(instance), found(ciphertext));
    }

    private static boolean isOpened(List<OutboundMessage> outbound) {
        return outbound.stream().allMatch(outboundMessage -> "RESULT"
                .equals(outboundMessage.properties().get("pcKind")));
    }

    private static boolean isRefused(List<OutboundMessage> outbound) {
        return outbound.stream()
                .allMatch(outboundMessage -> text(outboundMessage).contains("\"TRANSPLANTED\""));
    }

    private void restart() throws Exception {
        bench.close();
        bench = new SettleBench(directory, clock);
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
