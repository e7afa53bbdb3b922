package dev.passcourier.host;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks for what would show memory, calls or keys of this process to somebody else. */
final class JavaCheck {

    private static final Pattern AGENT = Pattern.compile("-(?:javaagent|agentlib|agentpath):([^=]*).*|-X(run[^:]*).*");

    /** Beginnings of system properties, and what they would do. */
    private static final Map<String, String> PROPERTIES = new TreeMap<>(Map.of(
            "camel.", "changes Camel past config/application.properties",
            "com.sun.management.jmxremote", "lets others in by JMX",
            "javax.net.debug", "prints what TLS should hide",
            "jdk.tls.keyLog", "writes keys of TLS connections",
            "java.security.debug", "prints keys and credentials",
            "mail.debug", "prints mails and log-ins",
            "mail.socket.debug", "prints mails and log-ins",
            "org.apache.activemq.artemis.allow", "weakens the broker"));

    /** Options of HotSpot that write memory to disk or run programs, with the values that do not. */
    private static final Map<String, Set<String>> OPTIONS = new TreeMap<>(Map.of(
            "HeapDumpOnOutOfMemoryError", Set.of("false"),
            "HeapDumpBeforeFullGC", Set.of("false"),
            "HeapDumpAfterFullGC", Set.of("false"),
            "CrashOnOutOfMemoryError", Set.of("false"),
            "OnOutOfMemoryError", Set.of(""),
            "OnError", Set.of(""),
            "FlightRecorder", Set.of("false"),
            "StartFlightRecording", Set.of("")));

    private final ProcessFacts host;

    JavaCheck(ProcessFacts host) {
        this.host = host;
    }

    Stream<String> findings(List<String> allowedAgents) {
        return Stream.of(agents(allowedAgents), recordings(), properties(), options(), variables())
                .flatMap(found -> found);
    }

    private Stream<String> agents(List<String> allowed) {
        return host.arguments().stream()
                .map(AGENT::matcher)
                .filter(Matcher::matches)
                .map(JavaCheck::name)
                .filter(name -> !allowed.contains(name))
                .map(name -> "agent " + name + ": can read every password that passes; leave it out, or name it in"
                        + " service.allowAgents if it must be");
    }

    /** The agent's name without folders: {@code apm-1.2.jar}, {@code jdwp}. */
    private static String name(Matcher agent) {
        String path = agent.group(1) == null ? agent.group(2).substring("run".length()) : agent.group(1);
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    private Stream<String> recordings() {
        return host.arguments().stream()
                .filter(argument -> argument.startsWith("-XX:StartFlightRecording"))
                .limit(1)
                .map(argument -> "-XX:StartFlightRecording: writes what the process does to a file; leave it out");
    }

    private Stream<String> properties() {
        return host.properties().keySet().stream().sorted().flatMap(name -> PROPERTIES.entrySet().stream()
                .filter(forbidden -> name.startsWith(forbidden.getKey()))
                .map(forbidden -> "-D" + name + ": " + forbidden.getValue() + "; leave it out"));
    }

    private Stream<String> options() {
        return OPTIONS.entrySet().stream().flatMap(option -> {
            String value = host.option().apply(option.getKey());
            return value == null || option.getValue().contains(value)
                    ? Stream.empty()
                    : Stream.of("-XX:" + option.getKey()
                            + ": writes memory to disk or starts a program; leave it out of PASSCOURIER_OPTS");
        });
    }

    /** Kubernetes makes variables of service names, and Camel skips those. */
    private Stream<String> variables() {
        return host.environment().keySet().stream()
                .filter(name -> name.toUpperCase(java.util.Locale.ROOT).matches("CAMEL[_.-].*"))
                .filter(name -> !name.matches("(?i).*(_SERVICE_HOST|_PORT|_PORT_.*)"))
                .sorted()
                .map(name -> "environment variable " + name
                        + ": changes Camel past config/application.properties; unset it");
    }
}
