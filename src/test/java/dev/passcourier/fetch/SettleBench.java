package dev.passcourier.fetch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.Inspection;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.outbox.Notices;
import dev.passcourier.outbox.SealedBundles;
import dev.passcourier.provider.Answer;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.vault.DeliveryIds;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.LockedSecret;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.TestKeys;
import dev.passcourier.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** Settlement of one account's answers with a real vault, a real audit trail and a real ledger. */
final class SettleBench implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    static final String RUN = "weekly@now-1";
    static final String ACCOUNT = "kakao";

    private final Path directory;
    private final Clock clock;
    private final RandomGenerator random = new Random(1);
    private final KeyPair keyPair = TestKeys.rsa2048();
    private final FileAuditTrail audit;
    private final Ledger ledger;
    private final KeyRing ring;
    private final Vault vault;
    private final FailedOpenings failures;
    private final DefaultCamelContext camel = new DefaultCamelContext();

    /** In a directory that may be another bench's after a restart. */
    SettleBench(Path directory, Clock clock) throws Exception {
        this.directory = directory;
        this.clock = clock;
        audit = FileAuditTrail.open(directory.resolve("audit"), clock);
        ledger = Ledger.follow(audit, LedgerDatabase.h2(directory.resolve("ledger")));
        Path key = TestKeys.file(directory.resolve("windows.pem"), TestKeys.pem(keyPair.getPrivate()));
        ring = KeyRing.load("windows", List.of(new KeyRing.Source(key, null)));
        vault = new Vault(
                ServiceKeys.loadOrCreate(directory.resolve("keys/signing.jwk"), directory.resolve("keys/at-rest.key")),
                clock);
        failures = new FailedOpenings(clock);
        failures.account(ACCOUNT, ring);
    }

    Steps step() {
        return step("kakaocloud", ring, false);
    }

    Steps step(String provider, KeyRing keys, boolean clones) {
        return step(provider, keys, clones, Settings.AfterDelivery.KEEP);
    }

    Steps step(String provider, KeyRing keys, boolean clones, Settings.AfterDelivery afterDelivery) {
        InspectionRecord inspections = new InspectionRecord(ledger);
        RequestEnd end = new RequestEnd(
                audit, new Notices(DeliveryIds::of, account -> true), Duration.ofDays(30), inspections, clock);
        Opening opening =
                new Opening(provider, keys, clones ? null : () -> ledger, vault, audit, Duration.ofDays(7), clock);
        return new Steps(
                new InspectStep(opening, failures, inspections, audit, clock),
                new DecryptAndSealStep(
                        opening,
                        new Settings.Account(
                                provider,
                                null,
                                null,
                                1,
                                clones,
                                true,
                                afterDelivery,
                                null,
                                false,
                                JsonNodeFactory.instance.objectNode()),
                        new WrongKeyReply(failures, end, clock, random),
                        audit,
                        SealedBundles.none(),
                        new RetryTable(random, 1),
                        clock),
                new SettleStep(
                        new RetryScheduler(audit, end, clock, new RetryTable(random, 1), CloudObserver.NONE),
                        end,
                        new AccountGate("test", 100, clock)));
    }

    /** The steps after the cloud has answered, as the fetch route has them. */
    record Steps(InspectStep inspect, DecryptAndSealStep decryptAndSeal, SettleStep settle) {}

    Ledger ledger() {
        return ledger;
    }

    KeyRing ring() {
        return ring;
    }

    KeyPair keyPair() {
        return keyPair;
    }

    FailedOpenings failures() {
        return failures;
    }

    FileAuditTrail audit() {
        return audit;
    }

    /** What a guest posts that encrypts to the ring's key. */
    byte[] encrypted(String password) {
        return TestKeys.encrypt(keyPair.getPublic(), password.getBytes(StandardCharsets.UTF_8));
    }

    static Answer.Found found(byte[] ciphertext) {
        return new Answer.Found(new LockedSecret.Encrypted(ciphertext.clone()), "password", null);
    }

    static FetchWork work(String instance) {
        return work(instance, null);
    }

    static FetchWork work(String instance, String key) {
        PasswordRequest request = new PasswordRequest(
                "r-" + instance, ACCOUNT, instance, Map.of(), key, List.of("mail", "archive"), null, null, null);
        Origin origin = new Origin(Origin.Source.JMS, "ID:" + instance, null, null, 0);
        return new FetchWork(request, origin, NOW, NOW.plus(Duration.ofMinutes(20)), 1, 0);
    }

    /** A line of a report's run, which is begun for it. */
    FetchWork inspection(String instance, int line, int attempt) {
        ledger.reports()
                .begin(
                        new ReportRun(RUN, "weekly", null, NOW, NOW.plus(Duration.ofHours(2)), 2, "", null),
                        List.of(
                                new Inspection(1, ACCOUNT, "i-1", null, null, "none"),
                                new Inspection(2, ACCOUNT, "i-2", null, null, "none")));
        Origin origin = new Origin(Origin.Source.REPORT, RUN + ":" + line, null, RUN, line);
        return new FetchWork(
                work(instance).request(), origin, NOW, NOW.plus(Duration.ofHours(2)), attempt, attempt - 1);
    }

    List<OutboundMessage> settle(Steps steps, FetchWork work, Answer answer) throws Exception {
        Attempt attempt = new Attempt(work);
        attempt.sealFor(work.request().deliverTo().stream()
                .map(alias -> new SealTarget(alias, null))
                .toList());
        attempt.settle(answer);
        return settle(steps, attempt);
    }

    @SuppressWarnings("unchecked")
    List<OutboundMessage> settle(Steps steps, Attempt attempt) throws Exception {
        Exchange exchange = new DefaultExchange(camel);
        attempt.variables().forEach(exchange::setVariable);
        steps.inspect().process(exchange);
        steps.decryptAndSeal().process(exchange);
        steps.settle().process(exchange);
        return exchange.getMessage().getBody(List.class);
    }

    static String text(OutboundMessage outboundMessage) {
        return new String(outboundMessage.body(), StandardCharsets.UTF_8);
    }

    String auditText() throws Exception {
        StringBuilder text = new StringBuilder();
        try (var files = Files.list(directory.resolve("audit"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws Exception {
        camel.close();
        ledger.close();
        audit.close();
    }
}
