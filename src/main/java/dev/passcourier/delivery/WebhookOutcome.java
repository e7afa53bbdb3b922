package dev.passcourier.delivery;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.http.RetryAfter;
import dev.passcourier.remote.ErrorBody;
import dev.passcourier.remote.RemoteText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * Reads a webhook receiver's answer after Standard Webhooks: 2xx only is success, 410 Gone disables the
 * destination, everything else, redirects among them, is tried again.
 */
final class WebhookOutcome implements OutcomeReader {

    private static final int GONE = 410;

    private final List<SecretRef> secrets;

    /** Of a receiver who knows these secrets, and could show them. */
    WebhookOutcome(List<SecretRef> secrets) {
        this.secrets = List.copyOf(secrets);
    }

    @Override
    public DeliveryOutcome read(Message answer, @Nullable Throwable failure, Instant now) {
        if (failure != null) {
            return FailureCodes.outcome(failure);
        }
        int status = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        String code = "HTTP_" + status;
        if (status >= 200 && status < 300) {
            return new DeliveryOutcome.Delivered(code);
        }
        return status == GONE
                ? new DeliveryOutcome.Gone(code, said(answer))
                : new DeliveryOutcome.TryLater(code, askedFor(answer, now).orElse(null), said(answer));
    }

    private String said(Message answer) {
        if (!(answer.getBody() instanceof InputStream body)) {
            return "";
        }
        try (body) {
            List<String> known = new ArrayList<>();
            for (SecretRef secret : secrets) {
                byte[] bytes = secret.read();
                known.add(new String(bytes, StandardCharsets.UTF_8));
                Arrays.fill(bytes, (byte) 0);
            }
            return RemoteText.without(ErrorBody.explanation(body.readAllBytes()), known, List.of());
        } catch (IOException | ConfigurationException e) {
            return "";
        }
    }

    private static Optional<Duration> askedFor(Message answer, Instant now) {
        return Optional.ofNullable(answer.getHeader("Retry-After", String.class))
                .flatMap(header -> RetryAfter.read(header, now));
    }
}
