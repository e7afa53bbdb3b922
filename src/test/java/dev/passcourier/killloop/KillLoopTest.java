package dev.passcourier.killloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The promise that nothing is lost, tried by SIGKILL. The short form runs with all tests; {@code -Dkill.cycles},
 * {@code -Dkill.requests} and {@code -Dkill.seed} make it longer or repeat a run. Everything it made stays in
 * {@code target/kill-loop}.
 */
class KillLoopTest {

    private static final int CYCLES = Integer.getInteger("kill.cycles", 6);
    private static final int REQUESTS = Integer.getInteger("kill.requests", 72);
    private static final long SEED = Long.getLong("kill.seed", new Random().nextInt(1_000_000));

    @Test
    void nothingIsLostWheneverTheProcessIsKilled() throws Exception {
        Path directory = empty(Path.of("target/kill-loop"));
        try (KillLoop loop = new KillLoop(directory, CYCLES, REQUESTS, SEED, System.out)) {
            assertThat(loop.run()).as("broken promises with seed " + SEED).isEmpty();
            assertThat(loop.kills()).isGreaterThanOrEqualTo(CYCLES);
            assertThat(loop.points()).hasSizeGreaterThanOrEqualTo(Math.min(CYCLES / 4, 12));
        }
    }

    /** The directory, with nothing in it. */
    static Path empty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
        return Files.createDirectories(directory).toAbsolutePath();
    }
}
