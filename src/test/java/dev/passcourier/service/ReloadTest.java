package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.health.Scrape;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.reload.ReloadAnswer;
import dev.passcourier.reload.ReloadOrder;
import dev.passcourier.request.Verdict;
import dev.passcourier.retention.RetentionAnswer;
import dev.passcourier.retention.RetentionOrder;
import dev.passcourier.sandbox.WebhookReceiver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.quartz.QuartzComponent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quartz.CronTrigger;
import org.quartz.TriggerKey;

/** One service whose settings are changed while it runs. After each test it has those of the start again. */
class ReloadTest {

    @TempDir
    static Path directory;

    private static Whole whole;
    private static String begun;
    private static RecordingProxy slow;

    @BeforeAll
    static void start() throws Exception {
        whole = Whole.prepare(directory);
        slow = new RecordingProxy(whole.world().zstack().baseUrl());
        whole.settings(Whole::withoutSchedules)
                .settings(text -> text.replace("destinations: [tickets, hook, ops-mail]", "destinations: [\"*\"]")
                        .replace("\nrecipients:", "\n" + zstack("slow", slow.url()) + "\nrecipients:"))
                .start();
        begun = Files.readString(whole.world().settings());
        for (String folder : List.of("second", "short", "signalled")) {
            Files.createDirectory(
                    whole.home().resolve(folder),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        whole.close();
        slow.close();
    }

    @AfterEach
    void takeBack() throws Exception {
        slow.release();
        Files.writeString(whole.world().settings(), begun);
        assertThat(reload(false).refused()).isEmpty();
    }

    /** A further account of the pretend ZStack. */
    private static String zstack(String name, String url) {
        return "  " + name + ":\n    provider: zstack\n    settings:\n      endpoint: " + url
                + "\n      auth:\n        type: session\n        account: "
                + whole.world().zstack().accountName() + "\n        password: \"{{file:secrets/zstack}}\"";
    }

    private static ReloadAnswer reload(boolean dryRun) throws Exception {
        return ControlClient.of(whole.home().resolve("data"), Clock.systemUTC())
                .order(ReloadOrder.NAME, new ReloadOrder(dryRun), ReloadAnswer.class, Duration.ofMinutes(5));
    }

    private static ReloadAnswer reload(UnaryOperator<String> change) throws Exception {
        whole.settings(change);
        ReloadAnswer answer = reload(false);
        assertThat(answer.refused()).as("%s", answer.findings()).isEmpty();
        assertThat(answer.applied()).isTrue();
        return answer;
    }

    private static UnaryOperator<String> with(String section, String more) {
        return text -> text.replace("\n" + section + ":\n", "\n" + section + ":\n" + more + "\n");
    }

    private static Verdict verdict(String id, String account, String instance, String... deliverTo) throws Exception {
        whole.send(Whole.request(id, account, instance, deliverTo));
        return whole.ended(id).verdict();
    }

    @Test
    void aDryRunSaysWhatWouldChangeAndNoSecret() throws Exception {
        Path secret = whole.home().resolve("secrets/gse");
        String key = Files.readString(secret);
        whole.settings(text -> text.replace("    provider: tencent-gse\n", "    provider: tencent-gse\n    rate: 7\n")
                .replace("    minAge: 500ms", "    minAge: 600ms"));
        Files.writeString(secret, "another-secret");
        try {
            for (boolean dryRun : List.of(true, false)) {
                ReloadAnswer answer = reload(dryRun);

                assertThat(answer.changes()).extracting(Object::toString).containsExactly("changed account gse");
                assertThat(answer.changes().get(0).what())
                        .containsExactly("rate added: 7.0", "settings.secretKey: new content");
                assertThat(answer.refused()).containsExactly("sources.file.minAge needs a restart");
                assertThat(answer.applied()).isFalse();
                assertThat(answer.toString()).doesNotContain("another-secret").doesNotContain(key.strip());
            }
        } finally {
            Files.writeString(secret, key);
        }
    }

    /** A dry run tells it, the reload puts it in force, and the next order finds it. */
    @Test
    void whatIsKeptForHowLongIsReloaded() throws Exception {
        whole.settings(text -> text + "\nretention: {ledger: 3650d, audit: 3650d, archive: short}\n");
        ReloadAnswer told = reload(true);
        assertThat(told.refused()).isEmpty();
        assertThat(told.changes())
                .extracting(Object::toString)
                .containsExactly("changed retention.archive", "changed retention.audit", "changed retention.ledger");
        assertThat(retained()).isEmpty();
        assertThat(reload(false).applied()).isTrue();
        assertThat(retained()).containsExactly("ledger", "audit");
    }

    private static List<String> retained() throws Exception {
        return ControlClient.of(whole.home().resolve("data"), Clock.systemUTC())
                .order(RetentionOrder.NAME, new RetentionOrder(true), RetentionAnswer.class, Duration.ofMinutes(1))
                .parts()
                .stream()
                .map(RetentionAnswer.Part::what)
                .toList();
    }

    @Test
    void settingsWithMistakesChangeNothingAndAllOfThemAreTold() throws Exception {
        whole.settings(text -> text.replace(
                        "  hook:\n    type: webhook\n    seal: ops", "  hook:\n    type: webhook\n    seal: nobody")
                .replace("    provider: zstack\n", "    provider: zstock\n")
                .replace("destinations: [\"*\"]", "destinations: []"));

        ReloadAnswer answer = reload(false);

        assertThat(String.join("\n", answer.findings())).contains("destinations.hook.seal", "accounts.zstack.provider");
        assertThat(answer.refused()).singleElement().asString().contains("mistakes");
        assertThat(answer.applied()).isFalse();
        assertThat(verdict("mistakes-1", "zstack", DemoWorld.ZSTACK, "hook")).isEqualTo(Verdict.DELIVERED);
    }

    @Test
    void anAccountADestinationAndARuleAreAddedAndTakenBack() throws Exception {
        assertThat(verdict("added-1", "more", DemoWorld.ZSTACK, "tickets")).isEqualTo(Verdict.REFUSED);

        ReloadAnswer answer = reload(
                text -> with("accounts", zstack("more", whole.world().zstack().baseUrl()))
                        .andThen(with(
                                "destinations",
                                "  second:\n    type: file\n    seal: ops\n    directory: second\n"
                                        + "  third:\n    type: jms\n    seal: ops\n    queue: third.results"))
                        .apply(text));

        assertThat(answer.changes())
                .extracting(Object::toString)
                .containsExactly("added account more", "added destination second", "added destination third");
        assertThat(verdict("added-2", "more", DemoWorld.ZSTACK, "second", "third", "hook"))
                .isEqualTo(Verdict.DELIVERED);
        assertThat(whole.home().resolve("second")).isNotEmptyDirectory();
        whole.asTicketing(session -> {
            try (var consumer = session.createConsumer(session.createQueue("third.results"))) {
                assertThat(consumer.receive(60_000)).isNotNull();
            }
        });
        assertThat(whole.audited(AuditEvent.Type.RELOADED)).last().satisfies(record -> assertThat(
                        record.event().facts())
                .containsAllEntriesOf(Map.of(
                        Fact.USER, System.getProperty("user.name"),
                        Fact.AFTER, answer.after(),
                        Fact.CHANGES, "added account more, added destination second, added destination third")));
        takeBack();
        assertThat(verdict("added-3", "more", DemoWorld.ZSTACK, "tickets")).isEqualTo(Verdict.REFUSED);
        assertThat(verdict("added-4", "zstack", DemoWorld.ZSTACK, "second")).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void whatComesAndGoesIsMeasuredFromThenOn() throws Exception {
        int port = whole.service().statusPort();
        Scrape before = Scrape.of(port);
        assertThat(before.values("account")).doesNotContain("measured");
        reload(text -> with(
                        "accounts", zstack("measured", whole.world().zstack().baseUrl()))
                .andThen(with("destinations", "  counted:\n    type: file\n    seal: ops\n    directory: second"))
                .apply(text));
        for (String metric : List.of("account_breaker_open", "account_rate_limit", "cloud_call_seconds_count")) {
            assertThat(Scrape.of(port).sum("passcourier_" + metric, "account", "measured"))
                    .as(metric)
                    .isNotNaN();
        }
        assertThat(Scrape.of(port).sum("passcourier_requests_total", "account", "measured"))
                .isZero();
        Whole.patiently()
                .until(() -> Scrape.of(port).values("queue").containsAll(List.of("fetch.measured", "outbox.counted")));
        assertThat(Scrape.of(port).sum("passcourier_queue_oldest_seconds", "queue", "fetch.measured"))
                .isZero();

        takeBack();

        Scrape after = Scrape.of(port);
        assertThat(after.values("account")).isEqualTo(before.values("account"));
        assertThat(after.values("destination")).isEqualTo(before.values("destination"));
        assertThat(after.sum("passcourier_queue_oldest_seconds", "queue", "outbox.counted"))
                .isNaN();
    }

    @Test
    void aKeyThatIsPutOntoARingOpensWhatWasAWrongKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        String instance = "5b0f7c1e-0000-4000-8000-0000000000aa";
        whole.world().kakao().addInstance(instance, "Reloaded-1!", pair.getPublic());
        assertThat(verdict("ring-1", "kakao", instance, "archive")).isEqualTo(Verdict.WRONG_KEY);
        Path key = whole.home().resolve("keys/late-key.pem");
        Files.writeString(
                key,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        try {
            ReloadAnswer answer = reload(false);

            assertThat(answer.changes())
                    .extracting(Object::toString)
                    .containsExactly("changed key ring huawei", "changed key ring kakao");
            assertThat(answer.changes().get(1).what())
                    .singleElement()
                    .asString()
                    .startsWith("key late-key added: RSA 2048 SHA256:");
            assertThat(verdict("ring-2", "kakao", instance, "archive")).isEqualTo(Verdict.DELIVERED);
            assertThat(verdict("ring-3", "kakao", DemoWorld.KAKAO, "archive"))
                    .as("by the key before, which is kept")
                    .isEqualTo(Verdict.DELIVERED);
            assertThat(whole.audited(AuditEvent.Type.RELOADED)).last().satisfies(record -> assertThat(
                            record.event().facts().get(Fact.CHANGES))
                    .contains("changed key ring kakao (key late-key added: RSA 2048 SHA256:"));
        } finally {
            Files.delete(key);
        }
        assertThat(reload(false).applied()).isTrue();
        assertThat(verdict("ring-4", "kakao", instance, "archive")).isEqualTo(Verdict.WRONG_KEY);
    }

    @Test
    void whatIsInHandEndsUnderTheSettingsItBeganWithAndAllElseGoesOn() throws Exception {
        slow.hold("console-passwords");
        whole.send(Whole.request("in-hand", "slow", DemoWorld.ZSTACK, "archive"));
        Whole.patiently().until(slow::holds);
        whole.settings(text -> text.replace(
                "  slow:\n    provider: zstack\n", "  slow:\n    provider: zstack\n    showInstance: false\n"));

        CompletableFuture<ReloadAnswer> reloading = reloading();
        for (int i = 0; i < 3; i++) {
            assertThat(verdict("goes-on-" + i, "zstack", DemoWorld.ZSTACK, "archive"))
                    .isEqualTo(Verdict.DELIVERED);
        }
        assertThat(reloading).isNotDone();
        assertThat(whole.row("in-hand").orElseThrow().verdict()).isNull();
        slow.release();

        assertThat(reloading.get(5, TimeUnit.MINUTES).applied()).isTrue();
        assertThat(whole.ended("in-hand").verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(whole.archived("in-hand")).singleElement().asString().contains(DemoWorld.ZSTACK);
        assertThat(verdict("after-it", "slow", DemoWorld.ZSTACK, "archive")).isEqualTo(Verdict.DELIVERED);
        assertThat(whole.archived("after-it")).singleElement().asString().doesNotContain(DemoWorld.ZSTACK);
    }

    @Test
    void aDeliveryInHandEndsWhereItBeganAndAllElseGoesOn() throws Exception {
        String secret = Files.readString(whole.home().resolve("secrets/hook")).strip();
        try (WebhookReceiver first = WebhookReceiver.start(secret, null, Clock.systemUTC());
                WebhookReceiver second = WebhookReceiver.start(secret, null, Clock.systemUTC());
                RecordingProxy way = new RecordingProxy("http://" + first.url().getAuthority())) {
            String path = first.url().getPath();
            reload(with("destinations", plainHook(way.url() + path)));
            way.hold(path);
            whole.send(Whole.request("delivery-in-hand", "zstack", DemoWorld.ZSTACK, "plain"));
            Whole.patiently().until(way::holds);
            whole.settings(text -> text.replace(way.url() + path, second.url().toString()));

            CompletableFuture<ReloadAnswer> reloading = reloading();
            assertThat(verdict("delivered-meanwhile", "zstack", DemoWorld.ZSTACK, "hook"))
                    .isEqualTo(Verdict.DELIVERED);
            assertThat(reloading).isNotDone();
            way.release();

            assertThat(reloading.get(5, TimeUnit.MINUTES).applied()).isTrue();
            assertThat(whole.ended("delivery-in-hand").verdict()).isEqualTo(Verdict.DELIVERED);
            assertThat(verdict("delivery-after-it", "zstack", DemoWorld.ZSTACK, "plain"))
                    .isEqualTo(Verdict.DELIVERED);
            assertThat(first.received()).hasSize(1);
            assertThat(second.received()).hasSize(1);
            takeBack();
        }
    }

    private static String plainHook(String url) {
        return "  plain:\n    type: webhook\n    seal: ops\n    insecure: true\n    url: " + url
                + "\n    secrets: [\"{{file:secrets/hook}}\"]";
    }

    private static CompletableFuture<ReloadAnswer> reloading() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return reload(false);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** The new account's last route cannot start: another one has its place. By then the others have been replaced. */
    @Test
    void aReloadThatFailsHalfWayLeavesEverythingAsItWas() throws Exception {
        CamelContext camel = whole.service().camel();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:ask.zz-new").routeId("in-the-way").stop();
            }
        });
        Set<String> routes = routes(camel);
        whole.settings(text -> with("accounts", zstack("zz-new", slow.url()))
                .andThen(with("destinations", "  new:\n    type: file\n    seal: ops\n    directory: second"))
                .apply(text)
                .replace("  slow:\n    provider: zstack\n", "  slow:\n    provider: zstack\n    showInstance: false\n")
                .replace(
                        "  archive:\n    type: file\n    seal: ops\n    directory: archive",
                        "  archive:\n    type: file\n    seal: ops\n    directory: short")
                .replace("destinations: [\"*\"]", "destinations: [tickets]")
                .replace("      accounts: [\"*\"]", "      accounts: [kakao]"));
        try {
            assertThatExceptionOfType(ControlException.class)
                    .isThrownBy(() -> reload(false))
                    .withMessageContaining("those before are")
                    .withMessageContaining("direct://ask.zz-new");
        } finally {
            camel.getRouteController().stopRoute("in-the-way");
            camel.removeRoute("in-the-way");
        }

        routes.remove("in-the-way");
        assertThat(routes(camel)).isEqualTo(routes);
        assertThat(camel.getRoutes())
                .allSatisfy(route -> assertThat(camel.getRouteController().getRouteStatus(route.getRouteId()))
                        .as(route.getRouteId())
                        .isEqualTo(ServiceStatus.Started));
        assertThat(verdict("half-way-1", "slow", DemoWorld.ZSTACK, "archive", "hook"))
                .isEqualTo(Verdict.DELIVERED);
        assertThat(whole.archived("half-way-1")).singleElement().asString().contains(DemoWorld.ZSTACK);
        assertThat(verdict("half-way-2", "zz-new", DemoWorld.ZSTACK, "archive")).isEqualTo(Verdict.REFUSED);
        assertThat(verdict("half-way-3", "zstack", DemoWorld.ZSTACK, "new")).isEqualTo(Verdict.REFUSED);
        List<AuditRecord> records = whole.audited(AuditEvent.Type.RELOADED);
        Map<Fact, String> done = records.get(records.size() - 2).event().facts();
        Map<Fact, String> takenBack = records.get(records.size() - 1).event().facts();
        assertThat(done).doesNotContainKey(Fact.CODE);
        assertThat(takenBack)
                .containsAllEntriesOf(Map.of(
                        Fact.CODE, "TAKEN_BACK",
                        Fact.BEFORE, done.get(Fact.AFTER),
                        Fact.AFTER, done.get(Fact.BEFORE),
                        Fact.CHANGES, done.get(Fact.CHANGES)));

        assertThat(reload(false).applied()).as("once nothing is in the way").isTrue();
        assertThat(verdict("half-way-4", "kakao", DemoWorld.KAKAO, "tickets")).isEqualTo(Verdict.DELIVERED);
        assertThat(verdict("half-way-5", "slow", DemoWorld.ZSTACK, "tickets")).isEqualTo(Verdict.REFUSED);
    }

    private static Set<String> routes(CamelContext camel) {
        return camel.getRoutes().stream().map(Route::getRouteId).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void whatWaitsAtAnAccountIsToldStaysAndIsAskedWhenItIsBack() throws Exception {
        reload(with("accounts", zstack("away", "http://127.0.0.1:1")));
        reload(with("destinations", "  short:\n    type: file\n    seal: ops\n    directory: short"));
        whole.send(Whole.request("waits", "away", DemoWorld.ZSTACK, "archive"));
        whole.send(Whole.request("waits-for-short", "away", DemoWorld.ZSTACK, "short", "archive"));
        for (String id : List.of("waits", "waits-for-short")) {
            Whole.patiently().until(() -> whole.row(id)
                    .filter(row -> row.state() == RequestState.POSTPONED)
                    .isPresent());
        }
        Files.writeString(whole.world().settings(), begun);

        assertThat(reload(true).changes().get(0).waits()).startsWith("2 waiting: stay in its queue");
        assertThat(reload(false).applied()).isTrue();
        reload(with("accounts", zstack("away", whole.world().zstack().baseUrl())));

        assertThat(whole.ended("waits").verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(whole.ended("waits-for-short").verdict()).isEqualTo(Verdict.FAILED);
        assertThat(whole.row("waits-for-short").orElseThrow().code()).isEqualTo("DESTINATION_UNKNOWN");
    }

    @Test
    void aRuleThatIsTakenOutGrantsNothingAnyMore() throws Exception {
        assertThat(verdict("rule-1", "zstack", DemoWorld.ZSTACK, "tickets")).isEqualTo(Verdict.DELIVERED);
        reload(text -> text.replace("      accounts: [\"*\"]", "      accounts: [kakao]"));
        assertThat(verdict("rule-2", "zstack", DemoWorld.ZSTACK, "tickets")).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void aScheduleIsAddedChangedAndRemoved() throws Exception {
        reload(text -> text.replace(
                "\npolicy:",
                "\nschedules:\n  nightly:\n    cron: \"0 0 3 * * ?\"\n    timeZone: UTC\n"
                        + "    requests: lists/machines.csv\npolicy:"));
        assertThat(cron("nightly")).isEqualTo("0 0 3 * * ?");
        reload(text -> text.replace("0 0 3 * * ?", "0 0 4 * * ?"));
        assertThat(cron("nightly")).isEqualTo("0 0 4 * * ?");
        takeBack();
        assertThat(cron("nightly")).isEmpty();
        assertThat(whole.rows()).noneMatch(row -> row.id().startsWith("nightly"));
    }

    private static String cron(String schedule) throws Exception {
        var trigger = whole.service()
                .camel()
                .getComponent("quartz", QuartzComponent.class)
                .getScheduler()
                .getTrigger(new TriggerKey(schedule, "passcourier"));
        return trigger instanceof CronTrigger times ? times.getCronExpression() : "";
    }

    @Test
    void theSignalReloadsToo() throws Exception {
        whole.settings(with("destinations", "  signalled:\n    type: file\n    seal: ops\n    directory: signalled"));

        whole.service().reloadBySignal();

        assertThat(verdict("signalled-1", "zstack", DemoWorld.ZSTACK, "signalled"))
                .isEqualTo(Verdict.DELIVERED);
        assertThat(whole.audited(AuditEvent.Type.RELOADED))
                .last()
                .satisfies(record -> assertThat(record.event().facts()).containsEntry(Fact.USER, "SIGHUP"));
    }
}
