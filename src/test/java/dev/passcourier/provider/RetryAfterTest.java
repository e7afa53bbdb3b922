package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-06T08:49:37Z"), ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0                              | PT0S",
                "120                            | PT2M",
                "  7                            | PT7S",
                "99999999999999999999           | PT277777H46M39S",
                "Fri, 06 Nov 2026 08:50:07 GMT  | PT30S",
                "Friday, 06-Nov-26 08:50:07 GMT | PT30S",
                "Fri Nov  6 08:50:07 2026       | PT30S",
                "Sun, 06 Nov 1994 08:49:37 GMT  | PT0S",
                "Sunday, 06-Nov-94 08:49:37 GMT | PT0S",
            })
    void readsEveryForm(String header, Duration wait) {
        assertThat(reply(header).retryAfter(CLOCK)).contains(wait);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "-1",
                "1.5",
                "Xyz, 06 Nov 2026 08:50:07 GMT",
                "Mon, 06 Nov 2026 08:50:07 GMT",
                "1 Dec 99999999 23:59 GMT"
            })
    void ignoresWhatMakesNoSense(String header) {
        assertThat(reply(header).retryAfter(CLOCK)).isEmpty();
    }

    @Test
    void isEmptyWithoutTheHeader() {
        assertThat(new HttpReply(429, Map.of(), new byte[0]).retryAfter(CLOCK)).isEmpty();
    }

    private static HttpReply reply(String header) {
        return new HttpReply(429, Map.of("retry-after", header), new byte[0]);
    }
}
