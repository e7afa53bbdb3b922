package dev.passcourier.vault;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a result says beside its secret.
 *
 * @param requestId the request
 * @param provider  the provider's id
 * @param account   the account's name
 * @param instance  the instance's id
 * @param kind      {@code password}, {@code console-password}, {@code private-key} or {@code detect}
 * @param userName  whose password it is, or null
 * @param issuedAt  when it was sealed
 * @param notAfter  when recipients must refuse it
 */
public record ResultFacts(
        String requestId,
        String provider,
        String account,
        String instance,
        String kind,
        @Nullable String userName,
        Instant issuedAt,
        Instant notAfter) {}
