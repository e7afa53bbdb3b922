package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.cli.Passcourier;
import dev.passcourier.control.ControlClient;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.files.DurableFile;
import dev.passcourier.intake.RunOrder;
import dev.passcourier.ledger.Inspection;
import dev.passcourier.report.CredentialData;
import dev.passcourier.report.CredentialReport;
import dev.passcourier.report.CredentialReport.Change;
import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.CredentialReport.State;
import dev.passcourier.sandbox.TencentGseSandbox;
import dev.passcourier.secrecy.CanaryScan;
import dev.passcourier.vault.TestKeys;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Credential reports of the whole service over machines with planted problems in four accounts: each report names exactly
 * what was planted. {@code -Dpasscourier.report.machines=1000} makes it a fleet.
 */
class CredentialReportTest {

    private static final int MACHINES = Integer.getInteger("passcourier.report.machines", 48);
    private static final List<String> ACCOUNTS = List.of("kakao", "zstack", "gse", "huawei");

    /** Most of a fleet is well; each problem is planted once in so many machines of an account. */
    private static final int PERIOD = 12;

    private static final KeyPair ANOTHER = TestKeys.rsa("another-fleet", 2048);
    private static final KeyPair FLEET = TestKeys.rsa("fleet", 2048);

    @TempDir
    private Path directory;

    private final SecureRandom random = new SecureRandom();
    private final Map<List<String>, Machine> machines = new LinkedHashMap<>();
    private final Set<String> passwords = new HashSet<>();
    private String shared = "";
    private int sharing;
    private int guessables;

    /** What is planted in a machine. */
    private enum Problem {
        REUSED,
        WEAK,
        NEVER_COLLECTED,
        UNCHANGED,
        GONE,
        NOT_THERE,
        WRONG_KEY,
        NONE
    }

    private record Machine(String account, String instance, String name, Problem problem) {

        boolean isRetrievable() {
            return !EnumSet.of(Problem.GONE, Problem.NOT_THERE, Problem.WRONG_KEY)
                    .contains(problem);
        }
    }

    @Test
    void namesExactlyWhatWasPlanted() throws Exception {
        try (Whole whole = Whole.prepare(directory)) {
            plan();
            TestKeys.file(whole.home().resolve("keys/fleet.pem"), TestKeys.pem(FLEET.getPrivate()));
            inventory(whole.home());
            whole.settings(Whole::withoutSchedules).settings(CredentialReportTest::withReport);
            machines.values().forEach(machine -> set(whole.world(), machine));
            whole.start();
            collect(whole);

            long began = System.nanoTime();
            CredentialReport first = run(whole, "first");
            System.out.printf(
                    "a report over %d machines took %d s%n",
                    machines.size(), Duration.ofNanos(System.nanoTime() - began).toSeconds());

            assertThat(findings(first)).isEqualTo(planned(false));
            assertThat(states(first)).isEqualTo(plannedStates());
            assertThat(clusters(first)).hasSize(1).allSatisfy(cluster -> assertThat(cluster)
                    .isEqualTo(machines.values().stream()
                            .filter(machine -> machine.problem == Problem.REUSED)
                            .map(Machine::instance)
                            .collect(Collectors.toSet())));
            assertThat(first.rows()).allSatisfy(row -> assertThat(row.instanceName())
                    .isEqualTo(machines.get(List.of(row.account(), row.instance())).name));
            rowsAreOnRecord(whole, first);

            whole.stop();
            aHundredDaysAgo(whole.home());
            machines.values().stream()
                    .filter(machine -> machine.problem != Problem.UNCHANGED)
                    .forEach(machine -> set(whole.world(), machine));
            whole.start();
            CredentialReport second = run(whole, "second");

            assertThat(findings(second)).isEqualTo(planned(true));
            assertThat(second.previous()).isEqualTo(first.run());
            assertThat(second.trend()).hasSize(2);
            assertThat(changed(second))
                    .as("all passwords but those that nobody changed")
                    .isEqualTo(machines.values().stream()
                            .filter(machine -> machine.isRetrievable() && machine.problem != Problem.UNCHANGED)
                            .map(Machine::instance)
                            .collect(Collectors.toSet()));
            theCommandsTellTheSame(whole, first, second);
            whole.stop();
            nothingLeaks(whole);
        }
    }

    private void plan() {
        for (int i = 0; i < MACHINES; i++) {
            String account = ACCOUNTS.get(i % ACCOUNTS.size());
            int place = i / ACCOUNTS.size() % PERIOD;
            Problem problem = place < Problem.NONE.ordinal() ? Problem.values()[place] : Problem.NONE;
            if (problem == Problem.WRONG_KEY && (account.equals("zstack") || account.equals("gse"))) {
                // They answer in clear.
                problem = Problem.NONE;
            }
            String instance =
                    switch (account) {
                        case "zstack" -> HexFormat.of().formatHex(bytes(16));
                        case "gse" -> "ins-" + HexFormat.of().formatHex(bytes(5));
                        default -> UUID.randomUUID().toString();
                    };
            machines.put(
                    List.of(account, instance), new Machine(account, instance, "웹서버 " + i + " 服务器 \"a\"", problem));
        }
    }

    private void inventory(Path home) throws Exception {
        StringBuilder csv = new StringBuilder("owner;account;instance_id;name;parameters.fleetId\n");
        for (Machine machine : machines.values()) {
            csv.append("ops;")
                    .append(machine.account)
                    .append(';')
                    .append(machine.instance)
                    .append(";\"")
                    .append(machine.name.replace("\"", "\"\""))
                    .append("\";")
                    .append(machine.account.equals("gse") ? TencentGseSandbox.FLEET : "")
                    .append('\n');
        }
        Files.writeString(home.resolve("lists/inventory.csv"), csv.toString());
        Files.createDirectory(home.resolve("auditors"), DurableFile.ownerOnlyDirectory(home));
    }

    private static String withReport(String settings) {
        return settings.replaceAll("(?m)^(    provider: .*)$", "$1\n    rate: 50")
                .replace(
                        "\n  ops-mail:\n", "\n  auditors: {type: file, seal: none, directory: auditors}\n  ops-mail:\n")
                .replace("\npolicy:\n  rules:\n", """

                reports:
                  weekly:
                    cron: 0 0 8 ? * MON
                    timeZone: Asia/Seoul
                    misfire: skip
                    scope: {accounts: [kakao, zstack, gse, huawei], inventory: lists/inventory.csv}
                    thresholds: {unchanged: 90d}
                    destinations: [archive, auditors, ops-mail]
                    formats: [html, csv, json, pdf]
                policy:
                  rules:
                    - name: weekly-report
                      sources: [report]
                      accounts: ["*"]
                      instances: ["*"]
                      destinations: [archive, auditors, ops-mail]
                """);
    }

    /** The password of a machine, anew. */
    private void set(DemoWorld world, Machine machine) {
        String password =
                switch (machine.problem) {
                    case REUSED -> shared();
                    case WEAK -> guessable();
                    default -> password();
                };
        KeyPair pair = machine.problem == Problem.WRONG_KEY ? ANOTHER : FLEET;
        if (machine.problem == Problem.GONE) {
            return;
        }
        switch (machine.account) {
            case "kakao" -> {
                var made = world.kakao().addInstance(machine.instance, password, pair.getPublic());
                if (machine.problem == Problem.NOT_THERE) {
                    made.holdBack();
                }
            }
            case "huawei" -> {
                var made = world.huawei().addInstance(machine.instance, password, pair.getPublic());
                if (machine.problem == Problem.NOT_THERE) {
                    made.holdBack();
                }
            }
            case "gse" -> {
                var made = world.gse().addInstance(machine.instance, password);
                if (machine.problem == Problem.NOT_THERE) {
                    made.holdBack();
                }
            }
            default -> {
                if (machine.problem == Problem.NOT_THERE) {
                    world.zstack().addInstanceWithoutPassword(machine.instance);
                } else {
                    world.zstack().addInstance(machine.instance, password);
                }
            }
        }
    }

    /** The same for all that are set in one go, another one in the next. */
    private String shared() {
        long all = machines.values().stream()
                .filter(machine -> machine.problem == Problem.REUSED)
                .count();
        if (sharing++ % all == 0) {
            shared = password();
        }
        return shared;
    }

    /** Another one each time. */
    private String guessable() {
        List<String> words =
                List.of("Welcome", "Password", "Sunshine", "Football", "Princess", "Dragon", "Monkey", "Summer");
        int number = guessables++;
        return remembered(words.get(number % words.size()) + (1950 + number / words.size()) + "!");
    }

    private String password() {
        return remembered("Aq7!" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(12)));
    }

    private String remembered(String password) {
        passwords.add(password);
        return password;
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Hands over the passwords of all machines but those that nobody is to have asked for. */
    private void collect(Whole whole) throws Exception {
        StringBuilder batch = new StringBuilder("id,account,instance,deliverTo,parameters.fleetId\n");
        List<String> ids = new ArrayList<>();
        for (Machine machine : machines.values()) {
            if (machine.isRetrievable() && machine.problem != Problem.NEVER_COLLECTED) {
                String id = "collect-" + ids.size();
                ids.add(id);
                batch.append(String.join(
                                ",",
                                id,
                                machine.account,
                                machine.instance,
                                "archive",
                                machine.account.equals("gse") ? TencentGseSandbox.FLEET : ""))
                        .append('\n');
            }
        }
        whole.drop("collect.csv", batch.toString());
        Whole.patiently().atMost(Duration.ofMinutes(15)).until(() -> ids.stream()
                .allMatch(id -> whole.row(id).filter(whole::isSettled).isPresent()));
    }

    private static CredentialReport run(Whole whole, String id) throws Exception {
        RunOrder.Begun begun = ControlClient.of(whole.home().resolve("data"), Clock.systemUTC())
                .order(RunOrder.REPORT, new RunOrder("weekly", id), RunOrder.Begun.class, Duration.ofMinutes(1));
        assertThat(begun.lines()).isEqualTo(MACHINES);
        Whole.patiently()
                .atMost(Duration.ofMinutes(20))
                .until(() -> whole.service().ledger().isReported(begun.run()));
        return CredentialData.read(whole.service()
                .ledger()
                .reports()
                .document(begun.run())
                .orElseThrow()
                .getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, Set<Finding>> planned(boolean laterOn) {
        Map<String, Set<Finding>> findings = new LinkedHashMap<>();
        for (Machine machine : machines.values()) {
            Set<Finding> its = EnumSet.noneOf(Finding.class);
            if (machine.isRetrievable()) {
                // Later on all passwords are others than those that were collected, but those that nobody changed.
                boolean isCollected =
                        laterOn ? machine.problem == Problem.UNCHANGED : machine.problem != Problem.NEVER_COLLECTED;
                its.add(isCollected ? Finding.STILL_AT_CLOUD : Finding.NEVER_COLLECTED);
            }
            switch (machine.problem) {
                case REUSED -> its.add(Finding.REUSED);
                case WEAK -> its.add(Finding.WEAK);
                case UNCHANGED -> {
                    if (laterOn) {
                        its.add(Finding.UNCHANGED);
                    }
                }
                case GONE -> its.add(Finding.GONE);
                case WRONG_KEY -> its.add(Finding.WRONG_KEY);
                case NEVER_COLLECTED, NOT_THERE, NONE -> {
                    // Told above, or by its state alone.
                }
            }
            findings.put(machine.instance, its);
        }
        return findings;
    }

    private static Map<String, Set<Finding>> findings(CredentialReport report) {
        return report.rows().stream().collect(Collectors.toMap(Row::instance, Row::findings));
    }

    private Map<String, State> plannedStates() {
        return machines.values().stream()
                .collect(Collectors.toMap(Machine::instance, machine -> switch (machine.problem) {
                    case GONE -> State.GONE;
                    case WRONG_KEY -> State.WRONG_KEY;
                    case NOT_THERE -> machine.account.equals("zstack") ? State.NO_PASSWORD : State.NOT_THERE_YET;
                    default -> State.RETRIEVABLE;
                }));
    }

    private static Map<String, State> states(CredentialReport report) {
        return report.rows().stream().collect(Collectors.toMap(Row::instance, Row::state));
    }

    private static List<Set<String>> clusters(CredentialReport report) {
        return report.rows().stream()
                .filter(row -> row.cluster() != null)
                .collect(Collectors.groupingBy(Row::cluster, Collectors.mapping(Row::instance, Collectors.toSet())))
                .values()
                .stream()
                .toList();
    }

    private static Set<String> changed(CredentialReport report) {
        return report.changes().stream()
                .filter(change -> change.kind() == Change.Kind.PASSWORD)
                .map(Change::instance)
                .collect(Collectors.toSet());
    }

    /** Each row names the record that tells its end, and the trail knows its run; no fingerprint is in the trail. */
    private static void rowsAreOnRecord(Whole whole, CredentialReport report) throws Exception {
        List<AuditRecord> trail = Whole.records(whole.home());
        for (Row row : report.rows()) {
            AuditEvent event = trail.get(Math.toIntExact(row.sequence()) - 1).event();
            assertThat(event.type()).isEqualTo(AuditEvent.Type.ENDED);
            assertThat(event.facts()).containsEntry(Fact.REQUEST, row.request());
            assertThat(row.sequence()).isLessThanOrEqualTo(report.trail().sequence());
        }
        assertThat(trail.stream()
                        .filter(record -> record.event().type() == AuditEvent.Type.ASKED
                                && report.run().equals(record.event().facts().get(Fact.BATCH))))
                .hasSize(report.rows().size());
        String text = trail.stream()
                .map(record -> record.event().facts().values().toString())
                .collect(Collectors.joining());
        assertThat(whole.service().ledger().reports().inspections(report.run()))
                .extracting(Inspection::found)
                .filteredOn(found -> found != null)
                .noneMatch(found -> text.contains(found.fingerprint()));
    }

    /** What the stopped service knows, as if the passwords had been collected and the first report had been then. */
    private static void aHundredDaysAgo(Path home) throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:h2:" + home.resolve("data/ledger/ledger") + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
                        "ledger",
                        "");
                Statement statement = connection.createStatement()) {
            statement.execute("update report_line set inspected_at = inspected_at - interval '100' day");
            statement.execute("update fingerprint set seen_at = seen_at - interval '100' day");
            statement.execute("update machine set begun_at = begun_at - interval '100' day,"
                    + " ended_at = ended_at - interval '100' day");
            statement.execute("update report_run set started_at = started_at - interval '100' day,"
                    + " ended_at = ended_at - interval '100' day");
        }
    }

    private static void theCommandsTellTheSame(Whole whole, CredentialReport first, CredentialReport second) {
        assertThat(command(whole, 0, "report", "list", "--output", "csv")).contains(first.run(), second.run());
        assertThat(command(whole, 0, "report", "show", "weekly", "--output", "json"))
                .isEqualToIgnoringNewLines(new String(CredentialData.json(second), StandardCharsets.UTF_8));
        assertThat(command(whole, 1, "report", "diff", first.run(), second.run(), "--output", "csv")
                        .lines()
                        .filter(line -> line.contains(",PASSWORD,")))
                .hasSize(changed(second).size());
        command(whole, 2, "report", "show", "weekly@now-none");
        command(whole, 2, "report", "run", "weakly");
        whole.stop();
        assertThat(command(whole, 0, "report", "diff", first.run(), first.run(), "--output", "csv"))
                .as("of the stopped service's ledger")
                .doesNotContain("PASSWORD");
    }

    private static String command(Whole whole, int exit, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", whole.world().settings().getParent().toString(), "--quiet"));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Passcourier.commandLine(all.toArray(String[]::new))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        assertThat(code).as(err.toString()).isEqualTo(exit);
        return out.toString();
    }

    /** Database, files of the reports and mails; the collected passwords lie sealed beside them. */
    private void nothingLeaks(Whole whole) throws Exception {
        CanaryScan scan = CanaryScan.forSecrets(passwords);
        assertThat(scan.hitsBelow(whole.home().resolve("data"))).isEmpty();
        assertThat(scan.hitsBelow(whole.home().resolve("archive"))).isEmpty();
        List<MimeMessage> mails = whole.world().mailbox().received();
        assertThat(mails).hasSize(2);
        for (MimeMessage mail : mails) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            mail.writeTo(bytes);
            assertThat(scan.hits("mail", bytes.toByteArray())).isEmpty();
        }
        assertThat(Files.list(whole.home().resolve("archive"))
                        .map(Path::toString)
                        .filter(file -> file.contains("weekly")))
                .as("sealed, as that destination's results are")
                .isNotEmpty()
                .allMatch(file -> file.endsWith(".zip.jwe"));
        assertThat(scan.hitsBelow(whole.home().resolve("auditors"))).isEmpty();
        assertThat(Files.list(whole.home().resolve("auditors"))
                        .map(Path::toString)
                        .filter(file -> file.contains("weekly") && file.endsWith(".pdf")))
                .isNotEmpty();
    }
}
