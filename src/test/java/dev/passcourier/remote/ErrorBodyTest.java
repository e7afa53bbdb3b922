package dev.passcourier.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each cloud's documented explanation is found, and nothing else is taken for one. */
class ErrorBodyTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"error\":{\"code\":401,\"message\":\"no auth\",\"title\":\"Unauthorized\"}}|no auth",
                "{\"itemNotFound\":{\"code\":404,\"message\":\"Instance x could not be found.\"}}|Instance x could not be found.",
                "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"Incorrect IAM authentication information\"}|"
                        + "Incorrect IAM authentication information",
                "{\"error\":{\"code\":\"SYS.1006\",\"description\":\"operation failed\",\"details\":\"denied by the policy\"}}|"
                        + "denied by the policy",
                "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure\",\"Message\":\"no such key\"},\"RequestId\":\"r\"}}|no such key",
                "{\"detail\":\"Not Found\"}|Not Found",
                "{\"detail\":[{\"loc\":[\"path\"],\"msg\":\"field required\"}]}|field required",
                "{\"error\":\"invalid_client\",\"error_description\":\"unknown client\"}|unknown client",
                "{\"password\":\"hunter2\"}|``",
                "{\"message\":{\"password\":\"hunter2\"}}|``",
                "{\"message\":\"cut|``",
                "<html>no|``",
                "``|``",
            })
    void findsTheExplanation(String body, String explanation) {
        assertThat(ErrorBody.explanation(body.getBytes(StandardCharsets.UTF_8))).isEqualTo(explanation);
    }
}
