package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.health.BrokerCheck;
import dev.passcourier.health.Checks;
import dev.passcourier.health.Figures;
import dev.passcourier.health.Metrics;
import dev.passcourier.health.Scrape;
import dev.passcourier.health.Scrape.Sample;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CanaryScan;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running service exports, and that dashboard, alert rules and the page for operators speak of nothing else. */
class MetricsTest {

    private static final Path DASHBOARD = Path.of("config/grafana-dashboard.json");
    private static final Path ALERTS = Path.of("config/prometheus-alerts.yaml");
    private static final Path PAGE = Path.of("config/OPERATING.md");
    private static final Pattern METRIC = Pattern.compile("\\b((?:passcourier|jvm|process)_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(?:=~|!~|!=|=)\"");
    private static final Pattern GROUPING = Pattern.compile("by \\(([a-z_, ]*)\\)");

    /** Labels that Prometheus itself adds. */
    private static final Set<String> SCRAPED = Set.of("instance", "job");

    private static final List<String> HOSTILE =
            List.of("evil-account", "evil\\\"} 1\\n", "i-hostile", "chg-hostile", "jane-hostile");

    @TempDir
    static Path directory;

    private static Whole whole;
    private static Scrape before;
    private static Scrape after;

    @BeforeAll
    static void letThingsHappen() throws Exception {
        whole = Whole.prepare(directory).settings(Whole::withoutSchedules).start();
        before = scrape();
        whole.send(Whole.request("good-1", "kakao", DemoWorld.KAKAO, "tickets"));
        whole.send(Whole.request("chg-hostile", "evil-account", "i-hostile", "tickets"));
        whole.send(Whole.request("chg-hostile-2", "kakao", "i-hostile", "tickets")
                .replace("}", ",\"requestedBy\":\"jane-hostile\"}"));
        whole.send("{\"id\":\"evil\\\"} 1\\n\",\"account\":\"evil\\\"} 1\\n\"}");
        whole.drop("evil-batch.csv", "id,account,instance,deliverTo\nevil-1,evil-account,i-hostile,archive\nevil-2\n");
        assertThat(whole.ended("good-1").verdict()).isEqualTo(Verdict.DELIVERED);
        Whole.patiently()
                .until(() -> scrape().sum("passcourier_requests_total", "verdict", "REFUSED") >= 3
                        && scrape().sum("passcourier_requests_total", "account", "kakao") >= 2);
        after = scrape();
    }

    @AfterAll
    static void stop() throws Exception {
        if (whole != null) {
            whole.close();
        }
    }

    private static Scrape scrape() throws Exception {
        return Scrape.of(whole.service().statusPort());
    }

    @Test
    void countsWhatHappened() {
        assertThat(after.sum("passcourier_requests_total", "account", "kakao", "source", "jms", "verdict", "DELIVERED"))
                .isOne();
        assertThat(after.sum("passcourier_deliveries_total", "destination", "tickets", "outcome", "delivered"))
                .isPositive();
        assertThat(after.sum("passcourier_cloud_calls_total", "account", "kakao", "status", "2xx"))
                .isPositive();
        assertThat(after.sum("passcourier_cloud_call_seconds_count", "account", "kakao", "operation", "password"))
                .isPositive();
        assertThat(after.sum("passcourier_audit_append_seconds_count")).isPositive();
        assertThat(after.sum("passcourier_taking_work")).isOne();
        assertThat(after.sum("passcourier_disk_free_bytes", "directory", "data"))
                .isPositive();
        assertThat(after.text()).endsWith("# EOF\n");
    }

    @Test
    void whatTheSettingsNameIsThereFromTheStart() {
        assertThat(before.sum("passcourier_requests_total", "account", "zstack", "verdict", "DENIED"))
                .isZero();
        assertThat(before.sum("passcourier_cloud_calls_total", "account", "huawei", "operation", "sign_in"))
                .isZero();
        assertThat(before.sum("passcourier_deliveries_total", "destination", "hook", "outcome", "failed"))
                .isZero();
    }

    /** An age of 0 would say that all is well. */
    @Test
    void aQueueWhoseAgeNobodyKnowsIsNotShown() throws Exception {
        Clock clock = Clock.systemUTC();
        Settings settings = SettingsLoader.load(whole.world().settings(), ProviderCatalog.find(), clock);
        Metrics metrics = new Metrics(clock);
        BrokerCheck broker = new BrokerCheck(Map::of, null, Optional::empty, clock);
        AtomicReference<StatusAnswer> known = new AtomicReference<>();
        Supplier<StatusAnswer> status = () -> {
            if (known.get() == null) {
                throw new LedgerException("LEDGER_DATABASE");
            }
            return known.get();
        };
        for (String age : List.of("", "0.0")) {
            new ServiceMetrics(metrics, settings, clock)
                    .waiting(new Figures(whole.service().ledger(), status, broker, new Checks(clock), clock));
            String text = new String(metrics.reply("").body(), StandardCharsets.UTF_8);
            assertThat(text.lines().filter(line -> line.startsWith("passcourier_queue_oldest_seconds{queue=\"outbox.")))
                    .hasSize(age.isEmpty() ? 0 : settings.destinations().size())
                    .allMatch(line -> line.endsWith(" " + age));
            assertThat(text.contains("\npasscourier_ledger_count_age_seconds ")).isEqualTo(!age.isEmpty());
            known.set(StatusReader.service(whole.service().ledger().status(), settings, null, clock)
                    .answer(new StatusOrder(null)));
            metrics.close();
            metrics = new Metrics(clock);
        }
        metrics.close();
    }

    /** Whoever may ask, or answers, can make no series: those that there were before are those that there are. */
    @Test
    void noTextOfAnybodyBecomesALabel() {
        assertThat(series(after)).isEqualTo(series(before));
        assertThat(after.values("account"))
                .containsExactlyInAnyOrder("(unknown)", "gse", "huawei", "huawei-aksk", "kakao", "zstack");
        assertThat(after.values("destination")).containsExactlyInAnyOrder("archive", "hook", "ops-mail", "tickets");
        assertThat(after.text()).doesNotContain(HOSTILE).doesNotContain("hostile", "good-1", DemoWorld.KAKAO);
    }

    /** Whatever the settings refer to as a secret, in every spelling that the search for passwords knows. */
    @Test
    void noSecretIsAmongThem() throws Exception {
        List<String> secrets = new ArrayList<>();
        try (var files = Files.list(whole.home().resolve("secrets"))) {
            for (Path file : files.toList()) {
                secrets.add(Files.readString(file).strip());
            }
        }
        Path scraped = Files.writeString(directory.resolve("all"), after.text());
        assertThat(secrets).hasSizeGreaterThan(3);
        assertThat(CanaryScan.forSecrets(secrets).hitsIn("metrics", scraped)).isEmpty();
        Files.writeString(scraped, secrets.get(0), StandardOpenOption.APPEND);
        assertThat(CanaryScan.forSecrets(secrets).hitsIn("metrics", scraped)).isNotEmpty();
    }

    private static Set<String> series(Scrape scrape) {
        return scrape.samples().stream()
                .filter(sample -> sample.name().startsWith("passcourier_"))
                .map(sample -> sample.name() + sample.labels())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void thePageForOperatorsHasThemAll() throws Exception {
        Map<String, String> rows = new TreeMap<>();
        Map<String, String> types = new TreeMap<>();
        after.text()
                .lines()
                .filter(line -> line.startsWith("# TYPE passcourier_"))
                .forEach(line -> {
                    String[] words = line.split(" ", 4);
                    types.put(words[2], words[3]);
                });
        after.text()
                .lines()
                .filter(line -> line.startsWith("# HELP passcourier_"))
                .forEach(line -> {
                    String[] words = line.split(" ", 4);
                    String type = types.get(words[2]);
                    String name = words[2]
                            + Map.of("counter", "_total", "info", "_info").getOrDefault(type, "");
                    if (!name.endsWith("_max")) {
                        rows.put(
                                name, "| `" + name + "` | " + labels(words[2]) + " | " + type + ": " + words[3] + " |");
                    }
                });
        String table = String.join("\n", rows.values());
        String page = Files.readString(PAGE);
        if (Boolean.getBoolean("passcourier.regenerate")) {
            page = page.replaceFirst(
                    "(?s)(\\| metric \\| labels \\| is \\|\n\\|---\\|---\\|---\\|\n).*?\n\n",
                    "$1" + Matcher.quoteReplacement(table) + "\n\n");
            Files.writeString(PAGE, page);
        }
        assertThat(page).contains("|---|---|---|\n" + table + "\n\n");
    }

    private static String labels(String name) {
        return after.labels().entrySet().stream()
                .filter(each -> each.getKey().startsWith(name))
                .flatMap(each -> each.getValue().stream())
                .filter(label -> !label.equals("le"))
                .distinct()
                .sorted()
                .map(label -> "`" + label + "`")
                .collect(Collectors.joining(", "));
    }

    @Test
    void dashboardAndAlertsSpeakOfWhatIsExported() throws Exception {
        Map<String, Set<String>> exported = after.labels();
        for (String expression : expressions()) {
            Set<String> known = new HashSet<>(SCRAPED);
            Matcher metric = METRIC.matcher(expression);
            boolean any = expression.contains("up{");
            while (metric.find()) {
                any = true;
                assertThat(exported).as(expression).containsKey(metric.group(1));
                known.addAll(exported.get(metric.group(1)));
                String matchers = metric.group(2) == null ? "" : metric.group(2);
                Matcher label = MATCHER.matcher(matchers);
                while (label.find()) {
                    assertThat(known).as(expression).contains(label.group(1));
                }
            }
            Matcher grouping = GROUPING.matcher(expression);
            while (grouping.find()) {
                assertThat(known).as(expression).contains(grouping.group(1).split(", *"));
            }
            assertThat(any).as("%s names a metric", expression).isTrue();
        }
    }

    private static List<String> expressions() throws Exception {
        List<String> found = new ArrayList<>();
        new ObjectMapper().readTree(DASHBOARD.toFile()).path("panels").forEach(panel -> panel.path("targets")
                .forEach(target -> found.add(target.path("expr").asText())));
        alerts().forEach(rule -> found.add(rule.path("expr").asText()));
        return found;
    }

    private static JsonNode alerts() throws Exception {
        return new YAMLMapper().readTree(ALERTS.toFile()).at("/groups/0/rules");
    }

    @Test
    void everyAlertSaysWhereHelpIs() throws Exception {
        Set<String> headings = Files.readString(PAGE)
                .lines()
                .filter(line -> line.startsWith("## "))
                .map(line -> "OPERATING.md#"
                        + line.substring(3)
                                .toLowerCase(Locale.ROOT)
                                .replaceAll("[^a-z0-9 -]", "")
                                .replace(' ', '-'))
                .collect(Collectors.toSet());
        assertThat(alerts()).isNotEmpty().allSatisfy(rule -> {
            assertThat(headings).contains(rule.at("/annotations/runbook").asText());
            assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
            assertThat(rule.at("/labels/severity").asText()).isIn("warning", "critical");
        });
    }

    @Test
    void theDashboardHasTheShapeThatGrafanaImports() throws Exception {
        JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
        assertThat(dashboard.at("/templating/list/0/type").asText()).isEqualTo("datasource");
        assertThat(dashboard.path("schemaVersion").asInt()).isPositive();
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt())).isTrue();
            assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            assertThat(panel.path("type").asText()).isIn("stat", "timeseries");
            assertThat(panel.path("targets")).isNotEmpty();
            JsonNode place = panel.path("gridPos");
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    int column = place.path("x").asInt() + x;
                    assertThat(column).isLessThan(24);
                    assertThat(cells.add(column + ":" + (place.path("y").asInt() + y)))
                            .as("panels do not overlap")
                            .isTrue();
                }
            }
        }
    }

    @Test
    @Tag("programs")
    void prometheusOwnToolFindsNothing() throws Exception {
        assumeTrue(isThere(), "promtool is not here");
        String text = Scrape.get(whole.service().statusPort(), "text/plain").body();
        Path scraped = Files.writeString(directory.resolve("scraped"), text);
        assertThat(promtool(scraped, "check", "metrics")).isEqualTo("0 ");
        assertThat(promtool(null, "check", "rules", ALERTS.toAbsolutePath().toString()))
                .startsWith("0 ");
        try (InputStream test = MetricsTest.class.getResourceAsStream("alerts-test.yaml")) {
            Path rules = Files.writeString(
                    directory.resolve("alerts-test.yaml"),
                    new String(test.readAllBytes(), StandardCharsets.UTF_8)
                            .replace("ALERTS", ALERTS.toAbsolutePath().toString()));
            assertThat(promtool(null, "test", "rules", rules.toString())).startsWith("0 ");
        }
        StringBuilder parsed = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        int number = 0;
        for (String expression : expressions()) {
            parsed.append("  - {record: \"r" + number++ + "\", expr: '" + expression.replace("'", "''") + "'}\n");
        }
        Path all = Files.writeString(directory.resolve("expressions.yaml"), parsed);
        assertThat(promtool(null, "check", "rules", all.toString())).startsWith("0 ");
    }

    private static boolean isThere() throws InterruptedException {
        try {
            return new ProcessBuilder("promtool", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Its exit code and what it says. */
    private static String promtool(Path input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "promtool", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        if (input != null) {
            builder.redirectInput(input.toFile());
        }
        Process process = builder.start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return process.exitValue() + " " + Files.readString(output);
    }

    @Test
    void everySampleIsANumberOfItsOwn() {
        assertThat(after.samples()).map(sample -> key(sample)).doesNotHaveDuplicates();
    }

    private static String key(Sample sample) {
        return sample.name() + sample.labels();
    }
}
