package dev.passcourier.fetch;

import static dev.passcourier.fetch.SettleBench.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.TestKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
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
    void holdUpAnInstanceAndNoOtherOne() {
        fail(FailedOpenings.PER_INSTANCE, work("one", "vm-1", null, "jane"));
        assertThat(failures.tooMany(work("one", "vm-1", null, "joe"))).isTrue();
        assertThat(failures.tooMany(work("one", "vm-2", null, "jane"))).isFalse();
        assertThat(failures.tooMany(work("two", "vm-1", null, "jane"))).isFalse();
        clock.advance(Duration.ofMinutes(6));
        assertThat(failures.tooMany(work("one", "vm-1", null, "joe"))).isFalse();
    }

    @Test
    void holdUpARequesterWhateverIsAskedFor() {
        for (int i = 0; i < FailedOpenings.PER_REQUESTER; i++) {
            fail(1, work(i % 2 == 0 ? "one" : "two", "vm-" + i, i % 2 == 0 ? "first" : "third", "jane"));
        }
        assertThat(failures.tooMany(work("one", "other", "second", "jane"))).isTrue();
        assertThat(failures.tooMany(work("one", "other", "second", "joe"))).isFalse();
    }

    @Test
    void holdUpAKeyOnWhateverRingItIs() {
        for (int i = 0; i < FailedOpenings.PER_KEY; i++) {
            fail(1, work("one", "vm-" + i, "second", "user-" + i));
        }
        assertThat(failures.tooMany(work("two", "vm-1", "second", "jane"))).isTrue();
        assertThat(failures.tooMany(work("two", "vm-1", null, "jane"))).isTrue();
        assertThat(failures.tooMany(work("two", "vm-1", "third", "jane"))).isFalse();
        assertThat(failures.tooMany(work("one", "other", "first", "jane"))).isFalse();
    }

    @Test
    void neverHoldUpWhatOpensNothing() {
        fail(FailedOpenings.PER_REQUESTER, work("one", "vm-1", null, "jane"));
        assertThat(failures.tooMany(work("clear", "vm-1", null, "jane"))).isFalse();
        assertThat(failures.tooMany(work("one", "vm-1", "missing", "jane"))).isFalse();
    }

    private void fail(int times, FetchWork work) {
        for (int i = 0; i < times; i++) {
            failures.count(work);
        }
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
