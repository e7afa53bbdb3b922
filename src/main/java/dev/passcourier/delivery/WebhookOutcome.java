package dev.passcourier.delivery;

import dev.passcourier.http.RetryAfter;
import java.time.Duration;
import java.time.Instant;
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
                ? new DeliveryOutcome.Gone(code)
                : new DeliveryOutcome.TryLater(code, askedFor(answer, now).orElse(null));
    }

    private static Optional<Duration> askedFor(Message answer, Instant now) {
        return Optional.ofNullable(answer.getHeader("Retry-After", String.class))
                .flatMap(header -> RetryAfter.read(header, now));
    }
}
