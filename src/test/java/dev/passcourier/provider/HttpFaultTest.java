package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpFaultTest {

    private final Clock clock = Clock.systemUTC();

    @ParameterizedTest
    @CsvSource({
        "408, SERVER",
        "425, SERVER",
        "429, THROTTLED",
        "500, SERVER",
        "502, SERVER",
        "503, SERVER",
        "504, SERVER",
        "599, SERVER"
    })
    void asksAgainAfterAPassingStatus(int status, TransientFailure failure) {
        assertThat(HttpFault.of(reply(status), clock)).isEqualTo(new Answer.Retry(failure, "HTTP_" + status, null));
    }

    @ParameterizedTest
    @CsvSource({
        "202, FAILED",
        "204, FAILED",
        "302, FAILED",
        "400, FAILED",
        "401, DENIED",
        "403, DENIED",
        "404, FAILED",
        "405, FAILED",
        "407, DENIED",
        "501, FAILED",
        "505, FAILED"
    })
    void endsAfterAStatusThatStays(int status, Verdict verdict) {
        assertThat(HttpFault.of(reply(status), clock)).isEqualTo(new Answer.Ended(verdict, "HTTP_" + status));
    }

    @Test
    void waitsAsLongAsTheCloudAsks() {
        HttpReply reply = new HttpReply(503, Map.of("retry-after", "7"), new byte[0]);
        assertThat(HttpFault.of(reply, clock))
                .isEqualTo(new Answer.Retry(TransientFailure.SERVER, "HTTP_503", Duration.ofSeconds(7)));
    }

    @Test
    void takesAnUnreadableBodyForAPassingFailure() {
        assertThat(HttpFault.unreadable()).isEqualTo(new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null));
    }

    private static HttpReply reply(int status) {
        return new HttpReply(status, Map.of(), new byte[0]);
    }
}
