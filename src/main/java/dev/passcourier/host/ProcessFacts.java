package dev.passcourier.host;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a process was started with.
 *
 * @param arguments   of the Java machine, from the command line and from the variables it reads itself
 * @param properties  system properties
 * @param environment variables
 * @param jars        file names on the class path
 * @param resources   whether the class path has a resource
 * @param option      a HotSpot option's value as it is in force, or null if this machine does not know it
 */
record ProcessFacts(
        List<String> arguments,
        Map<String, String> properties,
        Map<String, String> environment,
        List<String> jars,
        Predicate<String> resources,
        Function<String, @Nullable String> option) {

    /** Read by the Java machine or its launcher; {@code RuntimeMXBean} does not show what is in them. */
    private static final List<String> VARIABLES_OF_JAVA =
            List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS");

    static ProcessFacts ofThisProcess() {
        Map<String, String> properties = new HashMap<>();
        System.getProperties()
                .stringPropertyNames()
                .forEach(name -> properties.put(name, System.getProperty(name, "")));
        return new ProcessFacts(
                arguments(System.getenv()),
                properties,
                System.getenv(),
                jars(System.getProperty("java.class.path", "")),
                ProcessFacts::isThere,
                ProcessFacts::optionInForce);
    }

    private static List<String> arguments(Map<String, String> environment) {
        List<String> arguments =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        for (String variable : VARIABLES_OF_JAVA) {
            arguments.addAll(
                    List.of(environment.getOrDefault(variable, "").strip().split("\\s+")));
        }
        return arguments;
    }

    private static List<String> jars(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator))
                .map(entry -> new File(entry).getName())
                .toList();
    }

    private static boolean isThere(String resource) {
        return Stream.of(ProcessFacts.class.getClassLoader(), ClassLoader.getSystemClassLoader())
                .anyMatch(loader -> loader.getResource(resource) != null);
    }

    private static @Nullable String optionInForce(String name) {
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(name)
                    .getValue();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
