package dev.passcourier.host;

import dev.passcourier.config.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.util.SecurityUtils;

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
    public static void ofProcess(List<String> allowedAgents, Path camelSettings)
            throws ConfigurationException, IOException {
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
    private static Stream<String> keys(Path camelSettings) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(camelSettings)) {
            properties.load(in);
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
}
