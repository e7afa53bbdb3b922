package dev.passcourier.provider.kakaocloud;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.SecretFiles;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KakaoCloudProtocolTest {

    private static final Instant NOW = Instant.parse("2026-11-06T08:49:37Z");
    private static final Session SESSION = new Session("gAAAAAB-canary", NOW.plusSeconds(3600), Map.of());
    private static final RequestLine LINE =
            new RequestLine("GET", "/api/v1/instances/5b0f2d1c-1111-4222-8333-944455566677/password", null);
    private static final PasswordRequest REQUEST = request("5b0f2d1c-1111-4222-8333-944455566677");
    private static final String BCS =
            "{\"error\":{\"code\":\"InstanceNotFound\",\"message\":\"instance 5b0f could not be found\"}}";
    private static final String IAM =
            "{\"error\":{\"code\":401,\"message\":\"Requires authentication.\",\"title\":\"Unauthorized\"}}";
    private static final String FASTAPI =
            "{\"detail\":[{\"loc\":[\"path\",\"instance_id\"],\"msg\":\"value is not a valid uuid\",\"type\":\"type_error.uuid\"}]}";
    private static final String HTML = "<html><body>Bad Gateway</body></html>";

    @TempDir
    private Path folder;

    private CloudProtocol kakaocloud;

    @BeforeEach
    void setUp() {
        KakaoCloudSettings settings = new KakaoCloudSettings(
                null, null, null, new KakaoCloudSettings.AccessKey("id", SecretFiles.write(folder, "canary")));
        kakaocloud = KakaoCloudProvider.protocol(settings, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void asksForThePassword() throws Exception {
        HttpCall call = kakaocloud.authorize(REQUEST, LINE, SESSION);

        assertThat(call)
                .isEqualTo(new HttpCall(
                        LINE, Map.of("X-Auth-Token", "gAAAAAB-canary", "Accept", "application/json"), null));
    }

    @Test
    void handsTheCiphertextOn() {
        Answer answer = read(200, "{\"password\":\"QUJD\\r\\nREVG\",\"extra\":{\"x\":1}}");

        assertThat(answer).asInstanceOf(type(Answer.Found.class)).satisfies(found -> {
            assertThat(found.kind()).isEqualTo("password");
            assertThat(found.userName()).isNull();
            assertThat(((LockedSecret.Encrypted) found.secret()).base64())
                    .asString(US_ASCII)
                    .isEqualTo("QUJD\r\nREVG");
        });
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                row(200, "{\"other\":1}", few("NO_PASSWORD_FIELD")),
                row(200, BCS, few("NO_PASSWORD_FIELD")),
                row(200, "{\"password\":7}", few("NO_PASSWORD_FIELD")),
                row(200, "{\"password\":{\"a\":\"b\"}}", few("NO_PASSWORD_FIELD")),
                row(200, "[]", few("NO_PASSWORD_FIELD")),
                row(200, "", server("UNREADABLE")),
                row(200, HTML, server("UNREADABLE")),
                row(200, "{\"password\":\"QUJD", server("UNREADABLE")),
                row(400, BCS, new Answer.Ended(Verdict.FAILED, "BCS_400")),
                row(422, FASTAPI, new Answer.Ended(Verdict.FAILED, "VALIDATION_422")),
                row(401, BCS, new Answer.Renew("BCS_401")),
                row(401, IAM, new Answer.Renew("IAM_401")),
                row(401, HTML, new Answer.Renew("HTTP_401")),
                row(401, "", new Answer.Renew("HTTP_401")),
                row(403, BCS, new Answer.Ended(Verdict.DENIED, "BCS_403")),
                row(403, HTML, new Answer.Ended(Verdict.DENIED, "HTTP_403")),
                row(404, BCS, new Answer.Ended(Verdict.NOT_FOUND, "BCS_404")),
                row(404, "", new Answer.Ended(Verdict.NOT_FOUND, "HTTP_404")),
                row(404, "{\"detail\":\"Not Found\"}", new Answer.Ended(Verdict.FAILED, "NO_SUCH_API")),
                row(409, BCS, few("BCS_409")),
                row(429, BCS, new Answer.Retry(TransientFailure.THROTTLED, "BCS_429", null)),
                row(429, "7", "", throttled("HTTP_429", Duration.ofSeconds(7))),
                row(429, "Fri, 06 Nov 2026 08:50:07 GMT", BCS, throttled("BCS_429", Duration.ofSeconds(30))),
                row(500, BCS, server("BCS_500")),
                row(502, HTML, server("HTTP_502")),
                row(503, "7", HTML, new Answer.Retry(TransientFailure.SERVER, "HTTP_503", Duration.ofSeconds(7))),
                row(504, "{\"error\":", server("HTTP_504")),
                row(408, "", server("HTTP_408")),
                row(302, "", new Answer.Ended(Verdict.FAILED, "HTTP_302")),
                row(405, "{\"detail\":\"Method Not Allowed\"}", new Answer.Ended(Verdict.FAILED, "HTTP_405")));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void tellsWhatAnAnswerMeans(int status, Map<String, String> headers, String body, Answer answer) {
        HttpReply reply = new HttpReply(status, headers, body.getBytes(UTF_8));

        assertThat(kakaocloud.read(REQUEST, reply)).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"password\":\"\"}", "{\"password\":\" \\n\"}", "{\"password\":null}"})
    void asksTheInstanceWhereThePasswordIsEmpty(String body) {
        assertThat(read(200, body)).isEqualTo(new Answer.Further());
    }

    static Stream<Arguments> instanceRows() {
        Answer notYet = new Answer.NotYet("EMPTY");
        return Stream.of(
                row(200, image("\"is_windows\":false"), new Answer.Ended(Verdict.NEVER, "NOT_WINDOWS")),
                row(200, image("\"is_windows\":true,\"os_admin\":\"Administrator\""), notYet),
                row(200, image("\"is_windows\":null"), notYet),
                row(200, image("\"is_windows\":\"false\""), notYet),
                row(200, "{}", notYet),
                row(200, "", notYet),
                row(404, image("\"is_windows\":false"), notYet),
                row(401, BCS, notYet),
                row(403, BCS, notYet),
                row(500, BCS, notYet),
                row(502, HTML, notYet),
                row(429, "7", BCS, throttled("BCS_429", Duration.ofSeconds(7))));
    }

    @ParameterizedTest
    @MethodSource("instanceRows")
    void endsTheWaitingOnlyForAnotherSystemThanWindows(
            int status, Map<String, String> headers, String body, Answer answer) {
        HttpReply reply = new HttpReply(status, headers, body.getBytes(UTF_8));

        assertThat(kakaocloud.readFurther(REQUEST, reply)).isEqualTo(answer);
    }

    private Answer read(int status, String body) {
        return kakaocloud.read(REQUEST, new HttpReply(status, Map.of(), body.getBytes(UTF_8)));
    }

    private static Arguments row(int status, String body, Answer answer) {
        return Arguments.of(status, Map.of(), body, answer);
    }

    private static Arguments row(int status, String retryAfter, String body, Answer answer) {
        return Arguments.of(status, Map.of("retry-after", retryAfter), body, answer);
    }

    private static Answer few(String code) {
        return new Answer.Retry(TransientFailure.FEW, code, null);
    }

    private static Answer server(String code) {
        return new Answer.Retry(TransientFailure.SERVER, code, null);
    }

    private static Answer throttled(String code, Duration after) {
        return new Answer.Retry(TransientFailure.THROTTLED, code, after);
    }

    private static String image(String members) {
        return "{\"instance\":{\"id\":\"x\",\"image\":{" + members + "}}}";
    }

    private static PasswordRequest request(String instance) {
        return new PasswordRequest("r-1", "kakao", instance, Map.of(), null, List.of("ops"), null, null, null);
    }
}
