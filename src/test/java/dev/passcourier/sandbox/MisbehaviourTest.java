package dev.passcourier.sandbox;

import static dev.passcourier.sandbox.Misbehaviour.BAD_CREDENTIALS;
import static dev.passcourier.sandbox.Misbehaviour.DENIED;
import static dev.passcourier.sandbox.Misbehaviour.NOT_FOUND;
import static dev.passcourier.sandbox.Misbehaviour.SERVER_ERROR;
import static dev.passcourier.sandbox.Misbehaviour.THROTTLED;
import static dev.passcourier.sandbox.Misbehaviour.TOKEN_EXPIRED;
import static dev.passcourier.sandbox.Misbehaviour.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MisbehaviourTest {

    private static final int MIB = 1 << 20;

    private final ZStackSandbox cloud = ZStackSandbox.start(Clock.systemUTC());

    /** Each cloud, by name, and the path that asks it for the password of instance "i". */
    @SuppressWarnings("ImmutableEnumChecker") // constructor references have no state
    private enum Cloud {
        KAKAO(KakaoCloudSandbox::start, "/api/v1/instances/i/password"),
        ZSTACK(ZStackSandbox::start, "/v1/vm-instances/i/console-passwords"),
        GSE(TencentGseSandbox::start, "/?FleetId=f&InstanceId=i"),
        ECS(HuaweiEcsSandbox::start, "/v1/p/cloudservers/i/os-server-password"),
        NOVA(HuaweiEcsSandbox::start, "/v2.1/p/servers/i/os-server-password");

        private final Function<Clock, SandboxCloud> start;
        private final String path;

        Cloud(Function<Clock, SandboxCloud> start, String path) {
            this.start = start;
            this.path = path;
        }

        SandboxCloud start() {
            return start.apply(Clock.systemUTC());
        }
    }

    @AfterEach
    void stop() {
        cloud.close();
    }

    static Stream<Arguments> documented() {
        return Stream.of(
                arguments(Cloud.KAKAO, THROTTLED, 429, "/error/code", "TooManyRequests"),
                arguments(Cloud.KAKAO, SERVER_ERROR, 500, "/error/code", "InternalServerError"),
                arguments(Cloud.KAKAO, TOKEN_EXPIRED, 401, "/error/code", "Unauthorized"),
                arguments(Cloud.KAKAO, BAD_CREDENTIALS, 401, "/error/code", "Unauthorized"),
                arguments(Cloud.KAKAO, DENIED, 403, "/error/code", "Forbidden"),
                arguments(Cloud.KAKAO, NOT_FOUND, 404, "/error/code", "InstanceNotFound"),
                arguments(Cloud.ZSTACK, SERVER_ERROR, 503, "/error/code", "SYS.1000"),
                arguments(Cloud.ZSTACK, TOKEN_EXPIRED, 503, "/error/code", "ID.1001"),
                arguments(Cloud.ZSTACK, BAD_CREDENTIALS, 503, "/error/code", "ID.1000"),
                arguments(Cloud.ZSTACK, DENIED, 503, "/error/code", "SYS.1006"),
                arguments(Cloud.ZSTACK, NOT_FOUND, 503, "/error/code", "SYS.1003"),
                arguments(Cloud.GSE, THROTTLED, 200, "/Response/Error/Code", "RequestLimitExceeded"),
                arguments(Cloud.GSE, SERVER_ERROR, 200, "/Response/Error/Code", "InternalError"),
                arguments(Cloud.GSE, TOKEN_EXPIRED, 200, "/Response/Error/Code", "AuthFailure.TokenFailure"),
                arguments(Cloud.GSE, BAD_CREDENTIALS, 200, "/Response/Error/Code", "AuthFailure.SignatureFailure"),
                arguments(Cloud.GSE, DENIED, 200, "/Response/Error/Code", "UnauthorizedOperation"),
                arguments(Cloud.GSE, NOT_FOUND, 200, "/Response/Error/Code", "ResourceNotFound"),
                arguments(Cloud.ECS, THROTTLED, 429, "/error_code", "APIGW.0308"),
                arguments(Cloud.ECS, SERVER_ERROR, 500, "/error/code", "Common.1500"),
                arguments(Cloud.ECS, UNAVAILABLE, 503, "/error/code", "Common.1503"),
                arguments(Cloud.ECS, TOKEN_EXPIRED, 401, "/error_code", "APIGW.0301"),
                arguments(Cloud.ECS, BAD_CREDENTIALS, 401, "/error_code", "APIGW.0301"),
                arguments(Cloud.ECS, DENIED, 403, "/error/code", "Pdp.0001"),
                arguments(Cloud.ECS, NOT_FOUND, 404, "/error/code", "Ecs.0114"),
                arguments(Cloud.NOVA, SERVER_ERROR, 500, "/computeFault/code", "500"),
                arguments(Cloud.NOVA, UNAVAILABLE, 503, "/serviceUnavailable/code", "503"),
                arguments(Cloud.NOVA, DENIED, 403, "/forbidden/code", "403"),
                arguments(Cloud.NOVA, NOT_FOUND, 404, "/itemNotFound/code", "404"));
    }

    @ParameterizedTest
    @MethodSource("documented")
    void speaksEachCloudsOwnWords(Cloud which, Misbehaviour what, int status, String pointer, String code) {
        try (SandboxCloud sandbox = which.start()) {
            sandbox.script().next(what);

            Client.Answer answer = Client.get(sandbox.baseUrl() + which.path);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.json().at(pointer).asText()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @EnumSource(Cloud.class)
    void isUnavailableTwiceThenFine(Cloud which) {
        try (SandboxCloud sandbox = which.start()) {
            sandbox.script().next(2, UNAVAILABLE);

            for (int i = 0; i < 3; i++) {
                Client.get(sandbox.baseUrl() + which.path);
            }

            assertThat(sandbox.calls()).extracting(Call::status).startsWith(503, 503);
            assertThat(sandbox.calls().get(2).status()).isNotEqualTo(503).isLessThan(500);
        }
    }

    @ParameterizedTest
    @EnumSource(Cloud.class)
    void misbehavesForOneInstanceOnly(Cloud which) {
        try (SandboxCloud sandbox = which.start()) {
            sandbox.script("i").always(WrongReplies.error(418, "made.up", "text"));

            assertThat(Client.get(sandbox.baseUrl() + which.path).status()).isEqualTo(418);
            assertThat(Client.get(sandbox.baseUrl()
                                    + which.path.replace("i/", "j/").replace("Id=i", "Id=j"))
                            .status())
                    .isNotEqualTo(418);
        }
    }

    @Test
    void throttlesWithAndWithoutRetryAfter() {
        cloud.script().next(THROTTLED).next(WrongReplies.throttled(Duration.ofSeconds(7)));

        assertThat(ask().header("Retry-After")).isEmpty();
        assertThat(ask().header("Retry-After")).isEqualTo("7");
    }

    @Test
    void revokesTheTokenItCallsExpired() {
        ready();
        String[] session = session();
        cloud.script().next(TOKEN_EXPIRED);

        assertThat(ask(session).text()).contains("ID.1001");
        assertThat(ask(session).text()).contains("ID.1001");
        assertThat(ask(session()).status()).isEqualTo(200);
    }

    @Test
    void expiresASessionAfterSomeCalls() {
        ready();
        String[] session = session();
        cloud.script().next(2, WrongReplies.NONE).next(TOKEN_EXPIRED);

        assertThat(ask(session).status()).isEqualTo(200);
        assertThat(ask(session).status()).isEqualTo(200);
        assertThat(ask(session).text()).contains("ID.1001");
        assertThat(cloud.callCount()).isEqualTo(3);
    }

    @Test
    void refusesToSignAnyoneInForAWhile() {
        cloud.signInScript().next(BAD_CREDENTIALS);

        assertThat(login().json().at("/error/code").asText()).isEqualTo("ID.1000");
        assertThat(login().status()).isEqualTo(200);
    }

    @Test
    void keepsTheTokenServicesWordsOnBothKeystones() {
        try (var kakao = KakaoCloudSandbox.start(Clock.systemUTC());
                var huawei = HuaweiEcsSandbox.start(Clock.systemUTC())) {
            kakao.signInScript().next(BAD_CREDENTIALS);
            huawei.signInScript().next(THROTTLED);

            assertThat(Client.send("POST", kakao.iamUrl() + "/identity/v3/auth/tokens", "{}")
                            .status())
                    .isEqualTo(401);
            assertThat(Client.send("POST", huawei.iamUrl() + "/v3/auth/tokens", "{}")
                            .json()
                            .path("error_code")
                            .asText())
                    .isEqualTo("IAM.0012");
        }
    }

    @Test
    void answersAGatewaysPage() {
        cloud.script().next(WrongReplies.HTML_502);

        Client.Answer answer = ask();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.header("Content-Type")).isEqualTo("text/html");
    }

    @Test
    void answersWhateverATestWants() {
        cloud.script().next(WrongReplies.answer(299, Map.of("X-Odd", "yes"), "odd"));

        Client.Answer answer = ask();

        assertThat(answer.status()).isEqualTo(299);
        assertThat(answer.header("X-Odd")).isEqualTo("yes");
        assertThat(answer.text()).isEqualTo("odd");
    }

    @Test
    void sendsElsewhere() {
        cloud.script().next(WrongReplies.redirect(URI.create("http://127.0.0.1:1/elsewhere")));

        Client.Answer answer = ask();

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location")).isEqualTo("http://127.0.0.1:1/elsewhere");
    }

    @Test
    void saysTheWrongContentType() {
        ready();
        cloud.script().next(WrongReplies.WRONG_CONTENT_TYPE);

        Client.Answer answer = ask(session());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("text/html");
        assertThat(answer.text()).contains("Vnc#Canary1");
    }

    @Test
    void padsTheAnswerBeyondAMebibyte() {
        ready();
        cloud.script().next(WrongReplies.OVERSIZED);

        Client.Answer answer = ask(session());

        assertThat(answer.response().body()).hasSizeGreaterThan(MIB);
        assertThat(answer.json().path("password").asText()).isEqualTo("Vnc#Canary1");
    }

    @Test
    void compressesAnswersNobodyAskedToCompress() throws IOException {
        ready();
        cloud.script().next(WrongReplies.COMPRESSED);

        Client.Answer answer = ask(session());

        assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(answer.response().body()).hasSizeLessThan(1 << 14);
        assertThat(new GZIPInputStream(
                                new ByteArrayInputStream(answer.response().body()))
                        .readAllBytes())
                .hasSizeGreaterThan(MIB);
    }

    static Stream<Named<Misbehaviour>> tooEarly() {
        return Stream.of(Named.of("truncated", WrongReplies.TRUNCATED), Named.of("dropped", WrongReplies.DROPPED));
    }

    @ParameterizedTest
    @MethodSource("tooEarly")
    void closesTheConnectionTooEarly(Misbehaviour how) {
        ready();
        String[] session = session();
        cloud.script().always(how);

        assertThatThrownBy(() -> exchange(Duration.ofSeconds(20), session))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void drips() throws IOException {
        ready();
        String[] session = session();
        cloud.script().next(WrongReplies.DRIPPING);
        long start = System.nanoTime();

        exchange(Duration.ofSeconds(20), session);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void holdsCallsUntilTheyAreReleased() {
        ready();
        String[] session = session();
        Hold hold = new Hold();
        cloud.script().next(hold);

        CompletableFuture<Client.Answer> answer = CompletableFuture.supplyAsync(() -> ask(session));
        await().until(() -> hold.held() == 1);
        assertThat(answer).isNotDone();
        hold.release();

        assertThat(answer.join().text()).contains("Vnc#Canary1");
        assertThat(hold.held()).isZero();
    }

    @Test
    void dropsHeldCallsWhenItCloses() {
        ready();
        String[] session = session();
        Hold hold = new Hold();
        cloud.script().always(hold);
        CompletableFuture<Client.Answer> answer = CompletableFuture.supplyAsync(() -> ask(session));
        await().until(() -> hold.held() == 1);

        cloud.close();

        assertThatThrownBy(answer::join).isInstanceOf(CompletionException.class);
    }

    @Test
    void behavesAgainWhenTheScriptIsCleared() {
        ready();
        cloud.script().next(THROTTLED).always(DENIED).clear();

        assertThat(ask(session()).status()).isEqualTo(200);
    }

    @Test
    void writesDownCallsWithoutShowingTheirCredentials() {
        String[] session = session();
        ask(session);

        Call call = cloud.calls().get(0);

        assertThat(call.header("authorization")).contains(session[1]);
        assertThat(call.toString()).isEqualTo("Call[GET /zstack/v1/vm-instances/i/console-passwords 503]");
        assertThat(cloud.signInCalls()).hasSize(1);
    }

    private void ready() {
        cloud.addInstance("i", "Vnc#Canary1");
    }

    private Client.Answer ask(String... headers) {
        return Client.get(cloud.baseUrl() + Cloud.ZSTACK.path, headers);
    }

    private void exchange(Duration patience, String... headers) throws IOException {
        Client.exchange("GET", cloud.baseUrl() + Cloud.ZSTACK.path, "", patience, headers);
    }

    private String[] session() {
        return new String[] {
            "Authorization", "OAuth " + login().json().at("/inventory/uuid").asText()
        };
    }

    private Client.Answer login() {
        return Client.send(
                "PUT",
                cloud.baseUrl() + "/v1/accounts/login",
                "{\"logInByAccount\":{\"accountName\":\"admin\",\"password\":\""
                        + Digests.sha512Hex(cloud.accountPassword()) + "\"}}");
    }
}
