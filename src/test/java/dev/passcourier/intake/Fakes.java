package dev.passcourier.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Signatures;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Stand-ins for what is around the intake. */
final class Fakes {

    private Fakes() {}

    /** Keeps what is recorded; can be told to have a full disk. */
    static class Trail implements AuditTrail {

        final List<AuditEvent> events = new ArrayList<>();
        boolean full;

        @Override
        public synchronized long append(AuditEvent event) {
            if (full) {
                throw new AuditException("AUDIT_DISK");
            }
            events.add(event);
            return events.size();
        }

        /** Types and one fact of each, such as {@code ENDED NOT_ALLOWED}. */
        List<String> told(Fact fact) {
            return events.stream()
                    .map(event -> (event.type() + " " + event.facts().getOrDefault(fact, "-")))
                    .toList();
        }

        AuditEvent last() {
            return events.get(events.size() - 1);
        }
    }

    /** Takes every duplicate id once, as the broker does; can be told to be away. */
    static final class Sender implements IntakeSender {

        final List<OutboundMessage> sent = new ArrayList<>();
        final List<String> ids = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();
        boolean away;
        int awayAfter = Integer.MAX_VALUE;

        @Override
        public synchronized boolean send(List<OutboundMessage> messages, String duplicateId) {
            if (away || ids.size() >= awayAfter) {
                throw new IllegalStateException("INTAKE_NOT_SENT");
            }
            if (!seen.add(duplicateId)) {
                return false;
            }
            ids.add(duplicateId);
            sent.addAll(messages);
            return true;
        }
    }

    /** A clock that stands still until it is told the time. */
    static final class HandClock extends Clock {

        private Instant now;

        HandClock(String now) {
            set(now);
        }

        void set(String time) {
            now = Instant.parse(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    /** Nobody is configured to sign. */
    static final Signatures NO_SIGNERS = compact -> {
        throw new RequestException(RefusalCode.SIGNER_UNKNOWN, "");
    };

    /** Accounts {@code huawei} and {@code gse}, destinations {@code ops} and {@code files}, and these rules. */
    static Settings settings(Path home, Settings.Rule... rules) {
        Settings.Account account = new Settings.Account(
                "any",
                null,
                null,
                1,
                false,
                true,
                Settings.AfterDelivery.KEEP,
                null,
                false,
                JsonNodeFactory.instance.objectNode());
        Settings.Destination destination = new Settings.Destination(
                null, 4, new Settings.WebhookChannel(URI.create("https://localhost/"), List.of(), null, false));
        return new Settings(
                new Settings.Service(
                        home,
                        Duration.ofMinutes(30),
                        Duration.ofDays(1),
                        Duration.ofDays(30),
                        1,
                        home.resolve("sign"),
                        home.resolve("rest"),
                        null,
                        1,
                        null,
                        null,
                        null,
                        List.of()),
                new Settings.Broker(null, null, null, null, Map.of()),
                new Settings.Sources(new Settings.JmsSource("requests", 8, null, null, null), null),
                Map.of(),
                Map.of("huawei", account, "gse", account),
                Map.of(),
                Map.of("ops", destination, "files", destination),
                Map.of(),
                Map.of(),
                new Settings.Policy(List.of(rules), Map.of(), List.of()),
                new Settings.LedgerStore(null, null, null),
                Settings.Retention.FOREVER,
                null);
    }

    /** Everything is allowed to files. */
    static FileRequests allowed(Path home, Clock clock) {
        List<String> all = List.of("*");
        return new FileRequests(
                settings(home, new Settings.Rule("all", List.of("file"), List.of(), List.of(), all, all, all)), clock);
    }

    static Settings withoutAccounts(Settings settings) {
        return new Settings(
                settings.service(),
                settings.broker(),
                settings.sources(),
                settings.keyRings(),
                Map.of(),
                settings.recipients(),
                settings.destinations(),
                settings.schedules(),
                settings.reports(),
                settings.policy(),
                settings.ledger(),
                settings.retention(),
                null);
    }

    static Settings withBroker(Settings settings, Settings.Broker broker) {
        return new Settings(
                settings.service(),
                broker,
                settings.sources(),
                settings.keyRings(),
                settings.accounts(),
                settings.recipients(),
                settings.destinations(),
                settings.schedules(),
                settings.reports(),
                settings.policy(),
                settings.ledger(),
                settings.retention(),
                null);
    }

    static Settings withPolicy(Settings settings, Settings.Policy policy) {
        return new Settings(
                settings.service(),
                settings.broker(),
                settings.sources(),
                settings.keyRings(),
                settings.accounts(),
                settings.recipients(),
                settings.destinations(),
                settings.schedules(),
                settings.reports(),
                policy,
                settings.ledger(),
                settings.retention(),
                null);
    }

    static Settings.Rule rule(String source, String user, String destination) {
        return new Settings.Rule(
                "rule-" + source + "-" + user,
                List.of(source),
                user.isEmpty() ? List.of() : List.of(user),
                List.of(),
                List.of("*"),
                List.of("*"),
                List.of(destination));
    }
}
