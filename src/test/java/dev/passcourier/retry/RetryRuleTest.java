package dev.passcourier.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RetryRuleTest {

    private final RetryTable retryTable = new RetryTable(new Random(42), 1);

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
            assertThat(retryTable.after(rule, failures, null).orElseThrow().toMillis())
                    .isBetween(least, most);
        }
    }

    @Test
    void neverAsksEarlierThanTheFarSideWants() {
        assertThat(retryTable.after(RetryRule.CLOUD_THROTTLED, 1, Duration.ofMinutes(3)))
                .contains(Duration.ofMinutes(3));
    }

    @Test
    void honoursAWishOnlyUpToAQuarterOfAnHour() {
        assertThat(retryTable.after(RetryRule.CLOUD_THROTTLED, 1, Duration.ofDays(1)))
                .contains(Duration.ofMinutes(15));
    }

    @Test
    void aWishForLessDoesNotShortenTheBackOff() {
        assertThat(retryTable.after(RetryRule.DELIVERY, 10, Duration.ZERO).orElseThrow())
                .isGreaterThan(Duration.ofMinutes(20));
    }

    @Test
    void aRehearsalWaitsLessButNeverLessThanTheFarSideWants() {
        RetryTable hundredth = new RetryTable(new Random(42), 0.01);
        assertThat(hundredth
                        .after(RetryRule.CLOUD_SERVER, 8, null)
                        .orElseThrow()
                        .toMillis())
                .isBetween(600L, 1200L);
        assertThat(hundredth.after(RetryRule.CLOUD_SERVER, 8, Duration.ofMinutes(3)))
                .contains(Duration.ofMinutes(3));
        assertThat(hundredth.after(RetryRule.CLOUD_SERVER, 9, null)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(RetryRule.class)
    void givesUpAfterItsNumberOfRetriesAndNotBefore(RetryRule rule) {
        assertThat(retryTable.after(rule, rule.retries(), null)).isPresent();
        if (rule.retries() < Integer.MAX_VALUE) {
            assertThat(retryTable.after(rule, rule.retries() + 1, null)).isEmpty();
        }
    }

    @Test
    void deliveriesAreTriedForAboutThreeDays() {
        Duration least = Duration.ZERO;
        for (int failures = 1; failures <= RetryRule.DELIVERY.retries(); failures++) {
            least = least.plus(new RetryTable(new Random(7), 1)
                    .after(RetryRule.DELIVERY, failures, null)
                    .orElseThrow());
        }
        assertThat(least).isBetween(Duration.ofDays(2), Duration.ofDays(5));
    }
}
