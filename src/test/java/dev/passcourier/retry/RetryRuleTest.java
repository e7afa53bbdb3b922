package dev.passcourier.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RetryRuleTest {

    private final RandomGenerator random = new Random(42);

    @ParameterizedTest
    @CsvSource({
        "NOT_YET, 1, 5000, 10000",
        "NOT_YET, 2, 10000, 20000",
        "NOT_YET, 50, 30000, 60000",
        "CLOUD_SERVER, 1, 1000, 2000",
        "CLOUD_SERVER, 8, 60000, 120000",
        "CLOUD_FEW, 2, 2000, 4000",
        "CLOUD_THROTTLED, 1000000, 60000, 120000",
        "CLOUD_LOCKED, 1, 330000, 660000",
        "DELIVERY, 1, 2500, 5000",
        "DELIVERY, 26, 10800000, 21600000",
    })
    void waitsBetweenHalfAndTheWholeOfADoublingStep(RetryRule rule, int failures, long least, long most) {
        for (int i = 0; i < 200; i++) {
            assertThat(rule.waitAfter(failures, null, random).orElseThrow().toMillis())
                    .isBetween(least, most);
        }
    }

    @Test
    void neverAsksEarlierThanTheFarSideWants() {
        assertThat(RetryRule.CLOUD_THROTTLED.waitAfter(1, Duration.ofMinutes(3), random))
                .contains(Duration.ofMinutes(3));
    }

    @Test
    void honoursAWishOnlyUpToAQuarterOfAnHour() {
        assertThat(RetryRule.CLOUD_THROTTLED.waitAfter(1, Duration.ofDays(1), random))
                .contains(Duration.ofMinutes(15));
    }

    @Test
    void aWishForLessDoesNotShortenTheBackOff() {
        assertThat(RetryRule.DELIVERY.waitAfter(10, Duration.ZERO, random).orElseThrow())
                .isGreaterThan(Duration.ofMinutes(20));
    }

    @ParameterizedTest
    @EnumSource(RetryRule.class)
    void givesUpAfterItsNumberOfRetriesAndNotBefore(RetryRule rule) {
        assertThat(rule.waitAfter(rule.retries(), null, random)).isPresent();
        if (rule.retries() < Integer.MAX_VALUE) {
            assertThat(rule.waitAfter(rule.retries() + 1, null, random)).isEmpty();
        }
    }

    @Test
    void deliveriesAreTriedForAboutThreeDays() {
        Duration least = Duration.ZERO;
        for (int failures = 1; failures <= RetryRule.DELIVERY.retries(); failures++) {
            least = least.plus(
                    RetryRule.DELIVERY.waitAfter(failures, null, new Random(7)).orElseThrow());
        }
        assertThat(least).isBetween(Duration.ofDays(2), Duration.ofDays(5));
    }
}
