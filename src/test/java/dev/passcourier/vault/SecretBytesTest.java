package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SecretBytesTest {

    @Test
    void lendsItsBytesUntilItIsClosedAndWipesThemThen() {
        byte[] bytes = "Canary#1".getBytes(StandardCharsets.UTF_8);
        var secret = SecretBytes.owning(bytes);
        assertThat(secret.borrow()).isSameAs(bytes);
        secret.close();
        assertThat(bytes).containsOnly(0);
        assertThatIllegalStateException().isThrownBy(secret::borrow);
        secret.close();
    }

    @Test
    void collectsWhatIsWrittenByteByByteAndInPieces() {
        try (var buffer = new SecretBuffer(1)) {
            for (int i = 0; i < 100; i++) {
                buffer.write('a');
                buffer.write("bc");
            }
            try (SecretBytes secret = buffer.toSecret()) {
                assertThat(new String(secret.borrow(), StandardCharsets.US_ASCII))
                        .isEqualTo("abc".repeat(100));
            }
        }
    }
}
