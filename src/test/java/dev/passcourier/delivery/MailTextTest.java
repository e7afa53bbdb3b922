package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MailTextTest {

    @Test
    void isOneLineWithNothingInvisible() {
        assertThat(MailText.line("a\r\nBcc: b\u202Ec\u0000d\uD800e\u2028f")).isEqualTo("a  Bcc: b c d e f");
    }

    @Test
    void keepsLettersOfAllScripts() {
        assertThat(MailText.line("Größe 크기 \uD83D\uDD11")).isEqualTo("Größe 크기 \uD83D\uDD11");
    }

    @Test
    void isNotLong() {
        assertThat(MailText.line("x".repeat(500))).hasSize(200);
    }
}
