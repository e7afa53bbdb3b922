package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.broker.GatedContainers;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.provider.ProviderCatalog;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.component.jms.JmsConsumer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.model.Model;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the route files and settings come to in a running service: every switch that must be off, and every one on. */
class RunningContextTest {

    /** The schemes of Camel that routes use; all others that camel-core brings lie idle. */
    private static final Set<String> USED =
            Set.of("broker", "direct", "file", "http", "https", "quartz", "smtp", "smtps", "timer");

    /** What camel-core, the chosen components and their dependencies bring. */
    private static final Set<String> ON_THE_CLASS_PATH = new TreeSet<>(List.of(
            "bean",
            "browse",
            "class",
            "controlbus",
            "dataformat",
            "dataset",
            "dataset-test",
            "direct",
            "file",
            "http",
            "https",
            "imap",
            "imaps",
            "jms",
            "language",
            "log",
            "mock",
            "pop3",
            "pop3s",
            "quartz",
            "ref",
            "rest",
            "rest-api",
            "saga",
            "scheduler",
            "seda",
            "smtp",
            "smtps",
            "spring-event",
            "stub",
            "timer",
            "validator",
            "xslt"));

    @TempDir
    static Path directory;

    private static DemoWorld world;
    private static PasscourierService service;
    private static CamelContext camel;

    @BeforeAll
    static void start() throws Exception {
        world = DemoWorld.start(directory.resolve("demo"), Clock.systemUTC());
        var settings = SettingsLoader.load(world.settings(), ProviderCatalog.find(), Clock.systemUTC());
        service = PasscourierService.start(Path.of("").toAbsolutePath(), settings, Clock.systemUTC());
        camel = service.camel();
    }

    @AfterAll
    static void stop() throws Exception {
        if (service != null) {
            service.close();
        }
        if (world != null) {
            world.close();
        }
    }

    @Test
    void everyRouteRuns() {
        assertThat(camel.getRoutes())
                .extracting(Route::getRouteId)
                .contains(
                        "intake",
                        "hand-on",
                        "report",
                        "expired",
                        "request-file-source",
                        "request-schedule-catch-up",
                        "request-submitted-source")
                .anyMatch(id -> id.startsWith("fetch."))
                .anyMatch(id -> id.startsWith("ask."))
                .anyMatch(id -> id.startsWith("sign-in."))
                .anyMatch(id -> id.startsWith("outbox."))
                .anyMatch(id -> id.startsWith("jms-sink."))
                .anyMatch(id -> id.startsWith("email-sink."))
                .anyMatch(id -> id.startsWith("file-sink."))
                .anyMatch(id -> id.startsWith("webhook-sink."))
                .allMatch(id -> camel.getRouteController().getRouteStatus(id) == ServiceStatus.Started);
    }

    /** Names of two kinds: those of steps, and those that Camel itself or a template's instance gives. */
    @Test
    void theCheckOfRoutesKnowsEverySharedStep() {
        assertThat(camel.getRegistry().findByTypeWithName(Processor.class).keySet())
                .filteredOn(name -> !name.matches(".*-[0-9]+"))
                .containsAll(RouteCheck.STEPS.stream()
                        .filter(step ->
                                !Set.of("foreign-requests", "requests-arrival").contains(step))
                        .toList())
                .isSubsetOf(RouteCheck.STEPS);
    }

    @Test
    void whatCamelCallsInsecureStopsTheStart() {
        assertThat(camel.resolvePropertyPlaceholders("{{camel.security.policy}}"))
                .isEqualTo("fail");
    }

    @Test
    void noHopReadsOrMakesObjectMessages() {
        assertThat(endpoints(JmsEndpoint.class)).isNotEmpty().allSatisfy(hop -> assertThat(
                        hop.getConfiguration().isObjectMessageEnabled())
                .as("%s: Java objects", hop)
                .isFalse());
    }

    @Test
    void whatFailsRollsBack() {
        Model model = camel.getCamelContextExtension().getContextPlugin(Model.class);

        assertThat(model.getRouteDefinitions()).hasSameSizeAs(camel.getRoutes()).allSatisfy(route -> assertThat(
                        route.getErrorHandlerFactory())
                .as("%s: Camel's own error handler would swallow what the broker must redeliver", route.getId())
                .isInstanceOf(NoErrorHandlerDefinition.class));
    }

    @Test
    void everyHopIsOneTransaction() {
        assertThat(endpoints(JmsEndpoint.class)).isNotEmpty().allSatisfy(hop -> {
            assertThat(hop.isTransacted()).as("%s: transacted", hop).isTrue();
            assertThat(hop.getConfiguration().isLazyCreateTransactionManager())
                    .as("%s: a local transaction needs no manager", hop)
                    .isFalse();
            assertThat(hop.getConfiguration().isAsyncConsumer())
                    .as("%s: one thread", hop)
                    .isFalse();
            assertThat(hop.isDisableReplyTo()).as("%s: nobody is answered", hop).isTrue();
            assertThat(hop.getConfiguration().isMapJmsMessage())
                    .as("%s: ArrivalStep looks at the type before it reads", hop)
                    .isFalse();
            assertThat(hop.isPreserveMessageQos())
                    .as("%s: lifetimes and delays travel along", hop)
                    .isTrue();
            assertThat(hop.isTransferExchange())
                    .as("%s: no exchange is serialised", hop)
                    .isFalse();
            assertThat(hop.isTransferException())
                    .as("%s: no exception is serialised", hop)
                    .isFalse();
        });
    }

    @Test
    void everyConsumerPassesTheGateBeforeItTakesAMessage() {
        List<JmsConsumer> consumers = camel.getRoutes().stream()
                .map(Route::getConsumer)
                .filter(JmsConsumer.class::isInstance)
                .map(JmsConsumer.class::cast)
                .toList();
        assertThat(consumers).hasSizeGreaterThan(10).allSatisfy(consumer -> assertThat(consumer.getListenerContainer())
                .as("%s: else an outage would burn the attempts of what it takes", consumer.getEndpoint())
                .extracting(container -> container.getClass().getEnclosingClass())
                .isEqualTo(GatedContainers.class));
    }

    @Test
    void everyCheckIsInCamelsRegistry() {
        assertThat(HealthCheckRegistry.get(camel).stream()
                        .filter(check -> check.getGroup().equals("passcourier"))
                        .map(check -> check.getId() + " " + check.call().getState()))
                .contains("disk UP", "drop-directory UP", "audit UP", "ledger UP", "broker UP")
                .contains("account.kakao UP", "destination.ops-mail UP", "recipient.ops UP")
                .hasSize(15);
    }

    @Test
    void everyHttpCallIsOurs() {
        assertThat(endpoints(HttpEndpoint.class)).isNotEmpty().allSatisfy(call -> {
            assertThat(call.isThrowExceptionOnFailure())
                    .as("%s: exceptions of Camel quote the answer", call)
                    .isFalse();
            assertThat(call.isCopyHeaders())
                    .as("%s: headers of the answer stay out", call)
                    .isFalse();
            assertThat(call.isFollowRedirects())
                    .as("%s: configuration names the address", call)
                    .isFalse();
            assertThat(call.isBridgeEndpoint())
                    .as("%s: no address from a header", call)
                    .isFalse();
            assertThat(call.getHeaderFilterStrategy().getClass().getPackageName())
                    .as("%s: only our own headers are sent", call)
                    .isEqualTo("dev.passcourier.http");
        });
    }

    @Test
    void nothingKeepsOrShowsBodies() {
        assertThat(camel.isStreamCaching())
                .as("a spool file would hold cleartext")
                .isFalse();
        assertThat(camel.getStreamCachingStrategy().isSpoolEnabled())
                .as("a spool file would hold cleartext")
                .isFalse();
        assertThat(camel.isTracing()).isFalse();
        assertThat(camel.isTracingStandby()).isFalse();
        assertThat(camel.isBacklogTracing()).isFalse();
        assertThat(camel.isBacklogTracingStandby()).isFalse();
        assertThat(camel.isDebugging()).isFalse();
        assertThat(camel.isMessageHistory()).isFalse();
        assertThat(camel.isLogExhaustedMessageBody()).isFalse();
        assertThat(camel.isDevConsole()).isFalse();
    }

    @Test
    void nobodyReachesInByJmx() {
        assertThat(camel.getManagementStrategy().getManagementAgent()).isNull();
    }

    @Test
    void onlyTheAgreedComponentsAreUsed() {
        assertThat(camel.getEndpoints())
                .extracting(endpoint -> endpoint.getEndpointUri().replaceFirst(":.*", ""))
                .isSubsetOf(USED);
    }

    @Test
    void noOtherComponentIsOnTheClassPath() throws IOException {
        assertThat(named("component", "components"))
                .as("a component that runs programs, opens consoles or reaches further is a way out for secrets")
                .isEqualTo(ON_THE_CLASS_PATH);
    }

    private static <T extends Endpoint> List<T> endpoints(Class<T> type) {
        return camel.getEndpoints().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private static Set<String> named(String file, String key) throws IOException {
        Set<String> names = new TreeSet<>();
        for (URL url : Collections.list(RunningContextTest.class
                .getClassLoader()
                .getResources("META-INF/services/org/apache/camel/" + file + ".properties"))) {
            Properties properties = new Properties();
            try (InputStream in = url.openStream()) {
                properties.load(in);
            }
            names.addAll(List.of(properties.getProperty(key).split(" ")));
        }
        return names;
    }
}
