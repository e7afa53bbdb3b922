package dev.passcourier.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.DeliveryIds;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoticesTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final Notices notices = new Notices(DeliveryIds::of, account -> true);

    @Test
    void makesOneForEveryDestination() throws OutboxException {
        List<OutboundMessage> made = make("r-1");

        assertThat(made).extracting(OutboundMessage::queue).containsExactly("outbox.ops", "outbox.files");
        OutboxItem item = item(made.get(0));
        assertThat(item.kind()).isEqualTo(OutboxItem.Kind.NOTICE);
        assertThat(item.alias()).isEqualTo("ops");
        assertThat(item.notAfter()).isNull();
        assertThat(OutboxJson.notice(item.body())).isEqualTo(notice("r-1"));
        assertThat(made).extracting(OutboundMessage::notBefore).containsOnlyNulls();
    }

    @Test
    void canBeHeldBackByTheBroker() {
        Instant later = NOW.plusSeconds(3);

        assertThat(notices.notices(notice("r-1"), "r-1", List.of("ops", "files"), later))
                .extracting(OutboundMessage::notBefore)
                .containsExactly(later, later);
    }

    @Test
    void keepsTheirIdsWhenTheyAreMadeAgain() throws OutboxException {
        String first = item(make("r-1").get(0)).deliveryId();

        assertThat(item(make("r-1").get(0)).deliveryId()).isEqualTo(first);
        assertThat(item(make("r-1").get(1)).deliveryId()).isNotEqualTo(first);
        assertThat(item(make("r-2").get(0)).deliveryId()).isNotEqualTo(first);
        assertThat(first).isNotEqualTo(DeliveryIds.of("r-1", "ops"));
    }

    @Test
    void doNotTakeTheIdsOfARequestTheyOnlyName() throws OutboxException {
        Notice notice = new Notice("r-1", "", "", Verdict.REFUSED, "DUPLICATE_REQUEST", "Use a new id.", 0, NOW);

        OutboxItem item = item(notices.notices(notice, "ID:7", List.of("ops")).get(0));

        assertThat(item.requestId()).isEqualTo("r-1");
        assertThat(item.deliveryId()).isNotEqualTo(item(make("r-1").get(0)).deliveryId());
    }

    private List<OutboundMessage> make(String request) {
        return notices.notices(notice(request), request, List.of("ops", "files"));
    }

    private static Notice notice(String request) {
        return new Notice(request, "huawei", "i-1", Verdict.DENIED, "APIGW_0301", "Ask for the right.", 3, NOW);
    }

    private static OutboxItem item(OutboundMessage outboundMessage) throws OutboxException {
        return OutboxCodec.item(new InboundMessage(
                outboundMessage.queue(), "ID:1", "us", true, outboundMessage.properties(), outboundMessage.body()));
    }
}
