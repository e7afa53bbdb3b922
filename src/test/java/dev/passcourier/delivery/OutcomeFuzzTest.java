package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;

class OutcomeFuzzTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    @FuzzTest
    void anyAnswerOfAFarSideHasAnOutcomeWithACode(FuzzedDataProvider data) {
        int status = data.consumeInt(-1, 1000);
        String text = data.consumeRemainingAsString();
        Message answer = new DefaultExchange(CAMEL).getMessage();
        answer.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        answer.setHeader("Retry-After", text);
        DeliveryOutcome webhook = new WebhookOutcome(java.util.List.of()).read(answer, null, NOW);
        assertThat(webhook.code()).isEqualTo("HTTP_" + status);
        assertThat(webhook instanceof DeliveryOutcome.Delivered).isEqualTo(status >= 200 && status < 300);
        var failure = new SMTPSendFailedException(
                text,
                status,
                text,
                null,
                new jakarta.mail.Address[0],
                new jakarta.mail.Address[0],
                new jakarta.mail.Address[0]);
        assertThat(new MailOutcome().read(answer, failure, NOW).code()).isEqualTo(status > 0 ? "SMTP_" + status : "IO");
    }
}
