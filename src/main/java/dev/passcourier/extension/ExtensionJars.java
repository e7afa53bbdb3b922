package dev.passcourier.extension;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.FileGuard;
import dev.passcourier.config.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/**
 * The jars of {@code lib/ext}, before a class of theirs is used: nobody else can change them, they take no other jars along,
 * what they need of Camel and of Java is there, and they hold no class that is there already, of which the first on the class
 * path would win.
 */
public final class ExtensionJars {

    private static final String CAMEL = "META-INF/maven/org.apache.camel/";
    private static final String SERVICES = "META-INF/services/org/apache/camel/";

    private static final String PROVIDERS = "META-INF/services/dev.passcourier.provider.ProviderType";
    private static final String OWN = "dev/passcourier/";

    /** A component, language or data format, by its name. */
    private static final Pattern ONE_SERVICE = Pattern.compile(SERVICES + "[a-z-]+/[^/]+");

    private final Path folder;
    private final String ours;
    private final List<Path> jars = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();
    private final Map<String, Boolean> found = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private ExtensionJars(Path folder, String ours) {
        this.folder = folder;
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
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        ExtensionJars check = new ExtensionJars(folder, ours);
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> all = inside.sorted().toList();
            all.stream().filter(ExtensionJars::isJar).forEach(check.jars::add);
            if (!check.jars.isEmpty()) {
                check.guard(folder);
            }
            check.jars.forEach(check::jar);
            all.stream()
                    .filter(file -> !isJar(file) && !file.toString().endsWith(".md"))
                    .forEach(file -> check.warn(file, "is not read", "call it  NAME.jar, or move it away"));
        } catch (IOException e) {
            check.add(folder, "cannot be read", "run  chmod u+rx " + folder);
        }
        return check.findings;
    }

    /** As Java's own class path does with an asterisk. */
    private static boolean isJar(Path file) {
        return file.toString().endsWith(".jar") || file.toString().endsWith(".JAR");
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
        try (JarFile jar = new JarFile(file.toFile(), true, ZipFile.OPEN_READ, Runtime.version())) {
            List<String> names =
                    jar.versionedStream().map(JarEntry::getName).sorted().toList();
            camel(file, jar, names);
            others(file, jar);
            providers(file, jar, names);
            for (String name : names) {
                if (isOneOnly(name) && isRefused(file, name)) {
                    return;
                }
            }
        } catch (IOException e) {
            add(file, "is no jar, or cannot be read", "copy it anew");
        }
    }

    private void camel(Path file, JarFile jar, List<String> names) throws IOException {
        Set<String> built = built(jar);
        Optional<String> other = built.stream()
                .filter(version -> !line(version).equals(line(ours)))
                .findFirst();
        if (other.isPresent()) {
            add(
                    file,
                    "was built for Camel " + other.get() + ", and this is Camel " + ours,
                    "take the jar of " + line(ours));
            return;
        }
        for (String name : names) {
            if (isOneOnly(name) && name.endsWith(".class")) {
                Optional<String> unfit = ClassFileCheck.of(
                        jar.getInputStream(jar.getJarEntry(name)), built.isEmpty() ? this::isThere : any -> true);
                if (unfit.isPresent()) {
                    add(file, name + " " + unfit.get(), "take a jar that was built for Camel " + line(ours));
                    return;
                }
            }
        }
        if (built.isEmpty() && names.stream().anyMatch(name -> name.startsWith(SERVICES))) {
            warn(
                    file,
                    "brings something for Camel and does not say for which",
                    "have its manifest say  Camel-Version: " + ours);
        }
    }

    /** As Camel's own builds say, or the manifest of others. */
    private static Set<String> built(JarFile jar) throws IOException {
        Set<String> versions = new TreeSet<>();
        for (JarEntry entry : Collections.list(jar.entries())) {
            if (entry.getName().startsWith(CAMEL) && entry.getName().endsWith("/pom.properties")) {
                Properties properties = new Properties();
                try (InputStream in = jar.getInputStream(entry)) {
                    properties.load(in);
                }
                versions.add(properties.getProperty("version", "unknown"));
            }
        }
        String said = manifest(jar, "Camel-Version");
        if (!said.isEmpty()) {
            versions.add(said);
        }
        return versions;
    }

    private static String manifest(JarFile jar, String attribute) throws IOException {
        @Nullable Manifest manifest = jar.getManifest();
        String value = manifest == null ? null : manifest.getMainAttributes().getValue(attribute);
        return value == null ? "" : value.strip();
    }

    /** Major and minor number. */
    private static String line(String version) {
        return version.replaceFirst("^([0-9]+\\.[0-9]+).*", "$1");
    }

    /** Whether there is a class, ours or that of a jar here. */
    private boolean isThere(String name) {
        return found.computeIfAbsent(name, this::isFound);
    }

    private boolean isFound(String name) {
        if (ExtensionJars.class.getClassLoader().getResource(name) != null) {
            return true;
        }
        for (Path jar : jars) {
            try (JarFile other = new JarFile(jar.toFile())) {
                if (other.getEntry(name) != null) {
                    return true;
                }
            } catch (IOException e) {
                // Told where its turn is.
            }
        }
        return false;
    }

    /** Java would take what a manifest names along: those jars that lie here are looked at, others are not. */
    private void others(Path file, JarFile jar) throws IOException {
        List<String> named = new ArrayList<>(List.of(manifest(jar, "Class-Path").split("\\s+")));
        JarEntry index = jar.getJarEntry("META-INF/INDEX.LIST");
        if (index != null) {
            String text = new String(jar.getInputStream(index).readAllBytes(), StandardCharsets.UTF_8);
            text.lines().filter(line -> line.endsWith(".jar")).forEach(named::add);
        }
        for (String name : named) {
            if (!name.isEmpty() && !name.equals(file.getFileName().toString()) && !isLookedAt(name)) {
                add(
                        file,
                        "has Java take " + name + " along, which nobody looked at",
                        "put it into lib/ext, and take it out of the manifest's Class-Path");
                return;
            }
        }
    }

    /** A plain name means this folder; what is not there as a jar that was looked at must not be there at all. */
    private boolean isLookedAt(String name) {
        boolean isPlain = name.matches("[A-Za-z0-9._+-]+") && !name.matches("\\.+");
        Path there = folder.resolve(isPlain ? name : ".");
        return isPlain && (jars.contains(there) || (isJar(there) && !Files.exists(there)));
    }

    /** A provider that is named and is not there stops the search for all of them. */
    private void providers(Path file, JarFile jar, List<String> names) throws IOException {
        JarEntry list = jar.getJarEntry(PROVIDERS);
        if (list == null) {
            return;
        }
        String text = new String(jar.getInputStream(list).readAllBytes(), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
            String name = line.replaceFirst("#.*", "").strip();
            if (!name.isEmpty() && !names.contains(name.replace('.', '/') + ".class")) {
                add(file, PROVIDERS + " names " + name + ", which it does not hold", "correct the name");
            }
        }
    }

    /** Of which there must be one: the first on the class path would win. */
    private static boolean isOneOnly(String name) {
        return (name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("-info.class"))
                || ONE_SERVICE.matcher(name).matches();
    }

    private boolean isRefused(Path file, String name) throws IOException {
        if (name.startsWith(OWN)) {
            add(file, "holds " + name + ", and that package is the service's own", "put it into another package");
            return true;
        }
        Optional<String> place = Optional.ofNullable(places.putIfAbsent(name, file.toString()));
        String self = file.toAbsolutePath().normalize().toUri().getRawPath();
        for (URL url : Collections.list(ExtensionJars.class.getClassLoader().getResources(name))) {
            String there = url.toString().replaceFirst("^(jar:)?file:", "").replaceFirst("!/.*", "");
            if (!there.equals(self)) {
                place = Optional.of(there);
            }
        }
        place.ifPresent(
                other -> add(file, "holds " + name + ", which is in " + other + " already", "remove one of them"));
        return place.isPresent();
    }

    private void add(Path file, String message, String hint) {
        findings.add(new Finding(Finding.Level.ERROR, file.toString(), 1, 1, "", message, hint));
    }

    private void warn(Path file, String message, String hint) {
        findings.add(new Finding(Finding.Level.WARNING, file.toString(), 1, 1, "", message, hint));
    }
}
