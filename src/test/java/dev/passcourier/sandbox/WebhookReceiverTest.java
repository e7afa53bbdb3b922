package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a receiver should do with a webhook that comes again, late, or changed; with the specification's vector. */
class WebhookReceiverTest {

    private static final Instant SENT = Instant.ofEpochSecond(1614265330);
    private static final String BODY = "{\"test\": 2432232314}";

    private final MovableClock clock = new MovableClock(SENT, ZoneOffset.UTC);
    private WebhookReceiver receiver;

    @BeforeEach
    void open() throws IOException {
        receiver = WebhookReceiver.start("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", null, clock);
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void takesARepeatedOneWithoutDeliveringItAgain() throws Exception {
        assertThat(post(BODY)).isEqualTo(204);
        assertThat(post(BODY)).isEqualTo(204);
        assertThat(receiver.requests()).hasSize(2);
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void refusesAReplayThatComesLate() throws Exception {
        clock.advance(Duration.ofSeconds(301));
        assertThat(post(BODY)).isEqualTo(401);
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void refusesAnAlteredOne() throws Exception {
        assertThat(post(BODY.replace('4', '5'))).isEqualTo(401);
        assertThat(receiver.received()).isEmpty();
    }

    private int post(String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(receiver.url())
                .header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
                .header("webhook-timestamp", "1614265330")
                .header("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
