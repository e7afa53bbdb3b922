package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.control.ControlClient;
import dev.passcourier.reload.ReloadAnswer;
import dev.passcourier.reload.ReloadOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One service whose settings are changed while it runs; each test leaves it with settings that work. */
class ReloadTest {

    @TempDir
    static Path directory;

    private static Whole whole;

    @BeforeAll
    static void start() throws Exception {
        whole = Whole.prepare(directory).settings(Whole::withoutSchedules).start();
    }

    @AfterAll
    static void stop() throws Exception {
        whole.close();
    }

    static ReloadAnswer reload(boolean dryRun) throws Exception {
        return ControlClient.of(whole.home().resolve("data"), Clock.systemUTC())
                .order(ReloadOrder.NAME, new ReloadOrder(dryRun), ReloadAnswer.class, Duration.ofMinutes(5));
    }

    @Test
    void aDryRunSaysWhatWouldChangeAndNoSecret() throws Exception {
        String before = Files.readString(whole.world().settings());
        Path secret = whole.home().resolve("secrets/gse");
        String key = Files.readString(secret);
        whole.settings(text -> text.replace("    provider: zstack\n", "    provider: zstack\n    rate: 7\n")
                .replace("    minAge: 500ms", "    minAge: 600ms"));
        Files.writeString(secret, "another-secret");
        try {
            ReloadAnswer answer = reload(true);

            assertThat(answer.changes())
                    .extracting(Object::toString)
                    .containsExactly("changed account gse", "changed account zstack");
            assertThat(answer.changes().get(0).what()).containsExactly("settings.secretKey: new content");
            assertThat(answer.refused()).containsExactly("sources.file.minAge needs a restart");
            assertThat(answer.applied()).isFalse();
            assertThat(answer.toString()).doesNotContain("another-secret").doesNotContain(key.strip());
        } finally {
            Files.writeString(whole.world().settings(), before);
            Files.writeString(secret, key);
        }
    }
}
