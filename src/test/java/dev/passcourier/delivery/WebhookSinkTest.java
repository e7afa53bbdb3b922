package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings.WebhookChannel;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.SandboxCertificate;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.sandbox.WebhookReceiver.Webhook;
import dev.passcourier.vault.Sealed;
import dev.passcourier.vault.VaultException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class WebhookSinkTest {

    @TempDir
    static Path directory;

    private static SandboxCertificate certificate;
    private static Path trust;
    private static SinkHarness harness;
    private static String secret;
    private WebhookReceiver receiver;

    @BeforeAll
    static void open() throws Exception {
        certificate = SandboxCertificate.forLoopback(Clock.systemUTC());
        trust = certificate.writeTo(directory.resolve("trust.pem"));
        harness = new SinkHarness(directory);
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        secret = "whsec_" + Base64.getEncoder().encodeToString(random);
    }

    @AfterAll
    static void close() throws Exception {
        harness.close();
    }

    @BeforeEach
    void openReceiver() throws Exception {
        receiver = WebhookReceiver.start(secret, certificate, SinkHarness.CLOCK);
    }

    @AfterEach
    void closeReceiver() {
        harness.vault.refusal = null;
        receiver.close();
    }

    @Test
    void postsASealedResultSigned() throws Exception {
        OutboxItem item = SinkHarness.sealed(harness.open(channel()));

        harness.put(item);

        Webhook webhook = webhook();
        assertThat(webhook.id()).isEqualTo(item.deliveryId());
        JsonNode json = json(webhook);
        assertThat(json.path("type").asText()).isEqualTo("result");
        assertThat(json.path("deliveryId").asText()).isEqualTo(item.deliveryId());
        assertThat(json.path("requestId").asText()).isEqualTo(item.requestId());
        assertThat(json.path("mediaType").asText()).isEqualTo("application/jose");
        assertThat(json.path("attempt").asInt()).isEqualTo(1);
        assertThat(json.path("sealed").asText()).isEqualTo(new String(item.body(), StandardCharsets.US_ASCII));
        assertThat(harness.await(item, AuditEvent.Type.DELIVERED).facts()).containsEntry(Fact.CODE, "HTTP_204");
    }

    @Test
    void postsOtherFormatsInBase64() throws Exception {
        byte[] bytes = {(byte) 0x80, 0, '\n', (byte) 0xFF};
        OutboxItem item = SinkHarness.sealed(harness.open(channel()), new Sealed("x", "x", Sealed.AGE, bytes));

        harness.put(item);

        JsonNode json = json(webhook());
        assertThat(json.path("mediaType").asText()).isEqualTo("application/vnd.age");
        assertThat(json.path("encoding").asText()).isEqualTo("base64");
        assertThat(json.path("sealed").asText()).isEqualTo("gAAK/w==");
    }

    @Test
    void carriesNoHeaderThatASenderOfAMessageChose() throws Exception {
        OutboxItem item = SinkHarness.sealed(harness.open(channel()));
        OutboundMessage outboundMessage = OutboxCodec.outboundMessage(item, null);
        Map<String, Object> properties = new HashMap<>(outboundMessage.properties());
        for (String name : List.of(
                "Authorization", "Cookie", "Host", "CamelHttpUri", "CamelHttpMethod", "CamelHttpPath", "X_Evil")) {
            properties.put(name, "evil");
        }

        harness.put(new OutboundMessage(outboundMessage.queue(), outboundMessage.body(), properties, null, null));

        assertThat(webhook().headers())
                .containsOnlyKeys(
                        "host",
                        "connection",
                        "user-agent",
                        "content-type",
                        "content-length",
                        "webhook-id",
                        "webhook-timestamp",
                        "webhook-signature")
                .containsEntry("content-type", "application/json")
                .containsEntry("user-agent", "passcourier");
    }

    /** Everything after the host is the operator's: no word of it is an option of Camel's, and nothing is written anew. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hook?httpMethod=GET&followRedirects=true&bridgeEndpoint=true&throwExceptionOnFailure=true",
                "/hook?headerFilterStrategy=%23none&httpClientConfigurer=%23none&copyHeaders=true&x=1",
                "/hook?proxyHost=127.0.0.1&proxyPort=1&httpClient.cookieSpec=standard&socketTimeout=1",
                "/hook?b=2&a=1&a=1&empty=&flag&plus=a+b&percent=%2F%26%3D%25&b=RAW(x)",
                "/hook/%7B%7Benv:HOME%7D%7D/a%2Fb/..%2f;x=y?httpUri=http://127.0.0.1:1/",
                "/hook//twice?",
                "/hook"
            })
    void postsToExactlyTheConfiguredAddress(String target) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try {
            URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + target);
            OutboxItem item = SinkHarness.sealed(harness.open(channel(url, trust, List.of(secret))));

            harness.put(item);

            harness.await(item, AuditEvent.Type.DELIVERED);
            assertThat(seen).containsExactly("POST " + target);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void opensAResultInClearToSignAndToSendItAndWipesBoth() throws Exception {
        OutboxItem item = SinkHarness.atRest(harness.open(channel()));
        int before = harness.vault.opened.get();

        harness.put(item);

        JsonNode json = json(webhook());
        assertThat(json.path("mediaType").asText()).isEqualTo("application/json");
        assertThat(json.path("result").path("secret").asText()).isEqualTo(PretendVault.CANARY);
        harness.await(item, AuditEvent.Type.DELIVERED);
        assertThat(harness.vault.opened.get() - before).isEqualTo(2);
        assertThat(harness.vault.closed).hasValue(harness.vault.opened.get());
    }

    @Test
    void endsAResultThatDoesNotOpen() throws Exception {
        OutboxItem item = SinkHarness.atRest(harness.open(channel()));
        harness.vault.refusal = VaultException.Code.NOT_OPENED;

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_FAILED).facts()).containsEntry(Fact.CODE, "NOT_OPENED");
        assertThat(receiver.requests()).isEmpty();
    }

    @Test
    void postsNoticesAndReports() throws Exception {
        String alias = harness.open(channel());
        Instant now = SinkHarness.CLOCK.instant();
        Notice notice = new Notice("r-1", "prod", "i-1", Verdict.NOT_SET, "EMPTY", "Set a password.", 3, Instant.EPOCH);
        harness.put(OutboxItem.notice(notice, alias, "wn-1", now));

        JsonNode first = json(webhook());
        assertThat(first.path("type").asText()).isEqualTo("notice");
        assertThat(first.path("notice").path("verdict").asText()).isEqualTo("NOT_SET");
        assertThat(first.path("notice").path("endedAt").asText()).isEqualTo("1970-01-01T00:00:00Z");

        harness.put(OutboxItem.report(
                new ReportMessage("w", "Weekly", "", "<p>ü", List.of(), List.of()), "w@1", alias, "wp-1", now));

        JsonNode second = json(webhook());
        assertThat(second.path("type").asText()).isEqualTo("report");
        assertThat(second.path("report").path("html").asText()).isEqualTo("<p>ü");

        harness.put(OutboxItem.report(new Sealed(alias, "wp-2", Sealed.AGE, new byte[] {7}), "w@1", now));

        JsonNode third = json(webhook());
        assertThat(third.path("type").asText()).isEqualTo("report");
        assertThat(third.path("mediaType").asText()).isEqualTo(Sealed.AGE);
        assertThat(third.path("sealed").asText()).isEqualTo("Bw==");
    }

    @ParameterizedTest
    @CsvSource({
        "200, DELIVERED",
        "202, DELIVERED",
        "301, DELIVERY_POSTPONED",
        "302, DELIVERY_POSTPONED",
        "307, DELIVERY_POSTPONED",
        "308, DELIVERY_POSTPONED",
        "400, DELIVERY_POSTPONED",
        "401, DELIVERY_POSTPONED",
        "404, DELIVERY_POSTPONED",
        "408, DELIVERY_POSTPONED",
        "410, DELIVERY_FAILED",
        "429, DELIVERY_POSTPONED",
        "500, DELIVERY_POSTPONED",
        "503, DELIVERY_POSTPONED"
    })
    void takesOnlySuccessForSuccess(int status, AuditEvent.Type expected) throws Exception {
        OutboxItem item = SinkHarness.sealed(harness.open(channel()));
        receiver.answer(
                status, Map.of("Location", receiver.url().resolve("/elsewhere").toString()));

        harness.put(item);

        assertThat(harness.await(item, expected).facts()).containsEntry(Fact.CODE, "HTTP_" + status);
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    void triesAgainWithTheSameIdAndAFreshSignature() throws Exception {
        OutboxItem item = SinkHarness.sealed(harness.open(channel()));
        receiver.answer(503, Map.of("Retry-After", "3"));

        harness.put(item);

        Webhook webhook = webhook();
        assertThat(json(webhook).path("attempt").asInt()).isEqualTo(2);
        assertThat(receiver.requests()).extracting(Webhook::id).containsExactly(item.deliveryId(), item.deliveryId());
        long first = timestamp(receiver.requests().get(0));
        assertThat(timestamp(webhook)).isGreaterThanOrEqualTo(first + 2);
        assertThat(harness.await(item, AuditEvent.Type.DELIVERED).facts()).containsEntry(Fact.ATTEMPT, "2");
    }

    @Test
    void waitsUntilTheDateThatTheReceiverNames() throws Exception {
        Instant now = Instant.parse("2026-11-22T08:00:00Z");
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Message answer = new DefaultMessage(camel);
            answer.setHeader(Exchange.HTTP_RESPONSE_CODE, 503);
            answer.setHeader("Retry-After", "Sun, 22 Nov 2026 08:02:00 GMT");
            assertThat(new WebhookOutcome(List.of()).read(answer, null, now))
                    .isEqualTo(new DeliveryOutcome.TryLater("HTTP_503", Duration.ofMinutes(2)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"other", "expired", "unknown"})
    void refusesAServerThatIsNotWhoItShouldBe(String flaw) throws Exception {
        Clock clock = Clock.systemUTC();
        SandboxCertificate shown =
                switch (flaw) {
                    case "other" -> SandboxCertificate.forHost("other.example", clock);
                    case "expired" -> SandboxCertificate.expired(clock);
                    default -> SandboxCertificate.forLoopback(clock);
                };
        Path trusted = flaw.equals("unknown") ? trust : shown.writeTo(Files.createTempFile(directory, "trust", ".pem"));
        try (WebhookReceiver forged = WebhookReceiver.start(secret, shown, SinkHarness.CLOCK)) {
            OutboxItem item = SinkHarness.sealed(harness.open(channel(forged.url(), trusted, List.of(secret))));

            harness.put(item);

            assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                    .containsEntry(Fact.CODE, "TLS");
            assertThat(forged.requests()).isEmpty();
        }
    }

    @Test
    void signsWithBothSecretsDuringRotation() throws Exception {
        String next = "whsec_"
                + Base64.getEncoder().encodeToString("0123456789abcdef01234567".getBytes(StandardCharsets.US_ASCII));
        OutboxItem item = SinkHarness.sealed(harness.open(channel(receiver.url(), trust, List.of(next, secret))));

        harness.put(item);

        assertThat(webhook().headers().get("webhook-signature").split(" ")).hasSize(2);
    }

    @Test
    void waitsForAReceiverThatIsAway() throws Exception {
        OutboxItem item = SinkHarness.sealed(harness.open(channel()));
        receiver.close();

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(Fact.CODE, "IO");
    }

    @Test
    void waitsForASecretThatIsGone() throws Exception {
        WebhookChannel channel = new WebhookChannel(
                receiver.url(), List.of(new SecretRef("{{file:" + directory.resolve("gone") + "}}")), trust, false);
        OutboxItem item = SinkHarness.sealed(harness.open(channel));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(Fact.CODE, "SECRET");
    }

    private WebhookChannel channel() throws Exception {
        return channel(receiver.url(), trust, List.of(secret));
    }

    private static WebhookChannel channel(URI url, Path trusted, List<String> secrets) throws Exception {
        List<SecretRef> references = new ArrayList<>();
        for (String text : secrets) {
            references.add(SinkHarness.secret(directory, text));
        }
        return new WebhookChannel(url, references, trusted, false);
    }

    private Webhook webhook() throws InterruptedException {
        return receiver.next(Duration.ofSeconds(20)).orElseThrow();
    }

    private static JsonNode json(Webhook webhook) throws Exception {
        return new ObjectMapper().readTree(webhook.body());
    }

    private static long timestamp(Webhook webhook) {
        return Long.parseLong(webhook.headers().get("webhook-timestamp"));
    }
}
