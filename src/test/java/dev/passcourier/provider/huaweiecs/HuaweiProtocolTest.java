package dev.passcourier.provider.huaweiecs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.SecretFiles;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.provider.huaweiecs.HuaweiSettings.Api;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuaweiProtocolTest {

    private static final Instant NOW = Instant.parse("2024-03-15T08:15:30Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String AK = "AKEXAMPLE0123456789A";
    private static final String SK = "SkExampleSecret0123456789abcdefghijklmn";
    private static final String PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    private static final String SERVER = "6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0";
    private static final RequestLine LINE =
            new RequestLine("GET", "/v1/" + PROJECT + "/cloudservers/" + SERVER + "/os-server-password", null);
    private static final PasswordRequest REQUEST = request(SERVER);
    private static final Session SESSION =
            new Session("MII-canary", NOW.plusSeconds(3600), Map.of("projectId", PROJECT));

    private static final HttpReply WRONG_KEY = reply(401, "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"aksk\"}");

    @TempDir
    private Path folder;

    @Test
    void asksWithATokenInTheTokensProject() throws Exception {
        assertThat(byToken(null, null).authorize(REQUEST, LINE, SESSION))
                .isEqualTo(new HttpCall(
                        LINE,
                        Map.of(
                                "Accept", "application/json",
                                "Content-Type", "application/json",
                                "X-Auth-Token", "MII-canary"),
                        null));
    }

    @Test
    void asksInTheConfiguredProjectOrTheTokens() throws Exception {
        assertThat(byToken("p-1", null).variables(SESSION)).isEqualTo(Map.of("project", "p-1"));
        assertThat(byToken(null, null).variables(SESSION)).isEqualTo(Map.of("project", PROJECT));
    }

    @Test
    void asksOnHuaweisPathOrOnNovas() {
        assertThat(Api.ECS_V1.routeParameters()).isEqualTo(Map.of("version", "v1", "collection", "cloudservers"));
        assertThat(Api.NOVA_V2_1.routeParameters()).isEqualTo(Map.of("version", "v2.1", "collection", "servers"));
    }

    @Test
    void signsAsTheExampleDoes() throws Exception {
        HuaweiProtocol signed = signed(PROJECT, null, null);

        assertThat(signed.signIn()).isEmpty();
        assertThat(signed.authorize(REQUEST, LINE, null))
                .isEqualTo(new HttpCall(
                        LINE,
                        Map.of(
                                "Accept", "application/json",
                                "Content-Type", "application/json",
                                "X-Project-Id", PROJECT,
                                "X-Sdk-Date", "20240315T081530Z",
                                "Authorization",
                                        "SDK-HMAC-SHA256 Access=" + AK + ", SignedHeaders=host;x-project-id;x-sdk-date,"
                                                + " Signature=e2b34f5193737571fc80bad92a4b2d29"
                                                + "8f1a4550634265680dd1b285c7aad52f"),
                        null));
    }

    @Test
    void signsTheSecurityTokenOfTemporaryKeys() throws Exception {
        SecretRef token = SecretFiles.write(folder, "temporary-canary\n");

        Map<String, String> headers =
                signed(PROJECT, token, null).authorize(REQUEST, LINE, null).headers();

        assertThat(headers).containsEntry("X-Security-Token", "temporary-canary");
        assertThat(headers.get("Authorization"))
                .contains(" SignedHeaders=host;x-project-id;x-sdk-date;x-security-token, ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:8443", "https://ECS.example.com:443/base/"})
    void signsTheHostAndThePathOfItsEndpoint(URI endpoint) throws Exception {
        boolean local = endpoint.getPort() == 8443;
        String path = "/v1/" + PROJECT + "/cloudservers/" + SERVER + "/os-server-password";
        String expected = new SdkSignature(
                        "GET",
                        (local ? "" : "/base") + path,
                        new TreeMap<>(),
                        new TreeMap<>(Map.of(
                                "host",
                                local ? "127.0.0.1:8443" : "ecs.example.com",
                                "x-project-id",
                                PROJECT,
                                "x-sdk-date",
                                "20240315T081530Z")))
                .authorization(AK, SK.getBytes(UTF_8));

        HttpCall call = signed(PROJECT, null, endpoint).authorize(REQUEST, LINE, null);

        assertThat(call.headers()).containsEntry("Authorization", expected);
    }

    @Test
    void looksTheProjectUpWithKeysAlone() throws Exception {
        SignIn lookup = signed(null, null, null).signIn().orElseThrow();
        String signature = new SdkSignature(
                        "GET",
                        "/v3/projects",
                        new TreeMap<>(Map.of("name", "cn-north-4")),
                        new TreeMap<>(
                                Map.of("host", "iam.cn-north-4.myhuaweicloud.com", "x-sdk-date", "20240315T081530Z")))
                .authorization(AK, SK.getBytes(UTF_8));

        assertThat(lookup.call())
                .isEqualTo(new HttpCall(
                        new RequestLine("GET", "/v3/projects", "name=cn-north-4"),
                        Map.of(
                                "Accept", "application/json",
                                "Content-Type", "application/json",
                                "X-Sdk-Date", "20240315T081530Z",
                                "Authorization", signature),
                        null));
    }

    @Test
    void keepsTheProjectItHasFound() throws Exception {
        HuaweiProtocol signed = signed(null, null, null);

        Session session = signed.signIn()
                .orElseThrow()
                .read(reply(200, "{\"projects\":[{\"id\":\"" + PROJECT + "\",\"name\":\"cn-north-4\"}],\"links\":{}}"));

        assertThat(session.expiresAt()).isAfter(NOW.plusSeconds(30L * 24 * 3600));
        assertThat(signed.variables(session)).isEqualTo(Map.of("project", PROJECT));
        assertThat(signed.authorize(REQUEST, LINE, session).headers()).containsEntry("X-Project-Id", PROJECT);
    }

    static Stream<Arguments> lookups() {
        return Stream.of(
                Arguments.of(200, "{\"projects\":[]}", new Answer.Ended(Verdict.FAILED, "NO_PROJECT")),
                Arguments.of(200, "{}", new Answer.Ended(Verdict.FAILED, "NO_PROJECT")),
                Arguments.of(200, "{\"projects\":[{}]}", new Answer.Ended(Verdict.FAILED, "NO_PROJECT")),
                Arguments.of(
                        200,
                        "{\"projects\":[{\"id\":\"a\"},{\"id\":\"b\"}]}",
                        new Answer.Ended(Verdict.FAILED, "MANY_PROJECTS")),
                Arguments.of(200, "<html>", new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null)),
                Arguments.of(
                        401,
                        "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"verify aksk signature fail\"}",
                        new Answer.Ended(Verdict.DENIED, "APIGW.0301")),
                Arguments.of(500, "", new Answer.Retry(TransientFailure.SERVER, "HTTP_500", null)));
    }

    @ParameterizedTest
    @MethodSource("lookups")
    void endsWithoutExactlyOneProject(int status, String body, Answer answer) throws Exception {
        SignIn lookup = signed(null, null, null).signIn().orElseThrow();

        assertThat(catchThrowableOfType(CannotAskException.class, () -> lookup.read(reply(status, body)))
                        .answer())
                .isEqualTo(answer);
    }

    @Test
    void getsATokenForTheProjectThatIsKnown() throws Exception {
        assertThat(tokenRequest(null, null))
                .isEqualTo("{'auth':{'identity':{'methods':['password'],'password':{'user':{'name':'IAMUser',"
                        + "'password':'canary','domain':{'name':'IAMDomain'}}}},"
                        + "'scope':{'project':{'name':'cn-north-4'}}}}");
        assertThat(tokenRequest("cn-north-4_prod", null)).contains("'scope':{'project':{'name':'cn-north-4_prod'}}");
        assertThat(tokenRequest("ignored", "p-1")).contains("'scope':{'project':{'id':'p-1'}}");
    }

    @Test
    void cannotAskWithoutAProject() throws Exception {
        HuaweiProtocol byToken = byToken(null, null);

        assertThat(catchThrowableOfType(
                                CannotAskException.class, () -> byToken.variables(new Session("t", NOW, Map.of())))
                        .answer())
                .isEqualTo(new Answer.Ended(Verdict.FAILED, "NO_PROJECT_ID"));
    }

    @Test
    void waitsForASecretThatCannotBeRead() throws Exception {
        Answer wait = new Answer.Retry(TransientFailure.FEW, "SECRET_NOT_READABLE", null);
        SecretRef missing = SecretFiles.missing(folder);
        HuaweiSettings settings = settings(null, null, null, new HuaweiSettings.AccessKey(AK, missing, null));
        HuaweiProtocol signed = HuaweiEcsProvider.protocol(settings, CLOCK);

        assertThat(refusal(signed, SESSION)).isEqualTo(wait);
        assertThat(catchThrowableOfType(
                                CannotAskException.class,
                                () -> signed.signIn().orElseThrow().call())
                        .answer())
                .isEqualTo(wait);
        assertThat(refusal(signed(PROJECT, SecretFiles.write(folder, "two\nlines"), null), null))
                .isEqualTo(wait);
    }

    @Test
    void restsKeysThatWereRefusedUntilATimeThatItSays() throws Exception {
        HandClock clock = new HandClock();
        HuaweiSettings.AccessKey keys = new HuaweiSettings.AccessKey(AK, SecretFiles.write(folder, SK), null);
        HuaweiProtocol signed = HuaweiEcsProvider.protocol(settings(PROJECT, null, null, keys), clock);
        Answer.Ended refused = new Answer.Ended(Verdict.DENIED, "APIGW.0301", NOW.plusSeconds(300));

        signed.authorize(REQUEST, LINE, null);
        signed.read(REQUEST, reply(403, "{\"error\":{\"code\":\"Pdp.0001\",\"message\":\"x\"}}"));
        assertThat(signed.authorize(REQUEST, LINE, null).line()).isEqualTo(LINE);

        assertThat(signed.read(REQUEST, WRONG_KEY)).isEqualTo(refused);
        assertThat(refusal(signed, null)).isEqualTo(refused);
        assertThat(signed.refusal()).contains(refused);
        clock.now = NOW.plusSeconds(300);
        assertThat(signed.authorize(REQUEST, LINE, null).line()).isEqualTo(LINE);
        signed.read(REQUEST, reply(200, "{\"password\":\"QUJD\"}"));
        assertThat(signed.refusal()).isEmpty();
    }

    @Test
    void triesChangedKeysAtOnceEvenWhereTheOldOnesAreRefusedLater() throws Exception {
        SecretRef secretKey = SecretFiles.write(folder, "mistyped");
        SecretRef token = SecretFiles.write(folder, "outdated");
        HuaweiSettings.AccessKey keys = new HuaweiSettings.AccessKey(AK, secretKey, token);
        HuaweiProtocol signed = HuaweiEcsProvider.protocol(settings(PROJECT, null, null, keys), CLOCK);
        signed.authorize(REQUEST, LINE, null);
        PasswordRequest slow = request("slow");
        signed.authorize(slow, LINE, null);
        signed.read(REQUEST, WRONG_KEY);
        assertThat(refusal(signed, null)).isInstanceOf(Answer.Ended.class);

        for (SecretRef changed : List.of(secretKey, token)) {
            Files.writeString(Path.of(changed.reference().replaceAll("^..file:|..$", "")), "mended");
            assertThat(signed.authorize(REQUEST, LINE, null).line()).isEqualTo(LINE);
        }

        signed.read(slow, WRONG_KEY);
        assertThat(signed.authorize(REQUEST, LINE, null).line()).isEqualTo(LINE);
    }

    @Test
    void handsTheCiphertextOn() throws Exception {
        Answer answer = byToken(null, null).read(REQUEST, reply(200, "{\"password\":\"QUJD\\r\\nREVG\"}"));

        assertThat(answer).asInstanceOf(type(Answer.Found.class)).satisfies(found -> {
            assertThat(found.kind()).isEqualTo("password");
            assertThat(found.userName()).isNull();
            assertThat(((LockedSecret.Encrypted) found.secret()).base64())
                    .asString(US_ASCII)
                    .isEqualTo("QUJD\r\nREVG");
        });
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(200, "{\"password\":\"\"}", new Answer.NotYet("EMPTY")),
                Arguments.of(200, "{\"password\":\" \\r\\n\"}", new Answer.NotYet("EMPTY")),
                Arguments.of(200, "{\"password\":null}", new Answer.NotYet("EMPTY")),
                Arguments.of(200, "{}", new Answer.Retry(TransientFailure.FEW, "NO_PASSWORD_FIELD", null)),
                Arguments.of(
                        200, "{\"password\":1}", new Answer.Retry(TransientFailure.FEW, "NO_PASSWORD_FIELD", null)),
                Arguments.of(
                        200,
                        "{\"error\":{\"code\":\"Ecs.0114\",\"message\":\"The ECS does not exist.\"}}",
                        new Answer.Ended(Verdict.NOT_FOUND, "Ecs.0114")),
                Arguments.of(
                        200,
                        "{\"error\":{\"code\":\"Ecs.7777\",\"message\":\"x\"}}",
                        new Answer.Retry(TransientFailure.FEW, "Ecs.7777", null)),
                Arguments.of(200, "", new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null)),
                Arguments.of(200, "<html>", new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null)),
                Arguments.of(
                        200, "{\"password\":\"QUJD", new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null)),
                Arguments.of(
                        202,
                        "{\"error\":{\"code\":\"Common.0024\",\"message\":\"exceeds flow over limit\"}}",
                        new Answer.Retry(TransientFailure.THROTTLED, "Common.0024", null)));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void tellsWhatAnAnswerMeans(int status, String body, Answer answer) throws Exception {
        assertThat(byToken(null, null).read(REQUEST, reply(status, body))).isEqualTo(answer);
    }

    private String tokenRequest(@Nullable String project, @Nullable String projectId) throws Exception {
        HuaweiSettings.Token token =
                new HuaweiSettings.Token("IAMUser", "IAMDomain", SecretFiles.write(folder, "canary"), project);
        HttpCall call = HuaweiEcsProvider.protocol(settings(projectId, null, null, token), CLOCK)
                .signIn()
                .orElseThrow()
                .call();
        assertThat(call.line().path()).isEqualTo("/v3/auth/tokens");
        assertThat(call.line().query()).isEqualTo("nocatalog=true");
        assertThat(call.headers()).containsEntry("Content-Type", "application/json;charset=utf8");
        return new ObjectMapper().readTree(call.body()).toString().replace('"', '\'');
    }

    private static Answer refusal(HuaweiProtocol protocol, @Nullable Session session) {
        return catchThrowableOfType(CannotAskException.class, () -> protocol.authorize(REQUEST, LINE, session))
                .answer();
    }

    private HuaweiProtocol byToken(@Nullable String projectId, @Nullable Api api) throws ConfigurationException {
        HuaweiSettings.Token token =
                new HuaweiSettings.Token("IAMUser", "IAMDomain", SecretFiles.write(folder, "canary"), null);
        return HuaweiEcsProvider.protocol(settings(projectId, api, null, token), CLOCK);
    }

    private HuaweiProtocol signed(@Nullable String projectId, @Nullable SecretRef securityToken, @Nullable URI endpoint)
            throws ConfigurationException {
        HuaweiSettings.AccessKey keys = new HuaweiSettings.AccessKey(AK, SecretFiles.write(folder, SK), securityToken);
        return HuaweiEcsProvider.protocol(settings(projectId, null, endpoint, keys), CLOCK);
    }

    private static HuaweiSettings settings(
            @Nullable String projectId, @Nullable Api api, @Nullable URI endpoint, HuaweiSettings.Auth auth) {
        return new HuaweiSettings("cn-north-4", projectId, api, endpoint, null, auth);
    }

    private static HttpReply reply(int status, String body) {
        return new HttpReply(status, Map.of(), body.getBytes(UTF_8));
    }

    private static PasswordRequest request(String instance) {
        return new PasswordRequest("r-1", "huawei", instance, Map.of(), null, List.of("ops"), null, null, null);
    }

    /** Shows what it is told. */
    private static final class HandClock extends Clock {

        private Instant now = NOW;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
