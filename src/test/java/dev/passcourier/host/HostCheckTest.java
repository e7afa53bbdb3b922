package dev.passcourier.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service looks at before it starts; {@link ForbiddenStartTest} does the same with real processes. */
class HostCheckTest {

    private static final Path SHIPPED = Path.of("config/application.properties");

    @TempDir
    Path directory;

    @Test
    void isContentWithThisProcessAndTheShippedSettings() {
        assertThatCode(() -> HostCheck.ofProcess(List.of(), SHIPPED)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "-javaagent:/opt/apm/apm-1.2.jar=port=1, apm-1.2.jar",
        "-javaagent:apm.jar, apm.jar",
        "'-agentlib:jdwp=transport=dt_socket,server=y', jdwp",
        "-agentpath:/usr/lib/libextract-ssl.so, libextract-ssl.so",
        "'-Xrunjdwp:server=y', jdwp"
    })
    void refusesAnAgentUnlessItIsAllowedByName(String argument, String name) {
        ProcessFacts host = host(List.of(argument), Map.of(), Map.of(), List.of(), Map.of());

        assertThat(HostCheck.findings(host, List.of("other.jar")))
                .singleElement()
                .asString()
                .startsWith("agent " + name + ": ")
                .contains("service.allowAgents");
        assertThat(HostCheck.findings(host, List.of(name))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.sun.management.jmxremote",
                "com.sun.management.jmxremote.port",
                "javax.net.debug",
                "jdk.tls.keyLogFile",
                "java.security.debug",
                "mail.debug",
                "camel.main.tracing",
                "camel.component.http.logHttpActivity"
            })
    void refusesASystemProperty(String name) {
        assertThat(HostCheck.findings(host(List.of(), Map.of(name, ""), Map.of(), List.of(), Map.of()), List.of()))
                .singleElement()
                .asString()
                .startsWith("-D" + name + ": ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CAMEL_MAIN_TRACING",
                "camel_main_tracing",
                "Camel.Main.Tracing",
                "CAMEL-MAIN-TRACING",
                "CAMEL_COMPONENT_JMS_DISABLEREPLYTO",
                "CAMEL_DEBUG_ENABLED"
            })
    void refusesAVariableOfCamel(String name) {
        assertThat(HostCheck.findings(host(List.of(), Map.of(), Map.of(name, "x"), List.of(), Map.of()), List.of()))
                .singleElement()
                .asString()
                .startsWith("environment variable " + name + ": ")
                .endsWith("unset it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAMEL_MAIN_SERVICE_HOST", "CAMEL_MAIN_PORT", "CAMEL_PORT_80_TCP", "CAMELOT", "PATH"})
    void leavesOtherVariablesAlone(String name) {
        assertThat(HostCheck.findings(host(List.of(), Map.of(), Map.of(name, "x"), List.of(), Map.of()), List.of()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "HeapDumpOnOutOfMemoryError, true",
        "HeapDumpBeforeFullGC, true",
        "HeapDumpAfterFullGC, true",
        "CrashOnOutOfMemoryError, true",
        "OnOutOfMemoryError, gcore %p",
        "OnError, gcore %p",
        "FlightRecorder, true"
    })
    void refusesAnOptionThatWritesMemoryDown(String option, String value) {
        assertThat(HostCheck.findings(host(List.of(), Map.of(), Map.of(), List.of(), Map.of(option, value)), List.of()))
                .singleElement()
                .asString()
                .startsWith("-XX:" + option + ": ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "camel-console-4.22.0.jar",
                "camel-debug.jar",
                "camel-management-4.22.0.jar",
                "camel-exec-4.22.0.jar",
                "camel-sql-4.22.0.jar",
                "jolokia-agent-jvm-2.1.jar",
                "groovy-4.0.1.jar",
                "ognl-3.4.jar",
                "Groovy_4.jar"
            })
    void refusesALibrary(String jar) {
        assertThat(HostCheck.findings(host(List.of(), Map.of(), Map.of(), List.of(jar), Map.of()), List.of()))
                .singleElement()
                .asString()
                .startsWith("class path: " + jar);
    }

    @Test
    void refusesALibraryUnderAnotherName() {
        ProcessFacts host = new ProcessFacts(
                List.of(),
                Map.of(),
                Map.of(),
                List.of("tools.jar"),
                "groovy/lang/GroovyShell.class"::equals,
                option -> null);

        assertThat(HostCheck.findings(host, List.of()))
                .singleElement()
                .asString()
                .startsWith("class path: groovy ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"camel-jms-4.22.0.jar", "camel-management-api-4.22.0.jar", "camel-core-languages-4.22.0.jar", ""
            })
    void leavesOtherLibrariesAlone(String jar) {
        assertThat(HostCheck.findings(host(List.of(), Map.of(), Map.of(), List.of(jar), Map.of()), List.of()))
                .isEmpty();
    }

    @Test
    void refusesComponentsOptionsInCamelsSettings() throws Exception {
        Path file = Files.writeString(
                directory.resolve("application.properties"),
                "camel.main.name=x\ncamel.component.http.logHttpActivity=true\ncamel.debug.enabled=true\n"
                        + "camel.security.policy=allow\ncamel.main.devConsoleEnabled=true\n");

        assertThatThrownBy(() -> HostCheck.ofProcess(List.of(), file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("camel.component.http.logHttpActivity is no key of camel.main")
                .hasMessageContaining("camel.debug.enabled")
                .hasMessageContaining("camel.security.policy is no key of camel.main")
                .hasMessageContaining("camel.main.devConsoleEnabled is called insecure by Camel");
    }

    @Test
    void refusesALoggerThatPrintsMailConversations() {
        Logger mail = Logger.getLogger("org.eclipse.angus.mail");
        mail.setLevel(Level.FINE);
        try {
            assertThatThrownBy(() -> HostCheck.ofProcess(List.of(), SHIPPED))
                    .hasMessageStartingWith("logger org.eclipse.angus.mail: ");
        } finally {
            mail.setLevel(null);
        }
    }

    /** Every switch by the key that an operator would write, whatever else is in the file. */
    @TestFactory
    Stream<DynamicTest> refusesASwitchOfCamel() {
        return Stream.of(
                        "tracing",
                        "tracingStandby",
                        "messageHistory",
                        "streamCachingEnabled",
                        "streamCachingSpoolEnabled",
                        "logExhaustedMessageBody",
                        "devConsoleEnabled",
                        "dumpRoutes",
                        "jmxEnabled",
                        "routesReloadEnabled",
                        "contextReloadEnabled")
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    assertThat(findings(name))
                            .as("findings with camel.main.%s=true", name)
                            .anyMatch(line -> line.startsWith("camel.main." + name + ": "));
                }));
    }

    /** These four have keys of their own, which the file may not hold; a bean could set them all the same. */
    @Test
    void refusesATracerOrDebuggerThatAProgramSwitchedOn() {
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.setBacklogTracing(true);
        camel.setBacklogTracingStandby(true);
        camel.setDebugging(true);
        camel.setDebugStandby(true);

        assertThat(HostCheck.CamelCheck.findings(camel, new Main().configure()))
                .extracting(line -> line.replaceFirst(": .*", ""))
                .contains("camel.trace.enabled", "camel.trace.standby", "camel.debug.enabled", "camel.debug.standby");
    }

    @Test
    void isContentWithTheShippedSwitches() throws Exception {
        assertThat(findings("autoStartup")).isEmpty();
    }

    private static List<String> findings(String on) throws Exception {
        Main main = new Main();
        main.setPropertyPlaceholderLocations("file:" + SHIPPED);
        main.addOverrideProperty("camel.main.routesIncludePattern", "false");
        main.addOverrideProperty("camel.main." + on, "true");
        main.init();
        try {
            return HostCheck.CamelCheck.findings(main.getCamelContext(), main.configure())
                    .toList();
        } finally {
            main.stop();
        }
    }

    private static ProcessFacts host(
            List<String> arguments,
            Map<String, String> properties,
            Map<String, String> environment,
            List<String> jars,
            Map<String, String> options) {
        return new ProcessFacts(arguments, properties, environment, jars, resource -> false, options::get);
    }
}
