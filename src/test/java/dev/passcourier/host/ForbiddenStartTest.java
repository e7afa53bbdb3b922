package dev.passcourier.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.ConfigurationException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes with a forbidden flag, variable or jar each: the check ends them before anything is opened. */
class ForbiddenStartTest {

    @TempDir
    static Path directory;

    private static Path agent;

    /** What the processes do: look, say what they found, and end. */
    public static void main(String[] arguments) throws IOException {
        try {
            HostCheck.ofProcess(List.of(), Path.of(arguments[0]));
        } catch (ConfigurationException e) {
            System.out.println(e.getMessage());
            System.exit(1);
        }
    }

    @BeforeAll
    static void makeAnAgent() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", Agent.class.getName());
        Files.writeString(directory.resolve("debug.properties"), "rootLogger.level=debug\n");
        agent = directory.resolve("watcher.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(agent), manifest)) {
            jar.putNextEntry(new ZipEntry("empty"));
        }
    }

    /** An agent that does nothing. */
    public static final class Agent {

        private Agent() {}

        /** Called by the Java machine. */
        public static void premain(String arguments) {
            // being there is enough
        }
    }

    @Test
    void startsAsShipped() throws Exception {
        Started started = start(List.of(), Map.of(), "");

        assertThat(started.said()).isEmpty();
        assertThat(started.code()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-javaagent:AGENT                                                | agent watcher.jar",
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=0 | agent jdwp",
                "-XX:+HeapDumpOnOutOfMemoryError                                 | -XX:HeapDumpOnOutOfMemoryError",
                "-XX:+CrashOnOutOfMemoryError                                    | -XX:CrashOnOutOfMemoryError",
                "-XX:OnOutOfMemoryError=true                                     | -XX:OnOutOfMemoryError",
                "-XX:StartFlightRecording:filename=DIRECTORY/f.jfr               | -XX:StartFlightRecording",
                "-Dcom.sun.management.jmxremote                                  | -Dcom.sun.management.jmxremote",
                "-Djavax.net.debug=none                                          | -Djavax.net.debug",
                "-Djdk.tls.keyLogFile=keys                                       | -Djdk.tls.keyLogFile",
                "-Dcamel.main.tracing=true                                       | -Dcamel.main.tracing",
                "-Dlog4j2.configurationFile=DIRECTORY/debug.properties           | logger org.apache.hc"
            })
    void refusesAFlag(String flag, String finding) throws Exception {
        String given = flag.replace("AGENT", agent.toString()).replace("DIRECTORY", directory.toString());

        refused(start(List.of(given), Map.of(), ""), finding);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CAMEL_MAIN_TRACING                 | true              | environment variable CAMEL_MAIN_TRACING",
                "CAMEL_COMPONENT_JMS_DISABLEREPLYTO | false             | environment variable CAMEL_COMPONENT_JMS",
                "JAVA_TOOL_OPTIONS                  | -javaagent:AGENT  | agent watcher.jar",
                "JDK_JAVA_OPTIONS                   | -Dmail.debug=true | -Dmail.debug"
            })
    void refusesAVariable(String name, String value, String finding) throws Exception {
        refused(start(List.of(), Map.of(name, value.replace("AGENT", agent.toString())), ""), finding);
    }

    @Test
    void refusesAJar() throws Exception {
        Path jar = Files.copy(agent, directory.resolve("camel-console-4.22.0.jar"));
        Path renamed = directory.resolve("tools.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(renamed))) {
            out.putNextEntry(new ZipEntry("groovy/lang/GroovyShell.class"));
        }

        Started started = start(List.of(), Map.of(), File.pathSeparator + jar + File.pathSeparator + renamed);

        refused(started, "class path: camel-console-4.22.0.jar");
        assertThat(started.said()).contains("class path: groovy ");
    }

    private static void refused(Started started, String finding) {
        assertThat(started.said().lines()).anyMatch(line -> line.startsWith(finding));
        assertThat(started.code()).isEqualTo(1);
    }

    private record Started(String said, int code) {}

    private static Started start(List<String> flags, Map<String, String> environment, String moreJars)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx64m",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(flags);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path") + moreJars,
                ForbiddenStartTest.class.getName(),
                "config/application.properties"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
            return new Started(said, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }
}
