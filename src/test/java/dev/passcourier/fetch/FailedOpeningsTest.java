package dev.passcourier.fetch;

import static dev.passcourier.fetch.SettleBench.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.TestKeys;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailedOpeningsTest {

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(NOW, ZoneOffset.UTC);
    private final FailedOpenings failures = new FailedOpenings(clock);

    @BeforeEach
    void nameTheKeys() throws Exception {
        failures.account("one", ring("one", "first", "second"));
        failures.account("two", ring("two", "second", "third"));
        failures.account("clear", KeyRing.empty());
    }

    @Test
    void neverHoldUpABatchOfMachinesWhoseKeyIsMissing() {
        for (int i = 0; i < 20_000; i++) {
            FetchWork line = work("one", "vm-" + i, null, "jane");
            assertThat(failures.tooMany(line)).isFalse();
            failures.count(line, ciphertext(i));
        }
        assertThat(failures.tooMany(work("one", "vm-7", "first", "jane"))).isFalse();
    }

    @Test
    void countTheSameCiphertextOnceHoweverOftenItIsAskedAbout() {
        for (int i = 0; i < 1000; i++) {
            FetchWork again = work("one", "vm-1", null, "jane");
            assertThat(failures.tooMany(again)).isFalse();
            failures.count(again, ciphertext(1));
        }
    }

    @Test
    void holdUpAnInstanceThatChangesItsCiphertextAndNoOtherOne() {
        change(FailedOpenings.PER_INSTANCE, work("one", "vm-1", null, "jane"));
        assertThat(failures.tooMany(work("one", "vm-1", null, "joe"))).isTrue();
        assertThat(failures.tooMany(work("one", "vm-2", null, "jane"))).isFalse();
        assertThat(failures.tooMany(work("two", "vm-1", null, "jane"))).isFalse();
        clock.advance(Duration.ofMinutes(6));
        assertThat(failures.tooMany(work("one", "vm-1", null, "joe"))).isFalse();
    }

    @Test
    void knowAnInstanceInEverySpellingThatACloudTakes() {
        String id = "6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0";
        change(FailedOpenings.PER_INSTANCE, work("one", id, null, "jane"));
        assertThat(failures.tooMany(work("one", id.toUpperCase(Locale.ROOT), null, "jane")))
                .isTrue();
        assertThat(failures.tooMany(work("one", id.replace("-", ""), null, "jane")))
                .isTrue();
    }

    @Test
    void holdUpARequesterOfChangingCiphertextsWhateverIsAskedFor() {
        for (int i = 0; i < FailedOpenings.PER_REQUESTER; i++) {
            change(1, work(i % 2 == 0 ? "one" : "two", "vm-" + i, i % 2 == 0 ? "first" : "third", "jane"));
        }
        assertThat(failures.tooMany(work("one", "vm-0", "second", "jane"))).isTrue();
        assertThat(failures.tooMany(work("one", "vm-0", "second", "joe"))).isFalse();
        assertThat(failures.tooMany(work("one", "new", "second", "jane"))).isFalse();
    }

    @Test
    void holdUpAKeyOnWhateverRingItIs() {
        for (int i = 0; i < FailedOpenings.PER_KEY; i++) {
            change(1, work("one", "vm-" + i, "second", "user-" + i));
        }
        failures.count(work("two", "vm-1", "third", "jane"), ciphertext(1));
        assertThat(failures.tooMany(work("two", "vm-1", "second", "jane"))).isTrue();
        assertThat(failures.tooMany(work("two", "vm-1", null, "jane"))).isTrue();
        assertThat(failures.tooMany(work("two", "vm-1", "third", "jane"))).isFalse();
        assertThat(failures.tooMany(work("one", "vm-0", "first", "jane"))).isFalse();
        assertThat(failures.tooMany(work("one", "new", "second", "jane"))).isFalse();
    }

    @Test
    void neverHoldUpWhatOpensNothing() {
        change(FailedOpenings.PER_REQUESTER, work("one", "vm-1", null, "jane"));
        assertThat(failures.tooMany(work("clear", "vm-1", null, "jane"))).isFalse();
        assertThat(failures.tooMany(work("one", "vm-1", "missing", "jane"))).isFalse();
    }

    /** So many ciphertexts that fail after a first one. */
    private void change(int times, FetchWork work) {
        for (int i = 0; i <= times; i++) {
            failures.count(work, ciphertext(i));
        }
    }

    private static String ciphertext(int number) {
        return "%064x".formatted(BigInteger.valueOf(number).shiftLeft(200).add(BigInteger.ONE));
    }

    private KeyRing ring(String name, String... keys) throws Exception {
        Path ring = Files.createDirectory(directory.resolve(name));
        List<KeyRing.Source> sources = new ArrayList<>();
        for (String key : keys) {
            Path file = TestKeys.file(
                    ring.resolve(key + ".pem"),
                    TestKeys.pem(TestKeys.rsa(key, 2048).getPrivate()));
            sources.add(new KeyRing.Source(file, null));
        }
        return KeyRing.load(name, sources);
    }

    private static FetchWork work(String account, String instance, String key, String user) {
        PasswordRequest request =
                new PasswordRequest("r-1", account, instance, Map.of(), key, List.of("mail"), null, null, null);
        Origin origin = new Origin(Origin.Source.JMS, "ID:1", user, null, 0);
        return new FetchWork(request, origin, NOW, NOW.plusSeconds(60), 1, 0);
    }
}
