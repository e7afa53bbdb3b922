package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.HttpClients;
import dev.passcourier.http.PemTrust;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ZStack account over the real route; each test decides what the remote end answers. */
class CloudAccountTest {

    private static final String INSTANCE = "3bc9f63f0de6492991c59bef96b27565";

    @TempDir
    Path directory;

    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger asks = new AtomicInteger();
    private HttpServer cloud;
    private DefaultCamelContext camel;

    @BeforeEach
    void start() throws Exception {
        cloud = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cloud.createContext("/zstack/v1/accounts/login", exchange -> {
            logins.incrementAndGet();
            answer(exchange, 200, "{\"inventory\":{\"uuid\":\"64bdb6ac8c3044d589ab6a0e96745fc" + logins + "\"}}");
        });
        cloud.start();
        Path password = directory.resolve("password");
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, "canary");
        camel = new DefaultCamelContext();
        CloudAccount.bindShared(camel.getRegistry());
        CloudAccount account = zstack("lab", HttpCallStep.Turn.ANY_TIME);
        for (String file : List.of("call", "sign-in", "provider/zstack")) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.resolveResource(camel, "file:routes/" + file + ".camel.yaml"));
        }
        account.addRoutes();
        camel.start();
    }

    private CloudAccount zstack(String name, HttpCallStep.Turn turn) throws Exception {
        Path password = directory.resolve("password");
        ObjectNode settings = new ObjectMapper()
                .valueToTree(Map.of(
                        "endpoint",
                        "http://127.0.0.1:" + cloud.getAddress().getPort() + "/zstack",
                        "auth",
                        Map.of("type", "session", "account", "admin", "password", "{{file:" + password + "}}")));
        CallsInHand calls = new CallsInHand();
        return new CloudAccount(
                camel,
                ProviderCatalog.find().get("zstack"),
                new AccountSettings(name, settings, Clock.systemUTC()),
                new HttpClients(2, PemTrust.context(null), calls),
                calls,
                turn);
    }

    @AfterEach
    void stop() throws IOException {
        camel.close();
        cloud.stop(0);
    }

    @Test
    void signsInOnceAndAsks() {
        cloudAnswers(exchange -> answer(exchange, 200, "{\"password\":\"canary-vnc\"}"));
        assertThat(ask().answer()).isInstanceOf(Answer.Found.class);
        assertThat(ask().answer()).isInstanceOf(Answer.Found.class);
        assertThat(logins).hasValue(1);
    }

    @Test
    void renewsAnExpiredSessionOnceAndRepeatsTheCall() {
        cloudAnswers(exchange -> {
            if (exchange.getRequestHeaders().getFirst("Authorization").endsWith("1")) {
                answer(exchange, 503, "{\"error\":{\"code\":\"ID.1001\",\"description\":\"Session expired\"}}");
            } else {
                answer(exchange, 200, "{\"password\":\"canary-vnc\"}");
            }
        });
        assertThat(ask().answer()).isInstanceOf(Answer.Found.class);
        assertThat(logins).hasValue(2);
        assertThat(asks).hasValue(2);
    }

    @Test
    void givesUpWhenAFreshSessionIsRefusedToo() {
        cloudAnswers(exchange -> answer(exchange, 503, "{\"error\":{\"code\":\"ID.1001\"}}"));
        assertThat(ask().answer()).isEqualTo(new Answer.Ended(Verdict.DENIED, "ID.1001"));
        assertThat(asks).hasValue(2);
    }

    @Test
    void aRedirectIsNotFollowed() {
        cloudAnswers(exchange -> {
            exchange.getResponseHeaders()
                    .add("Location", "http://127.0.0.1:" + cloud.getAddress().getPort() + "/elsewhere");
            answer(exchange, 302, "");
        });
        assertThat(ask().answer()).isNotInstanceOf(Answer.Found.class);
        assertThat(asks).hasValue(1);
    }

    @Test
    void aRefusedSignInIsQuotedWithoutWhatWasSentWithIt() {
        cloud.removeContext("/zstack/v1/accounts/login");
        cloud.createContext("/zstack/v1/accounts/login", exchange -> {
            String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String hash = sent.replaceFirst(".*\"password\":\"([0-9a-f]+)\".*", "$1");
            assertThat(hash).hasSize(128);
            answer(
                    exchange,
                    503,
                    "{\"error\":{\"code\":\"ID.1000\",\"details\":\"wrong account name 'admin' or password 'canary' "
                            + hash + "; try again later\"}}");
        });
        Attempt attempt = ask();
        assertThat(attempt.answer()).isInstanceOfSatisfying(Answer.Ended.class, refused -> {
            assertThat(refused.verdict()).isEqualTo(Verdict.DENIED);
            assertThat(refused.code()).isEqualTo("ID.1000");
            assertThat(refused.until()).isAfter(Instant.now());
        });
        assertThat(attempt.said()).isEqualTo("wrong account name \u2026 or password \u2026 try again later");
    }

    @Test
    void accessKeysThatWereRefusedAreShownAndNotTriedAgain() throws Exception {
        cloud.createContext("/v1/", exchange -> {
            asks.incrementAndGet();
            answer(exchange, 401, "{\"error_code\":\"APIGW.0301\",\"error_msg\":\"aksk\"}");
        });
        var settings = new ObjectMapper()
                .valueToTree(Map.of(
                        "region",
                        "cn-north-4",
                        "projectId",
                        "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
                        "endpoint",
                        "http://127.0.0.1:" + cloud.getAddress().getPort(),
                        "auth",
                        Map.of(
                                "type", "aksk",
                                "accessKey", "AKEXAMPLE0123456789A",
                                "secretKey", "{{file:" + directory.resolve("password") + "}}")));
        CallsInHand calls = new CallsInHand();
        CloudAccount signed = new CloudAccount(
                camel,
                ProviderCatalog.find().get("huawei-ecs"),
                new AccountSettings("keys", settings, Clock.systemUTC()),
                new HttpClients(2, PemTrust.context(null), calls),
                calls);
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.resolveResource(camel, "file:routes/provider/huawei-ecs.camel.yaml"));
        signed.addRoutes();
        assertThat(signed.refusedSignIn()).isEmpty();

        Answer refused = ask("keys").answer();

        assertThat(ask("keys").answer()).isEqualTo(refused);
        assertThat(asks).hasValue(1);
        assertThat(signed.refusedSignIn()).hasValueSatisfying(shown -> {
            assertThat(shown).isEqualTo(refused);
            assertThat(shown.until()).isAfter(Instant.now());
        });
    }

    @Test
    void aRefusedCallIsQuotedInKnownWordsOnly() {
        cloudAnswers(exchange -> answer(
                exchange,
                503,
                "{\"error\":{\"code\":\"SYS.1003\",\"description\":\"not found\",\"details\":" + "\"resource[uuid:"
                        + INSTANCE + "] with password hunter2 not found\"}}"));
        Attempt attempt = ask();
        assertThat(attempt.answer()).isEqualTo(new Answer.Ended(Verdict.NOT_FOUND, "SYS.1003"));
        assertThat(attempt.said()).isEqualTo("\u2026 with password \u2026 not found");
    }

    @Test
    void anUnreachableCloudIsAPassingFailure() {
        cloud.stop(0);
        assertThat(ask().answer()).isEqualTo(new Answer.Retry(TransientFailure.SERVER, "SIGN_IN_CONNECT", null));
    }

    @Test
    void aStopWhileACallWaitsForItsTurnSaysNothingAboutTheCloud() throws Exception {
        zstack("turn", () -> {
                    throw new InterruptedException();
                })
                .addRoutes();

        Attempt attempt = ask("turn");
        assertThat(Thread.interrupted()).as("the thread still knows").isTrue();
        assertThat(attempt.answer()).isEqualTo(new Answer.Retry(TransientFailure.STOPPING, "STOPPING", null));
        assertThat(attempt.isUnasked()).isTrue();
        assertThat(asks).hasValue(0);
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private void cloudAnswers(Handler handler) {
        cloud.createContext("/zstack/v1/vm-instances/" + INSTANCE + "/console-passwords", exchange -> {
            asks.incrementAndGet();
            handler.handle(exchange);
        });
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Attempt ask() {
        return ask("lab");
    }

    private Attempt ask(String account) {
        PasswordRequest request =
                new PasswordRequest("r-1", account, INSTANCE, Map.of(), null, List.of("ops"), null, null, null);
        Instant now = Instant.now();
        Attempt attempt = new Attempt(new FetchWork(
                request, new Origin(Origin.Source.JMS, "ID:1", null, null, 0), now, now.plusSeconds(60), 1, 0));
        Exchange exchange = new DefaultExchange(camel);
        attempt.variables().forEach(exchange::setVariable);
        while (attempt.isOpen()) {
            exchange = camel.createProducerTemplate().send("direct:ask." + account, exchange);
            assertThat(exchange.getException()).isNull();
        }
        return attempt;
    }
}
