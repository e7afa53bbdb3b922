package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.demo.DemoWorld;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CanaryScan;
import dev.passcourier.secrecy.CapturedOutput;
import dev.passcourier.service.OtlpReceiver.Span;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service with a collector of traces. */
class TracesTest {

    private static final String SENDER = "00f067aa0ba902b7";
    private static final String REASON = "canary-of-the-reason";
    private static final String TOKEN = "Bearer canary-of-the-collector";
    private static final Set<String> TOLD = Set.of(
            "messaging.destination.name",
            "passcourier.account",
            "passcourier.destination",
            "passcourier.provider",
            "passcourier.operation",
            "passcourier.status_class",
            "passcourier.request",
            "passcourier.attempt",
            "passcourier.code",
            "passcourier.verdict");

    @TempDir
    static Path directory;

    private static OtlpReceiver collector;
    private static RecordingProxy cloud;
    private static Whole whole;

    @BeforeAll
    static void start() throws Exception {
        collector = new OtlpReceiver();
        whole = Whole.prepare(directory);
        cloud = new RecordingProxy(whole.world().kakao().baseUrl());
        Path token =
                Files.copy(whole.home().resolve("secrets/hook"), whole.home().resolve("secrets/collector"));
        Files.writeString(token, TOKEN);
        whole.settings(Whole::withoutSchedules)
                .settings(text -> text.replace(whole.world().kakao().baseUrl(), cloud.url()))
                .settings(text -> text.replaceFirst(
                        "\n  status:",
                        "\n  retryPace: 0.01\n  tracing:\n    endpoint: "
                                + collector.url()
                                + "\n    headers: {Authorization: \"{{file:secrets/collector}}\"}\n  status:"))
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        whole.close();
        cloud.close();
        collector.close();
    }

    @AfterEach
    void takeAgain() {
        collector.answer(200);
        collector.release();
    }

    /** The cloud has the password at the second ask, and the webhook takes it at the second try. */
    @Test
    void oneTraceLeadsFromTheRequestToItsDeliveriesAndTellsNoSecret() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        whole.world().hook().answer(503, Map.of());
        ask(trace, "traced", DemoWorld.LATE, "tickets", "hook");
        assertThat(whole.ended("traced").verdict()).isEqualTo(Verdict.DELIVERED);

        Whole.patiently().untilAsserted(() -> {
            assertThat(spans(trace, "outbox.hook")).hasSize(2);
            assertThat(spans(trace, "jms-sink.tickets")).hasSize(2);
        });
        Span intake = spans(trace, "intake").get(0);
        List<Span> fetches = spans(trace, "fetch.kakao");
        List<Span> hook = spans(trace, "outbox.hook");
        List<Span> tickets = spans(trace, "jms-sink.tickets");
        assertThat(intake.parent()).isEqualTo(SENDER);
        assertThat(fetches)
                .extracting(Span::parent)
                .containsExactly(intake.id(), fetches.get(0).id());
        assertThat(hook)
                .extracting(Span::parent)
                .containsExactly(fetches.get(1).id(), hook.get(0).id());
        assertThat(tickets)
                .extracting(Span::parent)
                .containsExactly(fetches.get(1).id(), tickets.get(0).id());
        assertThat(spans(trace, "password"))
                .extracting(Span::parent)
                .containsOnly(fetches.get(0).id(), fetches.get(1).id());

        assertThat(whole.ticket("traced").getStringProperty("traceparent"))
                .isEqualTo("00-" + trace + "-" + tickets.get(0).id() + "-01");
        assertThat(whole.world().hook().requests())
                .extracting(post ->
                        post.headers().get("traceparent") + " " + post.headers().get("tracestate"))
                .filteredOn(context -> context.contains(trace))
                .containsExactly(
                        "00-" + trace + "-" + hook.get(0).id() + "-01 vendor=opaque",
                        "00-" + trace + "-" + hook.get(1).id() + "-01 vendor=opaque");

        assertThat(fetches.get(0).attributes())
                .containsEntry("passcourier.account", "kakao")
                .containsEntry("passcourier.request", "traced")
                .containsEntry("passcourier.attempt", "1")
                .containsEntry("passcourier.code", "EMPTY");
        assertThat(hook)
                .extracting(span -> span.attributes().get("passcourier.code"))
                .containsExactly("HTTP_503", "HTTP_204");
        assertThat(spans(trace, "password").get(0).attributes())
                .containsEntry("passcourier.provider", "kakaocloud")
                .containsEntry("passcourier.status_class", "2xx");
        assertThat(collector.spans()).allSatisfy(span -> assertThat(TOLD)
                .containsAll(span.attributes().keySet()));
        assertThat(collector.tokens()).containsOnly(TOKEN);
        assertThat(secretsIn(collector.bodies())).isEmpty();
    }

    /** What the clouds and our partners know, what the request said, and what we sign in with. */
    private static Set<String> secretsIn(List<byte[]> bodies) throws IOException {
        List<String> secrets = new ArrayList<>(whole.world().passwords());
        secrets.addAll(List.of(DemoWorld.LATE, REASON, TOKEN));
        try (Stream<Path> files = Files.list(whole.home().resolve("secrets"))) {
            for (Path file : files.toList()) {
                secrets.add(Files.readString(file).strip());
            }
        }
        CanaryScan scan = CanaryScan.forSecrets(secrets);
        return bodies.stream()
                .flatMap(body -> scan.hits("traces", body).stream())
                .collect(Collectors.toSet());
    }

    @Test
    void aRequestThatIsRefusedSaysSo() throws Exception {
        String trace = "00000000000000000000000000000001";
        ask(trace, "refused", DemoWorld.LATE, "archive");
        assertThat(whole.ended("refused").verdict()).isEqualTo(Verdict.REFUSED);

        Whole.patiently().until(() -> !spans(trace, "intake").isEmpty());
        assertThat(spans(trace, "intake").get(0).attributes()).containsEntry("passcourier.verdict", "REFUSED");
    }

    /** While none of it is answered, or nobody listens: what ends then has not waited for the collector. */
    @Test
    void aCollectorThatIsSlowOrDownNeitherSlowsNorFailsTheService() throws Exception {
        collector.hold();
        ask("00000000000000000000000000000002", "slow", DemoWorld.KAKAO, "hook");
        assertThat(whole.ended("slow").verdict()).isEqualTo(Verdict.DELIVERED);
        collector.release();

        collector.goAway();
        ask("00000000000000000000000000000003", "down", DemoWorld.KAKAO, "hook");
        assertThat(whole.ended("down").verdict()).isEqualTo(Verdict.DELIVERED);
        collector.comeBack();

        String trace = "00000000000000000000000000000004";
        ask(trace, "back", DemoWorld.KAKAO, "hook");
        assertThat(whole.ended("back").verdict()).isEqualTo(Verdict.DELIVERED);
        Whole.patiently().until(() -> !spans(trace, "intake").isEmpty());
    }

    @Test
    void aCollectorThatRefusesIsToldOfOnceAndNotInItsWords() throws Exception {
        try (CapturedOutput said = new CapturedOutput()) {
            collector.answer(503);
            ask("00000000000000000000000000000005", "unavailable", DemoWorld.KAKAO, "hook");
            assertThat(whole.ended("unavailable").verdict()).isEqualTo(Verdict.DELIVERED);
            Whole.patiently().until(() -> said.log().contains("TRACES_NOT_TAKEN by 127.0.0.1:"));
            collector.answer(200);
            String trace = "00000000000000000000000000000006";
            ask(trace, "available", DemoWorld.KAKAO, "hook");
            assertThat(whole.ended("available").verdict()).isEqualTo(Verdict.DELIVERED);
            Whole.patiently().until(() -> said.log().contains("TRACES_TAKEN_AGAIN"));
            assertThat(said.log()).containsOnlyOnce("TRACES_NOT_TAKEN").doesNotContain(OtlpReceiver.SAYS);
        }
    }

    @Test
    void callsToCloudsCarryTheTraceOnlyIfTheSettingsSaySo() throws Exception {
        ask("00000000000000000000000000000007", "kept", DemoWorld.KAKAO, "hook");
        assertThat(whole.ended("kept").verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(cloud.calls()).isNotEmpty().noneMatch(call -> call.headers().containsKey("traceparent"));
        int before = cloud.calls().size();

        whole.stop();
        whole.settings(text -> text.replace("\n  tracing:\n", "\n  tracing:\n    clouds: true\n"))
                .start();
        String trace = "00000000000000000000000000000008";
        ask(trace, "carried", DemoWorld.KAKAO, "hook");
        assertThat(whole.ended("carried").verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(cloud.calls())
                .extracting(call -> String.valueOf(call.headers().get("traceparent")))
                .filteredOn(parent -> parent.startsWith("00-" + trace))
                .isNotEmpty();
        assertThat(cloud.calls()).hasSizeGreaterThan(before);
    }

    private static List<Span> spans(String trace, String name) {
        return collector.spans().stream()
                .filter(span -> span.trace().equals(trace) && span.name().equals(name))
                .toList();
    }

    private static void ask(String trace, String id, String instance, String... deliverTo) throws Exception {
        String body =
                Whole.request(id, "kakao", instance, deliverTo).replaceFirst("}$", ",\"reason\":\"" + REASON + "\"}");
        whole.asTicketing(session -> {
            TextMessage request = session.createTextMessage(body);
            request.setStringProperty("traceparent", "00-" + trace + "-" + SENDER + "-01");
            request.setStringProperty("tracestate", "vendor=opaque");
            Whole.send(session, Whole.REQUESTS, request);
        });
    }
}
