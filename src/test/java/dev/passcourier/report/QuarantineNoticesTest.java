package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.outbox.Notices;
import dev.passcourier.vault.DeliveryIds;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineNoticesTest {

    @TempDir
    private Path home;

    @Test
    void tellTheDestinationsOfRequestsButNotOfInspections() throws Exception {
        Clock clock = Clock.systemUTC();
        try (FileAuditTrail trail = FileAuditTrail.open(home.resolve("audit"), clock);
                Ledger ledger = Ledger.follow(trail, LedgerDatabase.h2(home.resolve("ledger")))) {
            for (String source : Set.of("JMS", "REPORT")) {
                trail.append(new AuditEvent(
                        AuditEvent.Type.ASKED,
                        clock.instant(),
                        Map.of(
                                Fact.REQUEST,
                                source,
                                Fact.ACCOUNT,
                                "huawei",
                                Fact.INSTANCE,
                                "i-1",
                                Fact.SOURCE,
                                source,
                                Fact.REFERENCE,
                                source + ":1")));
                ledger.awaitApplied(trail.append(new AuditEvent(
                        AuditEvent.Type.ALLOWED,
                        clock.instant(),
                        Map.of(
                                Fact.REQUEST,
                                source,
                                Fact.RULE,
                                "r",
                                Fact.DESTINATIONS,
                                "ops",
                                Fact.DEADLINE,
                                clock.instant().toString()))));
            }
            QuarantineNotices notices = new QuarantineNotices(
                    ledger, new Notices(DeliveryIds::of, account -> true), Set.of("ops")::contains, clock);

            assertThat(notices.of(Map.of(Fact.REQUEST, "JMS", Fact.CODE, "POISON")))
                    .extracting(OutboundMessage::queue)
                    .containsExactly("outbox.ops");
            assertThat(notices.of(Map.of(Fact.REQUEST, "REPORT", Fact.CODE, "POISON")))
                    .as("its report tells it, once")
                    .isEmpty();
        }
    }
}
