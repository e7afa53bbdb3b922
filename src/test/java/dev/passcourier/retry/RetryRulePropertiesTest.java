package dev.passcourier.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class RetryRulePropertiesTest {

    private static final Duration QUARTER = Duration.ofMinutes(15);

    @Property
    void waitsBetweenHalfAndTheWholeOfAnEnvelopeThatNeverShrinks(
            @ForAll RetryRule rule, @ForAll @IntRange(min = 1, max = 10_000) int failures, @ForAll long seed) {
        if (failures > rule.retries()) {
            assertThat(rule.waitAfter(failures, null, new Random(seed), 1)).isEmpty();
            return;
        }
        Duration shortest = wait(rule, failures, null, new Fixed(false));
        Duration longest = wait(rule, failures, null, new Fixed(true));
        assertThat(wait(rule, failures, null, new Random(seed))).isBetween(shortest, longest);
        assertThat(longest.minus(shortest.multipliedBy(2))).isBetween(Duration.ofMillis(-1), Duration.ofMillis(1));
        assertThat(shortest).isPositive();
        assertThat(longest).isLessThanOrEqualTo(Duration.ofHours(6));
        if (failures > 1) {
            assertThat(longest).isGreaterThanOrEqualTo(wait(rule, failures - 1, null, new Fixed(true)));
        }
    }

    @Property
    void neverUndercutsWhatWasAskedForUpToAQuarterOfAnHour(
            @ForAll RetryRule rule,
            @ForAll @IntRange(min = 1, max = 30) int failures,
            @ForAll @LongRange(min = 0, max = 10_000_000) long seconds,
            @ForAll long seed) {
        if (failures > rule.retries()) {
            return;
        }
        Duration asked = Duration.ofSeconds(seconds);
        Duration honoured = asked.compareTo(QUARTER) < 0 ? asked : QUARTER;
        Duration own = wait(rule, failures, null, new Random(seed));
        assertThat(wait(rule, failures, asked, new Random(seed)))
                .isEqualTo(own.compareTo(honoured) > 0 ? own : honoured);
    }

    private static Duration wait(RetryRule rule, int failures, Duration asked, RandomGenerator random) {
        return rule.waitAfter(failures, asked, random, 1).orElseThrow();
    }

    /** The smallest or the largest there is. */
    private record Fixed(boolean largest) implements RandomGenerator {
        @Override
        public long nextLong() {
            return 0;
        }

        @Override
        public long nextLong(long bound) {
            return largest ? bound - 1 : 0;
        }
    }
}
