package dev.passcourier.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.fuzz.Refusal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class OutboxFuzzTest {

    private static final List<String> NAMES = List.of(
            "pcKind", "pcAlias", "pcDelivery", "pcRequest", "pcAttempt", "pcFirstTryAt", "pcNotAfter", "pcMediaType");

    @FuzzTest
    void anyMessageIsAnItemOrRefusedByACode(FuzzedDataProvider data) {
        Map<String, Object> properties = new HashMap<>();
        for (String name : NAMES) {
            switch (data.consumeInt(0, 4)) {
                case 0 -> properties.put(name, data.consumeString(40));
                case 1 -> properties.put(name, data.consumeInt());
                case 2 -> properties.put(name, data.consumeLong());
                case 3 -> properties.put(name, usual(name));
                default -> {}
            }
        }
        byte[] body = data.consumeRemainingAsBytes();
        try {
            OutboxItem item = OutboxCodec.item(new InboundMessage("outbox.ops", "ID:1", "us", true, properties, body));
            OutboundMessage again = OutboxCodec.outboundMessage(item, null);
            OutboxItem twice = OutboxCodec.item(
                    new InboundMessage(again.queue(), "ID:2", "us", true, again.properties(), again.body()));
            assertThat(twice).usingRecursiveComparison().isEqualTo(item);
        } catch (OutboxException refused) {
            tellsNothing(refused);
        }
        read(() -> OutboxJson.bytes(OutboxJson.notice(body)));
        read(() -> OutboxJson.bytes(OutboxJson.report(body)));
    }

    private static Object usual(String name) {
        return switch (name) {
            case "pcKind" -> "RESULT";
            case "pcAttempt" -> 1;
            case "pcFirstTryAt", "pcNotAfter" -> 1_800_000_000_000L;
            case "pcMediaType" -> "application/jose";
            default -> "ops";
        };
    }

    private interface Reading {
        byte[] read() throws OutboxException;
    }

    private static void read(Reading reading) {
        try {
            assertThat(reading.read()).isNotEmpty();
        } catch (OutboxException refused) {
            tellsNothing(refused);
        }
    }

    private static void tellsNothing(OutboxException refused) {
        Refusal.says(refused, refused.code().name());
    }
}
