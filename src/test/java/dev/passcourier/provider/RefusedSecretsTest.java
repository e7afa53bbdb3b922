package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.passcourier.config.SecretRef;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.MovableClock;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedSecretsTest {

    private static final Answer.Ended DENIED = new Answer.Ended(Verdict.DENIED, "HTTP_401");

    @TempDir
    private Path directory;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T08:00:00Z"), ZoneOffset.UTC);

    @Test
    void areNotTriedAgainForFiveMinutes() throws Exception {
        RefusedSecrets secrets = secrets();
        secrets.demandNotRefused(request());
        secrets.refuse(request(), DENIED);

        assertThatThrownBy(() -> secrets.demandNotRefused(request())).isInstanceOf(CannotAskException.class);
        clock.advance(Duration.ofMinutes(5));
        secrets.demandNotRefused(request());
    }

    @Test
    void areNotedThoughAnEarlierAttemptOfTheRequestIsForgotten() throws Exception {
        RefusedSecrets secrets = secrets();
        WeakReference<PasswordRequest> earlier = firstAttempt(secrets);
        PasswordRequest later = request();
        secrets.demandNotRefused(later);
        await().until(() -> {
            System.gc();
            return earlier.get() == null;
        });

        secrets.refuse(later, DENIED);
        assertThat(secrets.latest()).isPresent();
        assertThatThrownBy(() -> secrets.demandNotRefused(request())).isInstanceOf(CannotAskException.class);
    }

    private static WeakReference<PasswordRequest> firstAttempt(RefusedSecrets secrets) throws CannotAskException {
        PasswordRequest request = request();
        secrets.demandNotRefused(request);
        return new WeakReference<>(request);
    }

    private RefusedSecrets secrets() {
        SecretRef secret = SecretFiles.write(directory, "canary");
        return new RefusedSecrets(() -> List.of(secret), clock);
    }

    private static PasswordRequest request() {
        return new PasswordRequest("r-1", "lab", "vm-1", Map.of(), null, List.of("ops"), null, null, null);
    }
}
