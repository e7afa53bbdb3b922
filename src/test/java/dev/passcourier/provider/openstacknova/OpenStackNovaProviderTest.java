package dev.passcourier.provider.openstacknova;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.SettingsExamples;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OpenStackNovaProviderTest {

    private static final PasswordRequest REQUEST = new PasswordRequest(
            "r-1", "lab", "5b0f2d1c-1111-4222-8333-944455566677", Map.of(), null, List.of("ops"), null, null, null);
    private static final String FILTER =
            "{\"error\":{\"code\":401,\"message\":\"The request you have made requires authentication.\",\"title\":\"Unauthorized\"}}";
    private static final String HTML = "<html><body>Bad Gateway</body></html>";

    private final OpenStackNovaProvider provider = new OpenStackNovaProvider();
    private final SettingsExamples schema = SettingsExamples.of(provider);

    @Test
    void takesItsOwnExamples() throws ConfigurationException {
        assertThat(schema.accounts()).hasSize(3);
        for (AccountSettings account : schema.accounts()) {
            assertThat(schema.broken(account)).isEmpty();
            assertThat(provider.protocol(account).signIn()).isPresent();
        }
    }

    @Test
    void describesEveryKey() {
        assertThat(schema.undescribed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://nova.example:8774/v2.1, https://nova.example:8774/v2.1",
        "https://nova.example/compute/v2.1/, https://nova.example/compute/v2.1",
        "https://nova.example:8774/v2/0f2c4a6b, https://nova.example:8774/v2/0f2c4a6b",
        "https://nova.example/compute, https://nova.example/compute/v2.1",
        "https://v2.example, https://v2.example/v2.1",
    })
    void appendsAVersionToAnEndpointThatHasNone(URI endpoint, URI api) throws ConfigurationException {
        assertThat(provider.endpoints(account(endpoint, "https://keystone.example:5000")))
                .containsEntry("api", api);
    }

    @ParameterizedTest
    @CsvSource({
        "https://keystone.example:5000, https://keystone.example:5000",
        "https://keystone.example:5000/v3, https://keystone.example:5000",
        "https://keystone.example/identity/v3/, https://keystone.example/identity",
    })
    void takesAnAuthUrlWithAndWithoutVersion(String authUrl, URI signIn) throws ConfigurationException {
        assertThat(provider.endpoints(account(URI.create("https://nova.example/v2.1"), authUrl)))
                .containsEntry("sign-in", signIn);
    }

    @Test
    void handsTheCiphertextOn() throws ConfigurationException {
        assertThat(protocol().read(REQUEST, reply(200, Map.of(), "{\"password\":\"QUJDREVG\"}")))
                .asInstanceOf(type(Answer.Found.class))
                .satisfies(found -> assertThat(((LockedSecret.Encrypted) found.secret()).base64())
                        .asString(US_ASCII)
                        .isEqualTo("QUJDREVG"));
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                row(200, "{\"password\":\"\"}", new Answer.Further()),
                row(200, "{\"password\":7}", few("NO_PASSWORD_FIELD")),
                row(200, "{\"versions\":[]}", few("NO_PASSWORD_FIELD")),
                row(200, HTML, server("UNREADABLE")),
                row(400, fault("badRequest"), new Answer.Ended(Verdict.FAILED, "badRequest")),
                row(401, FILTER, new Answer.Renew("IAM_401")),
                row(401, "Authentication required", new Answer.Renew("HTTP_401")),
                row(403, fault("forbidden"), new Answer.Ended(Verdict.DENIED, "forbidden")),
                row(404, fault("itemNotFound"), new Answer.Ended(Verdict.NOT_FOUND, "itemNotFound")),
                row(404, "The resource could not be found.", new Answer.Ended(Verdict.FAILED, "HTTP_404")),
                row(406, fault("computeFault"), new Answer.Ended(Verdict.FAILED, "computeFault")),
                row(409, fault("conflictingRequest"), few("conflictingRequest")),
                row(413, "{\"overLimit\":{\"code\":413,\"retryAfter\":\"12\"}}", throttled(12)),
                row(429, "{\"overLimit\":{\"code\":429,\"retryAfter\":9}}", throttled(9)),
                row(429, "{\"overLimit\":{\"code\":429,\"retryAfter\":-1}}", throttled(null)),
                row(500, fault("computeFault"), server("computeFault")),
                row(503, HTML, server("HTTP_503")));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void tellsWhatAnAnswerMeans(int status, String body, Answer answer) throws ConfigurationException {
        assertThat(protocol().read(REQUEST, reply(status, Map.of(), body))).isEqualTo(answer);
    }

    static Stream<Arguments> serverRows() {
        Answer notYet = new Answer.NotYet("EMPTY");
        return Stream.of(
                row(200, "{\"server\":{\"key_name\":null}}", new Answer.Ended(Verdict.NEVER, "NO_KEY_PAIR")),
                row(200, "{\"server\":{\"key_name\":\"k\",\"status\":\"BUILD\"}}", notYet),
                row(200, "{\"server\":{}}", notYet),
                row(200, "{}", notYet),
                row(200, HTML, notYet),
                row(
                        200,
                        "{\"server\":{\"key_name\":\"k\",\"status\":\"ERROR\"}}",
                        new Answer.Ended(Verdict.FAILED, "SERVER_ERROR")),
                row(401, FILTER, notYet),
                row(403, fault("forbidden"), notYet),
                row(404, "{\"server\":{\"key_name\":null}}", notYet),
                row(500, fault("computeFault"), notYet),
                row(429, "{\"overLimit\":{\"code\":429,\"retryAfter\":9}}", throttled(9)));
    }

    @ParameterizedTest
    @MethodSource("serverRows")
    void endsTheWaitingOnlyWhereTheServerSaysSo(int status, String body, Answer answer) throws ConfigurationException {
        assertThat(protocol().readFurther(REQUEST, reply(status, Map.of(), body)))
                .isEqualTo(answer);
    }

    @Test
    void theHeaderIsMoreExactThanTheBody() throws ConfigurationException {
        HttpReply reply = reply(429, Map.of("retry-after", "7"), "{\"overLimit\":{\"code\":429,\"retryAfter\":9}}");

        assertThat(protocol().read(REQUEST, reply)).isEqualTo(throttled(7));
    }

    private CloudProtocol protocol() throws ConfigurationException {
        return provider.protocol(schema.accounts().get(0));
    }

    private static AccountSettings account(URI endpoint, String authUrl) {
        return SettingsExamples.account("{'endpoint':'" + endpoint + "','identityEndpoint':'" + authUrl
                + "','auth':{'type':'application-credential','id':'i','secret':'{{env:S}}'}}");
    }

    private static HttpReply reply(int status, Map<String, String> headers, String body) {
        return new HttpReply(status, headers, body.getBytes(UTF_8));
    }

    private static String fault(String name) {
        return "{\"" + name + "\":{\"code\":1,\"message\":\"x\"}}";
    }

    private static Arguments row(int status, String body, Answer answer) {
        return Arguments.of(status, body, answer);
    }

    private static Answer few(String code) {
        return new Answer.Retry(TransientFailure.FEW, code, null);
    }

    private static Answer server(String code) {
        return new Answer.Retry(TransientFailure.SERVER, code, null);
    }

    private static Answer throttled(Integer seconds) {
        return new Answer.Retry(
                TransientFailure.THROTTLED, "overLimit", seconds == null ? null : Duration.ofSeconds(seconds));
    }
}
