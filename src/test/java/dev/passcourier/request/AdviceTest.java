package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdviceTest {

    @ParameterizedTest
    @EnumSource
    void everyVerdictHasASentence(Verdict verdict) {
        assertThat(Advice.on(verdict, "CODE")).matches("[A-Z].{10,}\\.");
    }

    @Test
    void noTwoVerdictsSayTheSame() {
        assertThat(Arrays.stream(Verdict.values()).map(verdict -> Advice.on(verdict, "CODE")))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "NEVER, KEY_NOT_RSA, RSA key pairs only",
        "NEVER, NOT_ENCRYPTED, not encrypted with a key pair",
        "NEVER, CIPHERTEXT_DAMAGED, it was cut or altered",
        "NEVER, MASKED, switch the masking off",
        "NEVER, CODE, such as a Linux server's",
        "WRONG_KEY, KEY_MISSING, has no such key",
        "WRONG_KEY, CODE, No key of the account's key ring opens",
        "REFUSED, TOO_MANY_WRONG_KEYS, ask again in an hour",
        "REFUSED, CODE, Correct the request as the code says"
    })
    void theCodeMakesItMoreExact(Verdict verdict, String code, String part) {
        assertThat(Advice.on(verdict, code)).contains(part);
    }
}
