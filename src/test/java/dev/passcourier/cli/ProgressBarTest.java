package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    private final ProgressBar bar = new ProgressBar(10_000);

    @Test
    void showsShareRateTimeLeftAndVerdicts() {
        assertThat(bar.line(Map.of("WRONG_KEY", 100L, "DELIVERED", 6_200L), Duration.ofSeconds(63), 120))
                .isEqualTo("[###############.........]  63% 6,300/10,000 100/s ETA 37s DELIVERED 6,200 WRONG_KEY 100");
    }

    @Test
    void leavesOutWhatDoesNotFit() {
        assertThat(bar.line(Map.of("WRONG_KEY", 100L, "DELIVERED", 6_200L), Duration.ofSeconds(63), 40))
                .isEqualTo("[######....]  63% 6,300/10,000 ETA 37s")
                .hasSizeLessThan(40);
    }

    @Test
    void promisesNothingBeforeSomethingHasEnded() {
        assertThat(bar.line(Map.of(), Duration.ofSeconds(9), 80)).isEqualTo("[" + ".".repeat(20) + "]   0% 0/10,000");
    }

    @Test
    void saysHowLongAllOfItTook() {
        assertThat(bar.line(Map.of("DELIVERED", 10_000L), Duration.ofSeconds(4000), 80))
                .isEqualTo("[" + "#".repeat(20) + "] 100% 10,000/10,000 2.5/s in 1h06m DELIVERED 10,000");
    }
}
