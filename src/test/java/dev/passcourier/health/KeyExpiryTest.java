package dev.passcourier.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.VaultBench;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyExpiryTest {

    private static final Instant END = Instant.parse("2099-12-31T23:59:59Z");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"31, false", "29, true", "0, true", "-3, true"})
    void namesKeysThatExpireWithinAMonth(int daysLeft, boolean named) throws Exception {
        try (KeyExpiry expiry = KeyExpiry.watch(keys(), at(daysLeft))) {
            assertThat(expiry.expiring()).isEqualTo(named ? Map.of("ops", END) : Map.of());
        }
    }

    private Map<String, RecipientKey> keys() throws Exception {
        return Map.of(
                "ops", VaultBench.recipient(SealFormat.CMS, directory, "recipient.crt"),
                "files", VaultBench.recipient(SealFormat.AGE, directory, "recipient.age"));
    }

    private static Clock at(int daysLeft) {
        return Clock.fixed(END.minus(Duration.ofDays(daysLeft)), ZoneOffset.UTC);
    }
}
