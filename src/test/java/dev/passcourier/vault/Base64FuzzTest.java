package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

class Base64FuzzTest {

    @FuzzTest
    void anyTextHasOneMeaningOrNone(byte[] text) {
        byte[] before = text.clone();
        String compact = new String(text, StandardCharsets.ISO_8859_1).replaceAll("[ \\t\\n\\x0B\\f\\r]", "");
        StrictBase64.decode(text)
                .ifPresent(decoded ->
                        assertThat(Base64.getEncoder().encodeToString(decoded)).isEqualTo(compact));
        assertThat(StrictBase64.decode(Base64.getEncoder().encode(text)).orElseThrow())
                .isEqualTo(before);
        assertThat(text).isEqualTo(before);
    }
}
