package dev.passcourier.host;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks for libraries that open consoles, keep messages, or run text as a program. */
final class ClassPathCheck {

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
        List<String> jars =
                host.jars().stream().filter(jar -> JAR.matcher(jar).matches()).toList();
        Stream<String> classes = CLASSES.entrySet().stream()
                .filter(library -> host.resources().test(library.getValue()))
                .map(Map.Entry::getKey)
                .filter(library -> jars.stream().noneMatch(jar -> jar.startsWith(library)));
        return Stream.concat(jars.stream(), classes)
                .map(library ->
                        "class path: " + library + " shows messages, or runs text as a program; take it out of lib");
    }
}
