package dev.passcourier.provider.keystone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.Advice;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeystoneFaultsTest {

    private static final String UNAUTHORIZED =
            "{\"error\":{\"code\":401,\"message\":\"The request you have made requires authentication.\",\"title\":\"Unauthorized\"}}";
    private static final String WITHOUT_CODE = "{\"error\":{\"title\":\"Forbidden\"}}";

    private static final String NO_SUCH_CREDENTIAL =
            "{\"error\":{\"code\":404,\"message\":\"Could not find Application Credential: 0f2c.\",\"title\":\"Not Found\"}}";
    private static final String NO_SUCH_PATH =
            "{\"error\":{\"code\":404,\"message\":\"The resource could not be found.\",\"title\":\"Not Found\"}}";

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.of(401, UNAUTHORIZED, new Answer.Ended(Verdict.DENIED, "IAM_401")),
                Arguments.of(401, "", new Answer.Ended(Verdict.DENIED, "HTTP_401")),
                Arguments.of(401, "<html>", new Answer.Ended(Verdict.DENIED, "HTTP_401")),
                Arguments.of(403, WITHOUT_CODE, new Answer.Ended(Verdict.DENIED, "IAM_403")),
                Arguments.of(400, "{\"error\":", new Answer.Ended(Verdict.FAILED, "HTTP_400")),
                Arguments.of(404, "{}", new Answer.Ended(Verdict.FAILED, "HTTP_404")),
                Arguments.of(404, NO_SUCH_PATH, new Answer.Ended(Verdict.FAILED, "IAM_404")),
                Arguments.of(404, NO_SUCH_CREDENTIAL, new Answer.Ended(Verdict.DENIED, "IAM_404")),
                Arguments.of(302, "", new Answer.Ended(Verdict.FAILED, "HTTP_302")),
                Arguments.of(409, "", new Answer.Retry(TransientFailure.FEW, "HTTP_409", Duration.ofSeconds(9))),
                Arguments.of(429, "", new Answer.Retry(TransientFailure.THROTTLED, "HTTP_429", Duration.ofSeconds(9))),
                Arguments.of(500, "", new Answer.Retry(TransientFailure.SERVER, "HTTP_500", Duration.ofSeconds(9))),
                Arguments.of(503, "", new Answer.Retry(TransientFailure.SERVER, "HTTP_503", Duration.ofSeconds(9))));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void tellsWhatAFailedSignInMeans(int status, String body, Answer answer) {
        HttpReply reply = new HttpReply(status, Map.of("retry-after", "9"), body.getBytes(UTF_8));

        assertThat(KeystoneFaults.of(reply, Clock.systemUTC())).isEqualTo(answer);
    }

    @Test
    void aReceiptAsksForASecondFactor() {
        HttpReply reply = new HttpReply(
                401, Map.of("openstack-auth-receipt", "gAAAAAB-canary"), "{\"receipt\":{}}".getBytes(UTF_8));

        assertThat(KeystoneFaults.of(reply, Clock.systemUTC()))
                .isEqualTo(new Answer.Ended(Verdict.DENIED, "MFA_REQUIRED"));
    }

    @Test
    void theAdviceSaysWhatDoesNotExist() {
        assertThat(Advice.on(Verdict.DENIED, "IAM_404")).contains("application credential does not exist");
    }
}
