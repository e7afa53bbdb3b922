package dev.passcourier.provider.huaweiecs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuaweiFaultsTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-06T08:49:37Z"), ZoneOffset.UTC);
    private static final HuaweiFaults BY_TOKEN = new HuaweiFaults(true, CLOCK);
    private static final HuaweiFaults SIGNED = new HuaweiFaults(false, CLOCK);
    private static final String LOCKED = "AK access failed to reach the limit, forbidden";
    private static final String WINDOW =
            "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute";

    /** Failures that mean the same with a token and with a signature. */
    static Stream<Arguments> rows() {
        return Stream.of(
                row(401, gateway("APIGW.0301", LOCKED), locked("APIGW.0301")),
                row(401, gateway("APIG.0301", LOCKED), locked("APIGW.0301")),
                row(403, gateway("APIGW.0303", LOCKED), locked("APIGW.0303")),
                row(
                        401,
                        gateway("APIGW.0301", "Incorrect IAM authentication information: verify aksk signature fail"),
                        ended(Verdict.DENIED, "APIGW.0301")),
                row(
                        401,
                        gateway("APIGW.0301", "Get secretKey failed,ak:AKX,err:ak not exist"),
                        ended(Verdict.DENIED, "APIGW.0301")),
                row(
                        401,
                        gateway("APIGW.0303", "Incorrect app authentication information"),
                        ended(Verdict.DENIED, "APIGW.0303")),
                row(401, gateway("APIG.0303", "x"), ended(Verdict.DENIED, "APIGW.0303")),
                row(400, ecs("Common.0018", "project id differs"), ended(Verdict.FAILED, "Common.0018")),
                row(400, ecs("Ecs.0005", "bad argument"), ended(Verdict.FAILED, "Ecs.0005")),
                row(400, ecs("Ecs.0000", "bad argument"), ended(Verdict.FAILED, "Ecs.0000")),
                row(403, ecs("Ecs.0003", "no permission"), ended(Verdict.DENIED, "Ecs.0003")),
                row(403, ecs("Pdp.0001", "denied by policy"), ended(Verdict.DENIED, "Pdp.0001")),
                row(403, gateway("Pdp.0001", "denied by policy"), ended(Verdict.DENIED, "Pdp.0001")),
                row(400, ecs("Ecs.0003", "arrears"), ended(Verdict.DENIED, "Ecs.0003")),
                row(403, gateway("APIGW.0302", "x"), ended(Verdict.DENIED, "APIGW.0302")),
                row(403, gateway("APIG.0306", "x"), ended(Verdict.DENIED, "APIGW.0306")),
                row(404, ecs("Ecs.0114", "The ECS does not exist."), ended(Verdict.NOT_FOUND, "Ecs.0114")),
                row(400, ecs("Ecs.0114", "The ECS does not exist."), ended(Verdict.NOT_FOUND, "Ecs.0114")),
                row(404, ecs("The ECS does not exist.", "Ecs.0114"), ended(Verdict.NOT_FOUND, "Ecs.0114")),
                row(404, nova("itemNotFound", 404), ended(Verdict.NOT_FOUND, "itemNotFound")),
                row(404, "", ended(Verdict.NOT_FOUND, "HTTP_404")),
                row(404, "<html>", ended(Verdict.NOT_FOUND, "HTTP_404")),
                row(404, gateway("APIGW.0101", "The API does not exist"), ended(Verdict.FAILED, "APIGW.0101")),
                row(404, gateway("APIG.0101", "The API does not exist"), ended(Verdict.FAILED, "APIGW.0101")),
                row(429, gateway("APIGW.0308", WINDOW), throttled("APIGW.0308", Duration.ofMinutes(5))),
                row(
                        429,
                        gateway("APIG.0308", "limit:10,time:1 second"),
                        throttled("APIGW.0308", Duration.ofSeconds(1))),
                row(429, gateway("APIGW.0308", "limit:1,time: 2 HOUR"), throttled("APIGW.0308", Duration.ofHours(2))),
                row(429, gateway("APIGW.0308", "limit:1,time:1 day"), throttled("APIGW.0308", Duration.ofDays(1))),
                row(429, gateway("APIGW.0308", "time:soon"), throttled("APIGW.0308", null)),
                row(429, "7", gateway("APIGW.0308", WINDOW), throttled("APIGW.0308", Duration.ofSeconds(7))),
                row(429, "Fri, 06 Nov 2026 08:50:07 GMT", "", throttled("HTTP_429", Duration.ofSeconds(30))),
                row(429, ecs("IAM.0012", "too many"), throttled("IAM.0012", null)),
                row(429, gateway("IAM.0012", "too many"), throttled("IAM.0012", null)),
                row(202, ecs("Common.0024", "exceeds flow over limit"), throttled("Common.0024", null)),
                row(202, gateway("Common.0024", "exceeds flow over limit"), throttled("Common.0024", null)),
                row(503, ecs("Common.1503", "flow control"), throttled("Common.1503", null)),
                row(
                        413,
                        "{\"overLimit\":{\"code\":413,\"message\":\"x\",\"retryAfter\":\"9\"}}",
                        throttled("overLimit", Duration.ofSeconds(9))),
                row(
                        429,
                        "{\"overLimit\":{\"code\":429,\"message\":\"x\",\"retryAfter\":9}}",
                        throttled("overLimit", Duration.ofSeconds(9))),
                row(
                        429,
                        "{\"overLimit\":{\"code\":429,\"retryAfter\":\"Fri, 06 Nov 2026 08:50:07 GMT\"}}",
                        throttled("overLimit", Duration.ofSeconds(30))),
                row(429, nova("overLimit", 429), throttled("overLimit", null)),
                row(400, nova("badRequest", 400), ended(Verdict.FAILED, "badRequest")),
                row(403, nova("forbidden", 403), ended(Verdict.DENIED, "forbidden")),
                row(405, nova("badMethod", 405), ended(Verdict.FAILED, "badMethod")),
                row(415, nova("badMediaType", 415), ended(Verdict.FAILED, "badMediaType")),
                row(501, nova("notImplemented", 501), ended(Verdict.FAILED, "notImplemented")),
                row(409, nova("conflictingRequest", 409), few("conflictingRequest")),
                row(409, "", few("HTTP_409")),
                row(500, nova("computeFault", 500), server("computeFault")),
                row(503, nova("serviceUnavailable", 503), server("serviceUnavailable")),
                row(500, ecs("Ecs.9999", "x"), server("Ecs.9999")),
                row(500, "", server("HTTP_500")),
                row(502, "<html>bad gateway</html>", server("HTTP_502")),
                row(503, "{\"error\":{\"code\":\"Comm", server("HTTP_503")),
                row(504, "null", server("HTTP_504")),
                row(503, "7", "", new Answer.Retry(TransientFailure.SERVER, "HTTP_503", Duration.ofSeconds(7))),
                row(403, "", ended(Verdict.DENIED, "HTTP_403")),
                row(403, iam(403), ended(Verdict.DENIED, "IAM_403")),
                row(400, "{\"error\":\"text\"}", ended(Verdict.FAILED, "HTTP_400")),
                row(400, ecs("made up by\\nsomebody", "canary"), ended(Verdict.FAILED, "HTTP_400")),
                row(302, "", ended(Verdict.FAILED, "HTTP_302")),
                row(202, "{}", few("HTTP_202")),
                row(204, "", few("HTTP_204")));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void tellsWhatAFailureMeans(int status, Map<String, String> headers, String body, Answer answer) {
        HttpReply reply = new HttpReply(status, headers, body.getBytes(UTF_8));

        assertThat(BY_TOKEN.of(reply)).isEqualTo(answer);
        assertThat(SIGNED.of(reply)).isEqualTo(answer);
    }

    static Stream<Arguments> stale() {
        return Stream.of(
                Arguments.of(
                        gateway("APIGW.0301", "Incorrect IAM authentication information: decrypt token fail"),
                        "APIGW.0301"),
                Arguments.of(gateway("APIG.0301", "The token must be updated"), "APIGW.0301"),
                Arguments.of(ecs("APIGW.0301", "The token must be updated"), "APIGW.0301"),
                Arguments.of(nova("unauthorized", 401), "unauthorized"),
                Arguments.of(iam(401), "IAM_401"),
                Arguments.of("", "HTTP_401"),
                Arguments.of("<html>", "HTTP_401"));
    }

    @ParameterizedTest
    @MethodSource("stale")
    void renewsATokenAndNeverASignature(String body, String code) {
        HttpReply reply = new HttpReply(401, Map.of(), body.getBytes(UTF_8));

        assertThat(BY_TOKEN.of(reply)).isEqualTo(new Answer.Renew(code));
        assertThat(SIGNED.of(reply)).isEqualTo(ended(Verdict.DENIED, code));
        assertThat(BY_TOKEN.ofSignIn(reply)).isEqualTo(ended(Verdict.DENIED, code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"itemNotFound\":{\"code\":404}}"})
    void takesAMissingSignInForAWrongAddress(String body) {
        Answer answer = BY_TOKEN.ofSignIn(new HttpReply(404, Map.of(), body.getBytes(UTF_8)));

        assertThat(answer).isInstanceOfSatisfying(Answer.Ended.class, ended -> assertThat(ended.verdict())
                .isEqualTo(Verdict.FAILED));
    }

    @Test
    void keepsOtherFailuresOfASignIn() {
        HttpReply reply = new HttpReply(429, Map.of(), gateway("IAM.0012", "x").getBytes(UTF_8));

        assertThat(BY_TOKEN.ofSignIn(reply)).isEqualTo(throttled("IAM.0012", null));
    }

    private static Arguments row(int status, String body, Answer answer) {
        return Arguments.of(status, Map.of(), body, answer);
    }

    private static Arguments row(int status, String retryAfter, String body, Answer answer) {
        return Arguments.of(status, Map.of("retry-after", retryAfter), body, answer);
    }

    private static String gateway(String code, String message) {
        return "{\"error_msg\":\"" + message + "\",\"error_code\":\"" + code + "\",\"request_id\":\"d4e8174b8df0\"}";
    }

    private static String ecs(String code, String message) {
        return "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + message + "\",\"details\":[]}}";
    }

    private static String nova(String name, int status) {
        return "{\"" + name + "\":{\"code\":" + status + ",\"message\":\"Instance 6f2c could not be found.\"}}";
    }

    private static String iam(int status) {
        return "{\"error\":{\"code\":" + status
                + ",\"message\":\"The username or password is wrong.\",\"title\":\"x\"}}";
    }

    private static Answer ended(Verdict verdict, String code) {
        return new Answer.Ended(verdict, code);
    }

    private static Answer locked(String code) {
        return new Answer.Retry(TransientFailure.LOCKED, code, null);
    }

    private static Answer throttled(String code, Duration after) {
        return new Answer.Retry(TransientFailure.THROTTLED, code, after);
    }

    private static Answer server(String code) {
        return new Answer.Retry(TransientFailure.SERVER, code, null);
    }

    private static Answer few(String code) {
        return new Answer.Retry(TransientFailure.FEW, code, null);
    }
}
