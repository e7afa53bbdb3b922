package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.sandbox.WebhookReceiver.Webhook;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With the vector of the specification's reference libraries. */
class WebhookVerifierTest {

    private static final Instant SENT = Instant.ofEpochSecond(1614265330);
    private static final String BODY = "{\"test\": 2432232314}";
    private static final Map<String, String> HEADERS = Map.of(
            "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp", "1614265330",
            "webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    private final WebhookVerifier verifier = new WebhookVerifier("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    @Test
    void takesThePublishedExample() {
        assertThat(verifier.accepts(webhook(HEADERS, BODY), SENT)).isTrue();
    }

    @Test
    void takesItAmongOthersSignatures() {
        Map<String, String> rotated = with("webhook-signature", "v1,AAAA v1a,BBBB " + HEADERS.get("webhook-signature"));

        assertThat(verifier.accepts(webhook(rotated, BODY), SENT)).isTrue();
    }

    @Test
    void refusesWhatIsOldOrFromTheFuture() {
        Webhook webhook = webhook(HEADERS, BODY);

        assertThat(verifier.accepts(webhook, SENT.plusSeconds(300))).isTrue();
        assertThat(verifier.accepts(webhook, SENT.plusSeconds(301))).isFalse();
        assertThat(verifier.accepts(webhook, SENT.minusSeconds(301))).isFalse();
    }

    @Test
    void refusesWhatWasAltered() {
        assertThat(verifier.accepts(webhook(HEADERS, BODY + " "), SENT)).isFalse();
        assertThat(verifier.accepts(webhook(with("webhook-id", "msg_other"), BODY), SENT))
                .isFalse();
        assertThat(verifier.accepts(webhook(with("webhook-timestamp", "1614265331"), BODY), SENT))
                .isFalse();
        assertThat(verifier.accepts(webhook(with("webhook-timestamp", "soon"), BODY), SENT))
                .isFalse();
        assertThat(verifier.accepts(webhook(Map.of(), BODY), SENT)).isFalse();
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> headers = new HashMap<>(HEADERS);
        headers.put(name, value);
        return headers;
    }

    private static Webhook webhook(Map<String, String> headers, String body) {
        return new Webhook(headers, body.getBytes(StandardCharsets.UTF_8));
    }
}
