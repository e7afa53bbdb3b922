package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.vault.VaultException.Code;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service's own seal: for one delivery, for so long, and for nobody without the key. */
class AtRestTest {

    private static final Instant NOT_AFTER = Instant.parse("2026-11-01T12:00:00Z");
    private static final AtRest AT_REST = with(1);

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"secret\":\"Canary#1\"}"})
    void opensWhatItSealed(String json) throws Exception {
        byte[] sealed = seal(json);

        assertThat(sealed).hasSize(37 + json.length());
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("Canary");
        try (SecretBytes opened = AT_REST.open(sealed, "dlv_1", NOT_AFTER.minusMillis(1))) {
            assertThat(opened.borrow()).asString().isEqualTo(json);
        }
    }

    @Test
    void sealsTheSameTwiceInTwoWays() throws Exception {
        assertThat(seal("{}")).isNotEqualTo(seal("{}"));
    }

    @ParameterizedTest
    @CsvSource({"-1,", "0, EXPIRED", "1, EXPIRED"})
    void endsWithItsLifetime(long millis, @Nullable Code code) throws Exception {
        assertThat(failure(AT_REST, seal("{}"), "dlv_1", NOT_AFTER.plusMillis(millis)))
                .isEqualTo(code);
    }

    @Test
    void noticesEveryFlippedBit() throws Exception {
        byte[] sealed = seal("{\"secret\":\"Canary#1\"}");
        for (int at = 0; at < sealed.length; at++) {
            byte[] flipped = sealed.clone();
            flipped[at] ^= 1;
            assertThat(failure(AT_REST, flipped, "dlv_1", Instant.EPOCH))
                    .describedAs("byte %d", at)
                    .isEqualTo(Code.NOT_OPENED);
        }
    }

    @Test
    void noticesEveryCut() throws Exception {
        byte[] sealed = seal("{}");
        for (int length = 0; length < sealed.length; length++) {
            assertThat(failure(AT_REST, Arrays.copyOf(sealed, length), "dlv_1", Instant.EPOCH))
                    .describedAs("%d bytes", length)
                    .isEqualTo(Code.NOT_OPENED);
        }
    }

    @Test
    void fitsNoOtherDeliveryAndNoOtherKey() throws Exception {
        byte[] sealed = seal("{}");

        assertThat(failure(AT_REST, sealed, "dlv_2", Instant.EPOCH)).isEqualTo(Code.NOT_OPENED);
        assertThat(failure(with(2), sealed, "dlv_1", Instant.EPOCH)).isEqualTo(Code.NOT_OPENED);
        assertThat(failure(with(1), sealed, "dlv_1", Instant.EPOCH)).isNull();
    }

    @Test
    void sealsNothingIntoNothingThatOpens() throws Exception {
        assertThat(failure(AT_REST, seal(""), "dlv_1", Instant.EPOCH)).isEqualTo(Code.NOT_OPENED);
        assertThat(AT_REST).hasToString("AtRest");
    }

    private static byte[] seal(String json) throws Exception {
        try (SecretBytes result = SecretBytes.owning(json.getBytes(StandardCharsets.UTF_8))) {
            return AT_REST.seal(result, "dlv_1", NOT_AFTER);
        }
    }

    private static @Nullable Code failure(AtRest atRest, byte[] sealed, String delivery, Instant now) {
        VaultException failure = catchThrowableOfType(
                VaultException.class, () -> atRest.open(sealed, delivery, now).close());
        return failure == null ? null : failure.code();
    }

    private static AtRest with(int first) {
        byte[] key = new byte[32];
        key[0] = (byte) first;
        return new AtRest(new SecretKeySpec(key, "AES"));
    }
}
