package dev.passcourier.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.Sealed;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OutboxCodecTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final OutboxItem RESULT = OutboxItem.result(
            new Sealed("ops-mail", "d-1", "application/jose", new byte[] {1, 2}),
            "r-1",
            "i-1",
            NOW.plusSeconds(60),
            NOW);

    @Test
    void readsBackWhatItWrote() throws Exception {
        OutboundMessage outboundMessage = OutboxCodec.outboundMessage(RESULT, NOW.plusSeconds(5));

        assertThat(outboundMessage.queue()).isEqualTo("outbox.ops-mail");
        assertThat(outboundMessage.notBefore()).isEqualTo(NOW.plusSeconds(5));
        assertThat(outboundMessage.expiresAt()).isEqualTo(NOW.plusSeconds(60));
        assertThat(OutboxCodec.item(arrival(true, outboundMessage.properties())))
                .usingRecursiveComparison()
                .isEqualTo(RESULT);
    }

    @Test
    void propertyNamesAreValidInJms() {
        assertThat(OutboxCodec.outboundMessage(RESULT, null).properties().keySet())
                .allSatisfy(name -> assertThat(Character.isJavaIdentifierStart(name.charAt(0))
                                && name.chars().allMatch(Character::isJavaIdentifierPart))
                        .isTrue());
    }

    @Test
    void readsReportsWithLargeForms() throws Exception {
        ReportMessage report = new ReportMessage(
                "weekly",
                "Weekly",
                "",
                "<p>",
                List.of(),
                List.of(new ReportMessage.Part("html", "text/html", new byte[16 << 20])));

        assertThat(OutboxJson.report(OutboxJson.bytes(report))).isEqualTo(report);
    }

    @Test
    void noticesAndReportsDoNotExpire() throws Exception {
        OutboxItem notice = OutboxItem.notice(
                new Notice("r-1", "prod", "i-1", Verdict.NEVER, "LINUX", "Use the key.", 2, NOW), "ops", "d-2", NOW);
        OutboundMessage outboundMessage = OutboxCodec.outboundMessage(notice, null);

        assertThat(outboundMessage.expiresAt()).isNull();
        assertThat(OutboxJson.notice(outboundMessage.body()).verdict()).isEqualTo(Verdict.NEVER);
    }

    @Test
    void refusesWhatTheServiceDidNotSend() {
        Map<String, Object> properties =
                OutboxCodec.outboundMessage(RESULT, null).properties();

        assertThatThrownBy(() -> OutboxCodec.item(arrival(false, properties))).hasMessage("OUTBOX_NOT_OURS");
    }

    @ParameterizedTest
    @MethodSource("spoiled")
    void refusesAMalformedProperty(String name, Object value) {
        Map<String, Object> properties =
                new HashMap<>(OutboxCodec.outboundMessage(RESULT, null).properties());
        if (value == null) {
            properties.remove(name);
        } else {
            properties.put(name, value);
        }

        assertThatThrownBy(() -> OutboxCodec.item(arrival(true, properties))).hasMessage("OUTBOX_PROPERTY");
    }

    static Stream<Arguments> spoiled() {
        return Stream.of(
                Arguments.of("pcKind", null),
                Arguments.of("pcKind", "SECRET"),
                Arguments.of("pcAlias", "a/b"),
                Arguments.of("pcDelivery", "../x"),
                Arguments.of("pcDelivery", ".hidden"),
                Arguments.of("pcDelivery", "a\r\nBcc: x"),
                Arguments.of("pcDelivery", 7),
                Arguments.of("pcRequest", ""),
                Arguments.of("pcRequest", "a b"),
                Arguments.of("pcAttempt", 0),
                Arguments.of("pcAttempt", "1"),
                Arguments.of("pcFirstTryAt", null),
                Arguments.of("pcNotAfter", "soon"),
                Arguments.of("pcNotAfter", null),
                Arguments.of("pcMediaType", "text/html; x"));
    }

    private static InboundMessage arrival(boolean internal, Map<String, Object> properties) {
        return new InboundMessage("outbox.ops-mail", "ID:1", null, internal, properties, RESULT.body());
    }
}
