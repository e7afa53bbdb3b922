package dev.passcourier.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks a webhook as a receiver should: Standard Webhooks, scheme {@code v1}.
 *
 * @see <a href="https://www.standardwebhooks.com">standardwebhooks.com</a>
 */
final class WebhookVerifier {

    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final String PREFIX = "whsec_";

    private final byte[] key;

    WebhookVerifier(String secret) {
        key = Base64.getDecoder().decode(secret.startsWith(PREFIX) ? secret.substring(PREFIX.length()) : secret);
    }

    boolean accepts(WebhookReceiver.Webhook webhook, Instant now) {
        String timestamp = webhook.headers().getOrDefault("webhook-timestamp", "");
        if (!timestamp.matches("[0-9]{1,11}") || webhook.id().isEmpty()) {
            return false;
        }
        Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now);
        return age.abs().compareTo(TOLERANCE) <= 0 && isSigned(webhook, timestamp);
    }

    private boolean isSigned(WebhookReceiver.Webhook webhook, String timestamp) {
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(sign(webhook, timestamp)))
                .getBytes(StandardCharsets.US_ASCII);
        for (String given :
                webhook.headers().getOrDefault("webhook-signature", "").split(" ", -1)) {
            if (MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.US_ASCII))) {
                return true;
            }
        }
        return false;
    }

    private byte[] sign(WebhookReceiver.Webhook webhook, String timestamp) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((webhook.id() + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(webhook.body());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256", e);
        }
    }
}
