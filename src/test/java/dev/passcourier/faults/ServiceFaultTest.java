package dev.passcourier.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.doctor.Diagnosis;
import dev.passcourier.doctor.Doctor;
import dev.passcourier.faults.FaultProxy.Wire;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CapturedOutput;
import dev.passcourier.service.ArtemisProcess;
import dev.passcourier.service.StatusClient;
import dev.passcourier.service.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults that the service suffers as a whole: its broker, its disks, its clock. */
class ServiceFaultTest {

    private static final double PACE = 0.01;
    private static final int LOAD = 40;

    @TempDir
    Path directory;

    private final ShiftedClock clock = new ShiftedClock();
    private Whole whole;
    private RemoteWorld world;

    @BeforeEach
    void prepare() throws Exception {
        whole = Whole.prepare(directory).settings(Whole::withoutSchedules);
        world = new RemoteWorld(whole, Clock.systemUTC());
    }

    @AfterEach
    void stop() throws Exception {
        whole.close();
        world.close();
    }

    @Test
    void aBrokerThatIsRestartedOrCutOffUnderLoadLosesNothing() throws Exception {
        RemoteEnd hook = world.hook("loaded");
        world.writeSettings(PACE);
        String password = UUID.randomUUID().toString();
        String ticketing = Files.readString(whole.home().resolve("secrets/broker-ticketing"));
        Path secret = Files.createFile(
                whole.home().resolve("secrets/courier"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, password);
        ArtemisProcess broker = ArtemisProcess.start(directory.resolve("artemis"), password, ticketing);
        try (FaultProxy proxy = FaultProxy.before(broker.port());
                CapturedOutput said = new CapturedOutput()) {
            String access = "  url: tcp://127.0.0.1:" + proxy.port()
                    + "\n  user: courier\n  password: \"{{file:secrets/courier}}\"\n";
            whole.settings(text -> text.replaceFirst("(?s)\nbroker:.*?(?=\nsources:)", "\nbroker:\n" + access));
            whole.start();

            whole.drop("restarted.ndjson", batch("restarted", "loaded"));
            Whole.patiently().until(() -> delivered("restarted") > 3);
            broker.close();
            broker = ArtemisProcess.start(directory.resolve("artemis"), password, ticketing);
            oneLineAnEvent(said);
            proxy.to(broker.port());
            all("restarted", hook, ServiceFault.BROKER_RESTARTED.row());

            whole.drop("cut.ndjson", batch("cut", "loaded"));
            for (int seen = 1; seen <= 3; seen++) {
                int enough = seen * 5;
                Whole.patiently().until(() -> delivered("cut") > enough);
                proxy.cut();
            }
            all("cut", hook, ServiceFault.BROKER_CUT.row());

            refused(broker);
            whole.stop();
        } finally {
            broker.close();
        }
    }

    /** That the broker is away, and each message in hand that goes back to it; no more than a line's length of each. */
    private static void oneLineAnEvent(CapturedOutput said) {
        Whole.patiently().until(() -> said.log().contains("HEALTH_DOWN broker BROKER_AWAY"));
        List<String> lines = said.log().lines().toList();
        assertThat(lines).filteredOn(line -> line.contains("BROKER_AWAY")).hasSize(1);
        assertThat(lines)
                .filteredOn(line -> !line.contains("HOP_ROLLED_BACK") && !line.contains("BROKER_AWAY"))
                .filteredOn(line -> !line.startsWith("INFO "))
                .isEmpty();
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThan(400));
    }

    /** Rights are taken away and given back while the service runs. */
    private void refused(ArtemisProcess broker) throws Exception {
        String queue = Whole.RESULTS;
        StatusClient status = new StatusClient(whole.service().statusPort());
        broker.maySend(queue, false);
        whole.drop("refused.ndjson", Whole.request("refused", "huawei-aksk", DemoWorld.HUAWEI, "tickets") + "\n");
        Whole.patiently().until(() -> tried("refused") >= 2);
        Whole.patiently().until(() -> status.code("destination.tickets").equals("JMS_REFUSED"));
        assertThat(status.isUp()).isTrue();
        assertThat(ofRequest("refused", AuditEvent.Type.DELIVERED)).isEmpty();
        assertThat(doctorOnTickets()).startsWith("FAIL our user may not send to queue " + queue);
        broker.maySend(queue, true);
        ends("refused", ServiceFault.BROKER_REFUSES.row());
        assertThat(doctorOnTickets()).startsWith("OK ");
        assertThat(ofRequest("refused", AuditEvent.Type.DELIVERED)).hasSize(1);
        assertThat(whole.ticket(broker.url(), "refused").getStringProperty("kind"))
                .isEqualTo("RESULT");
        Whole.patiently().untilAsserted(() -> status.assertEmpty(queue));
        Whole.patiently().until(() -> status.code("destination.tickets").isEmpty());
    }

    private List<AuditRecord> ofRequest(String id, AuditEvent.Type type) throws Exception {
        return whole.audited(type).stream()
                .filter(record -> id.equals(record.event().facts().get(Fact.REQUEST)))
                .toList();
    }

    private String doctorOnTickets() throws Exception {
        var settings = SettingsLoader.load(whole.world().settings(), ProviderCatalog.find(), Clock.systemUTC());
        List<String> found = new ArrayList<>();
        try (Doctor doctor = new Doctor(Path.of("").toAbsolutePath(), settings, Clock.systemUTC())) {
            doctor.examine("destination.tickets"::equals, new Doctor.Progress() {
                @Override
                public void found(Diagnosis diagnosis, Duration took) {
                    found.add(diagnosis.level() + " " + diagnosis.says());
                }

                @Override
                public void waiting(List<String> subjects) {
                    // is over in a moment
                }
            });
        }
        return String.join(", ", found);
    }

    private static String batch(String name, String alias) {
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < LOAD; i++) {
            batch.append(Whole.request(name + "-" + i, "zstack", DemoWorld.ZSTACK, alias))
                    .append("\n");
        }
        return batch.toString();
    }

    private long delivered(String name) {
        return whole.rows().stream()
                .filter(row -> row.id().startsWith(name) && row.verdict() == Verdict.DELIVERED)
                .count();
    }

    private void all(String name, RemoteEnd hook, FaultRow row) throws Exception {
        for (int i = 0; i < LOAD; i++) {
            String id = name + "-" + i;
            ends(id, row);
            DeliveryRow delivery = delivery(id);
            assertThat(row.copies().holds(hook.copies(delivery.deliveryId())))
                    .as("copies of %s", id)
                    .isTrue();
        }
        assertThat(whole.audited(AuditEvent.Type.QUARANTINED)).isEmpty();
    }

    @Test
    void nothingIsAskedOrDeliveredWithoutTheTrail() throws Exception {
        RemoteEnd cloud = world.account("audited", 1);
        world.writeSettings(PACE);
        whole.start();
        Path trail = trail();
        Path away = trail.resolveSibling("away");
        Files.move(trail, away);
        whole.send(Whole.request("unseen", "audited", instance(cloud), "hook"));
        pause(Duration.ofSeconds(3));
        assertThat(cloud.proxy().connections()).isZero();
        assertThat(whole.row("unseen")).isEmpty();
        Files.move(away, trail);
        RequestRow row = whole.ended("unseen");
        assertThat(row.verdict()).isEqualTo(ServiceFault.AUDIT_GONE.row().verdict());
        assertThat(row.attempts()).isEqualTo(1);
        assertThat(cloud.proxy().connections()).isEqualTo(1);
        assertThat(whole.world().hook().requests()).hasSize(1);
    }

    private Path trail() throws Exception {
        try (Stream<Path> files = Files.list(whole.home().resolve("data/audit"))) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .sorted()
                    .reduce((first, second) -> second)
                    .orElseThrow();
        }
    }

    @Test
    void aDirectoryThatIsGoneIsWaitedFor() throws Exception {
        world.directory("shelf");
        world.writeSettings(PACE);
        whole.start();
        Path shelf = whole.home().resolve("shelf");
        Path away = whole.home().resolve("away");

        Files.move(shelf, away);
        whole.drop("gone.ndjson", Whole.request("gone", "kakao", DemoWorld.KAKAO, "shelf") + "\n");
        Whole.patiently().until(() -> tried("gone") >= 2);
        Files.move(away, shelf);
        ends("gone", ServiceFault.ARCHIVE_GONE.row());
        assertThat(files(shelf))
                .containsExactly(
                        "gone_" + DemoWorld.KAKAO + "_" + delivery("gone").deliveryId() + ".jwe");

        Files.move(shelf, away);
        Files.writeString(shelf, "in the way");
        whole.drop("taken.ndjson", Whole.request("taken", "kakao", DemoWorld.KAKAO, "shelf") + "\n");
        Whole.patiently().until(() -> tried("taken") >= 2);
        Files.delete(shelf);
        Files.move(away, shelf);
        ends("taken", ServiceFault.ARCHIVE_IS_A_FILE.row());
        assertThat(files(shelf))
                .contains("taken_" + DemoWorld.KAKAO + "_" + delivery("taken").deliveryId() + ".jwe")
                .hasSize(2);
    }

    private int tried(String id) {
        return whole.service().ledger().deliveries(id).stream()
                .mapToInt(DeliveryRow::attempts)
                .sum();
    }

    private static List<String> files(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    /** The broker's clock stays right: what is put off after a jump would wait for its clock to follow. */
    @Test
    void aClockThatJumps() throws Exception {
        RemoteEnd late = world.tokenAccount("late");
        RemoteEnd later = world.tokenAccount("later");
        RemoteEnd token = world.tokenAccount("token");
        RemoteEnd signing = world.account("signing", 1);
        RemoteEnd slow = world.hook("slow");
        world.hook("exact");
        late.machine().readyAtAsk(Integer.MAX_VALUE);
        later.machine().readyAtAsk(Integer.MAX_VALUE);
        world.writeSettings(PACE);
        whole.start(clock);

        slow.proxy().always(Wire.RESET);
        ask("late", "later", later, "archive");
        waits("late");
        clock.advance(Duration.ofMinutes(-5));
        int asks = later.machine().asks();
        Whole.patiently().until(() -> later.machine().asks() > asks);
        later.machine().readyAtAsk(1);
        ends("late", ServiceFault.BACK_WHILE_WAITING.row());

        clock.advance(Duration.ofMinutes(-5));
        ask("exact", "token", token, "exact");
        Whole.patiently().until(() -> tried("exact") >= 2);
        clock.advance(Duration.ofMinutes(10));
        ends("exact", ServiceFault.BEHIND_A_RECEIVER.row());

        ask("waiting", "late", late, "archive");
        waits("waiting");
        ask("kept", "token", token, "slow");
        // By then it waits for seconds, so that the jump falls into a wait.
        Whole.patiently().until(() -> tried("kept") >= 7);
        int tokens = world.cloud().tokensIssued();
        clock.advance(Duration.ofDays(8));
        ends("waiting", ServiceFault.AHEAD_WHILE_WAITING.row());
        ends("kept", ServiceFault.AHEAD_OF_A_RESULT.row());
        ask("signed", "signing", signing, "archive");
        ends("signed", ServiceFault.AHEAD_OF_A_CLOUD.row());
        ask("token", "token", token, "archive");
        ends("token", ServiceFault.AHEAD_OF_A_TOKEN.row());
        assertThat(world.cloud().tokensIssued()).isGreaterThan(tokens);
    }

    private void ask(String id, String account, RemoteEnd cloud, String alias) throws Exception {
        whole.drop(id + ".ndjson", Whole.request(id, account, instance(cloud), alias) + "\n");
    }

    private void waits(String id) {
        Whole.patiently().until(() -> whole.row(id)
                .filter(row -> row.state() == RequestState.POSTPONED)
                .isPresent());
    }

    private static String instance(RemoteEnd side) {
        return ((RemoteEnd.Cloud) side).instance();
    }

    private void ends(String id, FaultRow row) throws Exception {
        RequestRow request = whole.ended(id);
        List<String> waits = waitCodes(id);
        List<DeliveryRow> deliveries = whole.service().ledger().deliveries(id);
        boolean delivered = !deliveries.isEmpty();
        boolean byCloud = !delivered || row.waits().contains("EMPTY");
        assertSoftly(softly -> {
            softly.assertThat(request.verdict()).as("%s verdict", id).isEqualTo(row.verdict());
            softly.assertThat(delivered ? deliveries.get(0).code() : request.code())
                    .as("%s code", id)
                    .isEqualTo(row.code());
            softly.assertThat(byCloud ? request.attempts() : deliveries.get(0).attempts())
                    .as("%s attempts", id)
                    .matches(row.attempts()::holds, row.attempts().toString());
            softly.assertThat(waits).as("%s waits", id).containsAll(row.waits());
        });
    }

    private List<String> waitCodes(String id) throws Exception {
        return Stream.concat(
                        whole.audited(AuditEvent.Type.POSTPONED).stream(),
                        whole.audited(AuditEvent.Type.DELIVERY_POSTPONED).stream())
                .map(AuditRecord::event)
                .filter(event -> id.equals(event.facts().get(Fact.REQUEST)))
                .map(event -> event.facts().get(Fact.CODE))
                .distinct()
                .toList();
    }

    private DeliveryRow delivery(String id) {
        return whole.service().ledger().deliveries(id).get(0);
    }

    private static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Whole.patiently().until(() -> System.nanoTime() - end > 0);
    }
}
