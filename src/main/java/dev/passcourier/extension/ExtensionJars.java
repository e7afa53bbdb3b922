package dev.passcourier.extension;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.FileGuard;
import dev.passcourier.config.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/**
 * The jars of {@code lib/ext}, before a class of theirs is used: nobody else can change them, what they bring for Camel was
 * built for ours, and they hold no class that we have already, of which the first on the class path would win.
 */
public final class ExtensionJars {

    private static final String CAMEL = "META-INF/maven/org.apache.camel/";
    private static final String SERVICES = "META-INF/services/org/apache/camel/";

    private final String ours;
    private final List<Finding> findings = new ArrayList<>();

    private ExtensionJars(String ours) {
        this.ours = ours;
    }

    /**
     * Everything that is wrong with them.
     *
     * @param home the folder that holds {@code lib}
     */
    public static List<Finding> check(Path home) {
        return check(home, String.valueOf(CamelContext.class.getPackage().getImplementationVersion()));
    }

    static List<Finding> check(Path home, String ours) {
        Path folder = home.resolve("lib/ext");
        ExtensionJars check = new ExtensionJars(ours);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> inside = Files.list(folder)) {
                List<Path> jars = inside.filter(file -> file.toString().endsWith(".jar"))
                        .sorted()
                        .toList();
                if (!jars.isEmpty()) {
                    check.guard(folder);
                }
                jars.forEach(check::jar);
            } catch (IOException e) {
                check.add(folder, "cannot be read", "run  chmod u+rx " + folder);
            }
        }
        return check.findings;
    }

    private void guard(Path path) {
        try {
            FileGuard.program(path);
        } catch (ConfigurationException e) {
            findings.add(new Finding(Finding.Level.ERROR, "", 0, 0, "", String.valueOf(e.getMessage()), ""));
        }
    }

    private void jar(Path file) {
        guard(file);
        try (JarFile jar = new JarFile(file.toFile())) {
            Optional<String> built = built(jar);
            if (built.isPresent() && !line(built.get()).equals(line(ours))) {
                add(
                        file,
                        "was built for Camel " + built.get() + ", and this is Camel " + ours,
                        "take the jar of " + line(ours));
            } else if (built.isEmpty()
                    && jar.stream().anyMatch(entry -> entry.getName().startsWith(SERVICES))) {
                findings.add(new Finding(
                        Finding.Level.WARNING,
                        file.toString(),
                        1,
                        1,
                        "",
                        "brings something for Camel and does not say for which",
                        "have its manifest say  Camel-Version: " + ours));
            }
            doubles(file, jar);
        } catch (IOException e) {
            add(file, "is no jar, or cannot be read", "copy it anew");
        }
    }

    /** As Camel's own build says, or the manifest of others. */
    private static Optional<String> built(JarFile jar) throws IOException {
        for (JarEntry entry : Collections.list(jar.entries())) {
            if (entry.getName().startsWith(CAMEL) && entry.getName().endsWith("/pom.properties")) {
                Properties properties = new Properties();
                try (InputStream in = jar.getInputStream(entry)) {
                    properties.load(in);
                }
                return Optional.ofNullable(properties.getProperty("version"));
            }
        }
        @Nullable Manifest manifest = jar.getManifest();
        return Optional.ofNullable(
                manifest == null ? null : manifest.getMainAttributes().getValue("Camel-Version"));
    }

    /** Major and minor number. */
    private static String line(String version) {
        return version.replaceFirst("^([0-9]+\\.[0-9]+).*", "$1");
    }

    private void doubles(Path file, JarFile jar) throws IOException {
        for (JarEntry entry : Collections.list(jar.entries())) {
            String name = entry.getName();
            if (name.endsWith(".class") && !name.startsWith("META-INF/") && !name.equals("module-info.class")) {
                for (URL url :
                        Collections.list(ExtensionJars.class.getClassLoader().getResources(name))) {
                    if (!url.toString().contains(file.getFileName() + "!/")) {
                        add(
                                file,
                                "holds " + name + ", which is in "
                                        + url.toString()
                                                .replaceFirst("!/.*", "")
                                                .replaceFirst("^(jar:)?file:", "")
                                        + " already",
                                "remove one of them");
                        return;
                    }
                }
            }
        }
    }

    private void add(Path file, String message, String hint) {
        findings.add(new Finding(Finding.Level.ERROR, file.toString(), 1, 1, "", message, hint));
    }
}
