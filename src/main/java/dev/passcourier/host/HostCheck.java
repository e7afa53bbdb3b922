package dev.passcourier.host;

import dev.passcourier.config.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.util.SecurityUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Refuses surroundings in which passwords would show: an agent, a debugger, a console, a tracer, a heap dump. It looks
 * at what is in force, so it does not matter who switched it on.
 */
public final class HostCheck {

    private HostCheck() {}

    /**
     * The process, before anything is opened.
     *
     * @param allowedAgents names of agents that the operator wants, without folder: {@code apm-1.2.jar}
     * @param camelSettings Camel's own settings file
     * @throws ConfigurationException with one line for everything that is found: what it is, and what to do
     */
    public static void ofProcess(List<String> allowedAgents, Path camelSettings) throws ConfigurationException {
        refuse(Stream.concat(
                findings(ProcessFacts.ofThisProcess(), allowedAgents),
                Stream.concat(LoggerCheck.findings(), keys(camelSettings))));
    }

    /**
     * A context that is configured and not yet started.
     *
     * @throws ConfigurationException with one line for every switch that is on
     */
    public static void ofCamel(CamelContext camel, MainConfigurationProperties main) throws ConfigurationException {
        refuse(CamelCheck.findings(camel, main));
    }

    /** What {@code bin/passcourier} would have closed, one line each; the service runs without it. */
    public static List<String> warnings() {
        return ReachableParts.of(ProcessFacts.ofThisProcess(), Path.of("/proc/self"));
    }

    static Stream<String> findings(ProcessFacts host, List<String> allowedAgents) {
        return Stream.concat(new JavaCheck(host).findings(allowedAgents), new ClassPathCheck(host).findings());
    }

    /** Components are set up in Java: options of theirs in the file would change how they call and whom they trust. */
    private static Stream<String> keys(Path camelSettings) {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(camelSettings)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            return Stream.of(camelSettings + ": is not there or cannot be read; restore it from the release");
        }
        return properties.stringPropertyNames().stream().sorted().flatMap(key -> {
            if (!key.startsWith("camel.main.")) {
                return Stream.of(camelSettings + ": " + key + " is no key of camel.main; leave it out");
            }
            return SecurityUtils.isInsecureValue(key, properties.getProperty(key))
                    ? Stream.of(camelSettings + ": " + key + " is called insecure by Camel itself; leave it out")
                    : Stream.of();
        });
    }

    private static void refuse(Stream<String> findings) throws ConfigurationException {
        List<String> lines = findings.toList();
        if (!lines.isEmpty()) {
            throw new ConfigurationException(String.join(System.lineSeparator(), lines));
        }
    }

    /** Things that the start script sets right and other ways of starting leave: what others on this machine could still reach. */
    private static final class ReachableParts {

        private ReachableParts() {}

        /**
         * One line for each.
         *
         * @param proc this process's folder under {@code /proc}; what is not there is not looked at
         */
        static List<String> of(ProcessFacts host, Path proc) {
            List<String> open = new ArrayList<>();
            if (!"true".equals(host.option().apply("DisableAttachMechanism"))) {
                open.add("programs of this user can attach and read memory: add -XX:+DisableAttachMechanism");
            }
            if (!"true".equals(host.option().apply("ExitOnOutOfMemoryError"))) {
                open.add("out of memory, the process would limp on: add -XX:+ExitOnOutOfMemoryError");
            }
            if (!"!*".equals(host.properties().get("jdk.serialFilter"))) {
                open.add("serialised objects are not refused: add -Djdk.serialFilter=!*");
            }
            if ("ANSI_X3.4-1968".equals(host.properties().get("sun.jnu.encoding"))) {
                open.add("file names and variables that are not ASCII cannot be read: set LC_ALL=C.UTF-8");
            }
            if (line(proc.resolve("limits"), "Max core file size").matches("(?!Max core file size\\s+0\\s).+")) {
                open.add("a crash would write memory to a core file: ulimit -c 0");
            }
            if (line(proc.resolve("status"), "Umask:").matches("(?!Umask:\\s+0?077).+")) {
                open.add("files could be made that others can read: umask 077");
            }
            return open;
        }

        private static String line(Path file, String beginning) {
            try {
                return Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith(beginning))
                        .findFirst()
                        .orElse("");
            } catch (IOException e) {
                return "";
            }
        }
    }

    /** Looks for loggers that would print what goes over wires: bodies, headers, log-ins, message properties. */
    private static final class LoggerCheck {

        private static final List<String> WIRES = List.of(
                "org.apache.hc.client5.http",
                "org.apache.hc.client5.http.headers",
                "org.apache.hc.client5.http.wire",
                "org.apache.hc.core5",
                "org.apache.camel",
                "org.apache.camel.component.http",
                "org.apache.camel.component.jms",
                "org.apache.camel.component.mail",
                "org.apache.camel.tracing",
                "org.apache.activemq.artemis",
                "org.apache.activemq.artemis.core.protocol",
                "org.eclipse.angus.mail",
                "org.springframework.jms",
                "io.netty.handler.logging");

        /** These libraries log past SLF4J, to the JDK's own loggers. */
        private static final List<String> WIRES_OF_JDK = List.of(
                "org.eclipse.angus.mail",
                "jakarta.mail",
                "javax.net.ssl",
                "org.postgresql",
                "sun.net.www",
                "jdk.httpclient");

        private LoggerCheck() {}

        static Stream<String> findings() {
            Stream<String> ours =
                    WIRES.stream().filter(name -> LoggerFactory.getLogger(name).isDebugEnabled());
            Stream<String> theirs = WIRES_OF_JDK.stream()
                    .filter(name -> java.util.logging.Logger.getLogger(name).isLoggable(Level.FINE));
            return Stream.concat(ours, theirs)
                    .distinct()
                    .map(name -> "logger " + name + ": prints what goes over the wire below INFO; set it to WARN");
        }
    }

    /** Reads the switches of a configured context: what keeps, prints or shows messages must be off. */
    static final class CamelCheck {

        private CamelCheck() {}

        static Stream<String> findings(CamelContext camel, MainConfigurationProperties main) {
            return switches(camel, main).entrySet().stream()
                    .filter(option -> Boolean.TRUE.equals(option.getValue()))
                    .map(option -> option.getKey() + ": would keep or show passwords, or change routes; switch it off");
        }

        private static Map<String, @Nullable Boolean> switches(CamelContext camel, MainConfigurationProperties main) {
            Map<String, @Nullable Boolean> on = new LinkedHashMap<>();
            on.put("camel.main.tracing", camel.isTracing());
            on.put("camel.main.tracingStandby", camel.isTracingStandby());
            on.put("camel.trace.enabled", camel.isBacklogTracing());
            on.put("camel.trace.standby", camel.isBacklogTracingStandby());
            on.put("camel.debug.enabled", camel.isDebugging());
            on.put("camel.debug.standby", camel.isDebugStandby());
            on.put("camel.main.messageHistory", camel.isMessageHistory());
            on.put("camel.main.streamCachingEnabled", camel.isStreamCaching());
            on.put(
                    "camel.main.streamCachingSpoolEnabled",
                    camel.getStreamCachingStrategy().isSpoolEnabled());
            on.put("camel.main.logExhaustedMessageBody", camel.isLogExhaustedMessageBody());
            on.put("camel.main.devConsoleEnabled", camel.isDevConsole());
            on.put("camel.main.dumpRoutes", camel.getDumpRoutes() != null && !"false".equals(camel.getDumpRoutes()));
            on.put(
                    "camel.main.jmxEnabled",
                    main.isJmxEnabled() || camel.getManagementStrategy().getManagementAgent() != null);
            on.put("camel.main.routesReloadEnabled", main.isRoutesReloadEnabled());
            on.put("camel.main.contextReloadEnabled", main.isContextReloadEnabled());
            return on;
        }
    }

    /** Looks for libraries that open consoles, keep messages, or run text as a program. */
    static final class ClassPathCheck {

        private static final Pattern JAR = Pattern.compile(
                "(?i)(camel-(console|debug|management(?!-api)|jolokia|exec|groovy|ognl|mvel|joor|jsh-dsl|javascript|python|jfr"
                        + "|platform-http-main|cli-connector|sql|jdbc|ssh|docker)|jolokia|groovy|ognl|mvel2?|hawtio|"
                        + "artemis-console)([-_.].*)?\\.jar");

        /** A class of each, for jars under other names. */
        private static final Map<String, String> CLASSES = new TreeMap<>(Map.of(
                "groovy", "groovy/lang/GroovyShell.class",
                "ognl", "ognl/Ognl.class",
                "mvel", "org/mvel2/MVEL.class",
                "jolokia", "org/jolokia/jvmagent/JvmAgent.class",
                "camel-exec", "org/apache/camel/component/exec/ExecComponent.class",
                "camel-console", "org/apache/camel/impl/console/ContextDevConsole.class",
                "camel-management", "org/apache/camel/management/JmxManagementStrategy.class"));

        private final ProcessFacts host;

        ClassPathCheck(ProcessFacts host) {
            this.host = host;
        }

        Stream<String> findings() {
            List<String> jars = host.jars().stream()
                    .filter(jar -> JAR.matcher(jar).matches())
                    .toList();
            Stream<String> classes = CLASSES.entrySet().stream()
                    .filter(library -> host.resources().test(library.getValue()))
                    .map(Map.Entry::getKey)
                    .filter(library -> jars.stream().noneMatch(jar -> jar.startsWith(library)));
            return Stream.concat(jars.stream(), classes)
                    .map(library -> "class path: " + library
                            + " shows messages, or runs text as a program; take it out of lib");
        }
    }
}
