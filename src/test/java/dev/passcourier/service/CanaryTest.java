package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.redrive.RedriveOrder.Action;
import dev.passcourier.sandbox.Hold;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.secrecy.CanaryScan;
import dev.passcourier.service.CanaryWorld.Canary;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.TextMessage;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No trace of a password. Known ones go every way through a service in a process of its own, good ways and bad ones; then
 * they are looked for in all that it has written, said, sent, and kept in memory. The clouds, the mail servers and the
 * webhook receivers, who know the passwords, live in this process.
 */
class CanaryTest {

    private static final Pattern NUMBER = Pattern.compile("secret ([0-9]+)");

    @TempDir
    static Path directory;

    private static final Map<Canary, Set<String>> ends = new LinkedHashMap<>();
    private static final Map<Canary, Set<String>> expected = new LinkedHashMap<>();
    private static final List<String> messages = new ArrayList<>();
    private static final Map<String, String> pages = new TreeMap<>();

    private static CanaryWorld world;
    private static CanaryTrail trail;
    private static ServiceJvm service;
    private static Canary planted;
    private static List<Canary> sealed;
    private static List<Canary> inClear;
    private static Canary shaky;
    private static Canary refusing;
    private static Set<String> heap;
    private static CanaryScan scan;

    @BeforeAll
    static void letEverythingHappen() throws Exception {
        world = new CanaryWorld(directory);
        planted = world.planted();
        List<Canary> scheduled = world.machines(List.of("archive"));
        world.schedule(scheduled);
        startService();
        trail = new CanaryTrail(world.home().resolve("data/audit"));

        goodWays();
        clouds();
        requests();
        await("DELIVERED", scheduled);
        memory();
        returned();
        stopWithWorkInHand();
        expiry();
        collect();
        service.terminate();
        assertThat(service.ended()).isEqualTo(143);
        scan = CanaryScan.forSecrets(world.cores());
        Files.writeString(directory.resolve("planted"), planted.password());
    }

    /** What is planted in the process's properties must be seen on its heap. */
    private static void startService() throws Exception {
        service = ServiceJvm.start(
                world.home().resolve("config"),
                directory.resolve("process"),
                "-Dpasscourier.planted=" + planted.core());
    }

    @AfterAll
    static void close() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {trail, service, world}) {
            if (each != null) {
                each.close();
            }
        }
    }

    /** Every cloud, from a queue and from a file, in every format to every kind of destination, and in clear. */
    private static void goodWays() throws Exception {
        sealed = world.machines(CanaryWorld.SEALED);
        inClear = world.machines(CanaryWorld.OPEN);
        shaky = world.machine("gse", CanaryWorld.SHAKY);
        refusing = world.machine("zstack", CanaryWorld.REFUSING);
        List<Canary> batch = new ArrayList<>(inClear);
        batch.addAll(List.of(shaky, refusing));
        world.whole().drop("batch.csv", CanaryWorld.batch(batch));
        ask(sealed);
        await("DELIVERED", sealed);
        await("DELIVERED", inClear);
        await("DELIVERED", List.of(shaky));
        await(Set.of("FAILED HTTP_410", "FAILED SMTP_554"), List.of(refusing));
    }

    /** Clouds that let passwords slip, guests that hand in others', keys that do not fit. */
    private static void clouds() throws Exception {
        List<Canary> foreign = List.of(
                world.foreign("kakao", List.of("tickets", "ops-mail")), world.foreign("huawei", List.of("hook")));
        ask(foreign);
        await("WRONG_KEY WRONG_KEY", foreign);
        for (String cloud : List.of("kakao", "huawei")) {
            List<Canary> pair = world.transplant(cloud, List.of("tickets"));
            ask(pair.subList(0, 1));
            await("DELIVERED", pair.subList(0, 1));
            ask(pair.subList(1, 2));
            await("REFUSED TRANSPLANTED", pair.subList(1, 2));
        }
        List<Canary> slips = world.slips(List.of("tickets"));
        // Ten failures of an account in a row would rest it.
        for (int from = 0; from < slips.size(); from += 8 * CanaryWorld.CLOUDS.size()) {
            List<Canary> some = slips.subList(from, Math.min(slips.size(), from + 8 * CanaryWorld.CLOUDS.size()));
            ask(some);
            await((Set<String>) null, some);
        }
    }

    /** What is refused, and what is never looked at, while passwords go by. */
    private static void requests() throws Exception {
        Canary notAllowed = world.machine("huawei-aksk", List.of("tickets"));
        ask(List.of(notAllowed));
        await("REFUSED NOT_ALLOWED", List.of(notAllowed));
        world.whole().asTicketing(service.broker(), session -> {
            Whole.send(session, Whole.REQUESTS, session.createObjectMessage(new ArrayList<>(List.of("gadget"))));
            Whole.send(session, Whole.REQUESTS, session.createTextMessage("{\"id\":"));
        });
        Whole.patiently()
                .until(() -> !trail.read().of(AuditEvent.Type.QUARANTINED).isEmpty());
    }

    /** One second after a last result was sealed. */
    private static void memory() throws Exception {
        Whole.patiently()
                .until(() -> Instant.now().isAfter(trail.read().sealed().plusSeconds(1)));
        Path dump = service.dump(directory.resolve("live.hprof"));
        heap = CanaryScan.forSecrets(world.cores()).hitsIn("heap", dump);
        Files.delete(dump);
    }

    /** What webhooks refused for good is given back and delivered. */
    private static void returned() throws Exception {
        Whole whole = world.whole();
        int before = world.webhooks().size();
        for (String alias : List.of("hook-gone", "hook-gone-open")) {
            whole.order(Action.ENABLE, null, alias);
            assertThat(whole.order(Action.RETURN, null, alias).returned()).isOne();
        }
        messages.add(whole.order(Action.LIST, null, null).found().toString());
        Whole.patiently().until(() -> world.webhooks().size() >= before + 2);
    }

    private static void stopWithWorkInHand() throws Exception {
        Canary held = world.machine("zstack", List.of("tickets", "file-open"));
        Hold hold = new Hold();
        world.script(held).next(hold);
        ask(List.of(held));
        Whole.patiently().until(() -> hold.held() == 1);
        collect();
        service.terminate();
        hold.release();
        assertThat(service.ended()).isEqualTo(143);
        world.whole()
                .settings(
                        text -> text.replace("dataDirectory: data\n", "dataDirectory: data\n  resultLifetime: 60s\n"));
        startService();
        await("DELIVERED", List.of(held));
        inClear = Stream.concat(inClear.stream(), Stream.of(held)).toList();
    }

    /** Webhooks that ask for more time than the result lives. */
    private static void expiry() throws Exception {
        Canary late = world.machine("gse", List.of("hook-shaky", "hook-shaky-open"));
        world.letWebhooksWait(2);
        ask(List.of(late));
        await("EXPIRED HTTP_503", List.of(late));
        inClear = Stream.concat(inClear.stream(), Stream.of(late)).toList();
    }

    private static void ask(List<Canary> canaries) throws Exception {
        world.whole().asTicketing(service.broker(), session -> {
            for (Canary each : canaries) {
                String request = each.request("queue-" + each.number());
                Whole.send(session, Whole.REQUESTS, session.createTextMessage(request));
            }
        });
    }

    private static void await(String end, List<Canary> canaries) {
        await(Set.of(end), canaries);
    }

    /** Waits until everybody has been told; any end will do if none is given. */
    private static void await(@Nullable Set<String> end, List<Canary> canaries) {
        for (Canary each : canaries) {
            Whole.patiently().until(() -> trail.read().isOver(each));
            ends.put(each, trail.end(each));
            expected.put(each, end == null ? trail.end(each) : end);
        }
    }

    /** Takes what lies in the ticket system's queue, with everything a message says of itself, and what the status port says. */
    private static void collect() throws Exception {
        for (String page : List.of("/", "/health", "/metrics", "/health/ready")) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.statusPort() + page))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isNotEmpty();
            pages.merge(page, answer.headers() + "\n" + answer.body(), String::concat);
        }
        world.whole().asTicketing(service.broker(), session -> {
            try (MessageConsumer consumer = session.createConsumer(session.createQueue(Whole.RESULTS))) {
                for (Message next = consumer.receive(1000); next != null; next = consumer.receive(1000)) {
                    messages.add(everything(next));
                }
            }
        });
    }

    private static String everything(Message message) throws JMSException {
        StringBuilder all = new StringBuilder(message + "\n" + ((TextMessage) message).getText());
        for (Object name : Collections.list(message.getPropertyNames())) {
            all.append('\n').append(name).append('=').append(message.getObjectProperty((String) name));
        }
        return all.toString();
    }

    @Test
    void everyWayEndsAsItShould() {
        assertThat(ends).isEqualTo(expected).hasSizeGreaterThan(4 * CanarySlips.WAYS);
        Map<String, Long> counts = ends.values().stream()
                .flatMap(Set::stream)
                .collect(Collectors.groupingBy(end -> end, TreeMap::new, Collectors.counting()));
        assertThat(counts.keySet())
                .contains(
                        "DELIVERED",
                        "WRONG_KEY WRONG_KEY",
                        "REFUSED TRANSPLANTED",
                        "REFUSED NOT_ALLOWED",
                        "FAILED HTTP_302",
                        "FAILED HTTP_400",
                        "FAILED HTTP_410",
                        "FAILED SMTP_554",
                        "EXPIRED HTTP_503");
        System.out.println("Canary: " + ends.size() + " passwords, each its own way, ended " + counts);
    }

    @Test
    void whatIsSealedOpensToThePasswordInEveryFormat() throws Exception {
        Set<String> passwords = sealed.stream().map(Canary::password).collect(Collectors.toSet());
        for (String format : List.of("jwe", "cms", "openpgp", "age")) {
            Set<String> opened = new TreeSet<>();
            for (Path file : files("file-" + format)) {
                assertThat(Recipients.format(file.getFileName().toString())).isEqualTo(format);
                opened.add(world.recipients().open(format, Files.readAllBytes(file)));
            }
            assertThat(opened).as(format).isEqualTo(passwords);
        }
    }

    @Test
    void noFileLogReportOrTemporaryFileShowsOne() throws Exception {
        Set<String> shown = scan.hitsBelow(directory);
        assertThat(shown).contains("planted: UTF-8 of secret " + planted.number());
        Set<Integer> inFiles = new TreeSet<>();
        for (String hit : shown) {
            boolean isPlanted = hit.startsWith("planted: ");
            assertThat(hit).matches(each -> isPlanted || each.startsWith("demo/file-open/"));
            if (!isPlanted) {
                inFiles.addAll(numbers(Set.of(hit)));
            }
        }
        assertThat(inFiles).as("in clear, as the settings say").isEqualTo(numbered("file-open"));
        long files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.filter(Files::isRegularFile).count();
        }
        assertThat(directory.resolve("process/said")).isNotEmptyFile();
        assertThat(directory.resolve("process/tmp")).isDirectory();
        System.out.println(
                "Canary: " + files + " files (journal, paging, bindings, ledger, audit trail, drop directory,"
                        + " archives, reports, temporary files, output) in " + scan.spellings() + " spellings: none");
    }

    @Test
    void noMailShowsOneUnlessItsDestinationGetsResultsInClear() throws Exception {
        Set<Integer> inMails = new TreeSet<>();
        List<MimeMessage> mails = world.mails();
        for (MimeMessage mail : mails) {
            var raw = new ByteArrayOutputStream();
            mail.writeTo(raw);
            Set<String> hits = scan.hits("mail", raw.toByteArray());
            if (mail.getAllRecipients()[0].toString().contains("-open@")) {
                assertThat(numbers(hits)).as("in clear, as the settings say").hasSize(1);
                inMails.addAll(numbers(hits));
            } else {
                assertThat(hits).isEmpty();
            }
        }
        assertThat(inMails).isEqualTo(numbered("mail-open", "mail-shaky-open"));
        System.out.println("Canary: " + mails.size() + " mails: none but in clear to '-open' destinations");
    }

    @Test
    void noWebhookShowsOneUnlessItsDestinationGetsResultsInClear() {
        Set<Integer> inBodies = new TreeSet<>();
        List<WebhookReceiver.Webhook> webhooks = world.webhooks();
        for (WebhookReceiver.Webhook webhook : webhooks) {
            String headers = webhook.headers().toString();
            assertThat(scan.hits("headers", headers.getBytes(StandardCharsets.UTF_8)))
                    .isEmpty();
            Set<String> hits = scan.hits("body", webhook.body());
            if (trail.alias(webhook.id()).endsWith("-open")) {
                assertThat(numbers(hits)).as("in clear, as the settings say").hasSize(1);
                inBodies.addAll(numbers(hits));
            } else {
                assertThat(hits).isEmpty();
            }
        }
        assertThat(inBodies).isEqualTo(numbered("hook-open", "hook-shaky-open", "hook-gone-open"));
        System.out.println("Canary: " + webhooks.size() + " webhooks: none but in clear to '-open' destinations");
    }

    @Test
    void noMessageOrAnswerShowsOne() {
        assertThat(messages).hasSizeGreaterThan(4 * CanarySlips.WAYS);
        assertThat(messages)
                .allSatisfy(message -> assertThat(scan.hits("message", message.getBytes(StandardCharsets.UTF_8)))
                        .isEmpty());
        System.out.println("Canary: " + messages.size() + " messages with all their properties: none");
    }

    @Test
    void noScrapeAndNoPageShowsOne() {
        assertThat(pages.get("/metrics")).contains("passcourier_requests_total{account=\"kakao\"");
        assertThat(pages.get("/")).contains("Passcourier: ", "hook-shaky");
        pages.forEach((page, text) -> assertThat(scan.hits(page, text.getBytes(StandardCharsets.UTF_8)))
                .isEmpty());
        System.out.println("Canary: " + pages.keySet() + " of the status port: none");
    }

    @Test
    void noCopyIsLeftInMemoryOneSecondAfterSealing() {
        assertThat(heap).containsExactly("heap: UTF-8 of secret " + planted.number());
        System.out.println("Canary: the live heap in " + scan.spellings() + " spellings: none but the planted one");
    }

    /** Records hold ids and codes of ours: not even a word that a cloud made up. */
    @Test
    void noRecordHoldsAWordOfTheClouds() throws Exception {
        for (AuditEvent.Type type : AuditEvent.Type.values()) {
            for (AuditEvent event : trail.read().of(type)) {
                String code = event.facts().getOrDefault(Fact.CODE, "NONE");
                assertThat(code).matches("[A-Z][A-Za-z0-9._]*");
            }
        }
    }

    private static Set<Integer> numbered(String... aliases) {
        Set<Integer> numbers = new TreeSet<>();
        Stream.of(inClear, List.of(shaky, refusing))
                .flatMap(List::stream)
                .filter(canary -> !Collections.disjoint(canary.deliverTo(), Set.of(aliases)))
                .forEach(canary -> numbers.add(canary.number()));
        return numbers;
    }

    private static Set<Integer> numbers(Set<String> hits) {
        return hits.stream()
                .flatMap(hit -> NUMBER.matcher(hit).results())
                .map((MatchResult found) -> Integer.valueOf(found.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> files(String name) throws Exception {
        try (Stream<Path> files = Files.list(world.home().resolve(name))) {
            return files.filter(file -> !file.toString().endsWith(".json")).toList();
        }
    }
}
