package dev.passcourier.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

class RetryAfterFuzzTest {

    @FuzzTest
    void anyHeaderIsAWaitOrNone(byte[] header) {
        Instant now = Instant.parse("2026-11-21T08:00:00Z");
        RetryAfter.read(new String(header, StandardCharsets.ISO_8859_1), now)
                .ifPresent(wait -> assertThat(wait).isBetween(Duration.ZERO, Duration.ofDays(366L * 10_000)));
    }
}
