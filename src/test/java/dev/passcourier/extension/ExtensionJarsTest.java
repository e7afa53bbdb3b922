package dev.passcourier.extension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.camel.component.log.LogComponent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which jars are taken from {@code lib/ext}, and what is said of others. */
class ExtensionJarsTest {

    private static final String POM = "META-INF/maven/org.apache.camel/camel-ftp/pom.properties";
    private static final String COMPONENT = "META-INF/services/org/apache/camel/component/ftp";

    @TempDir
    Path home;

    @Test
    void aJarOfOurLineIsTaken() throws IOException {
        jar(Map.of(POM, "version=4.22.7\n".getBytes(StandardCharsets.UTF_8), COMPONENT, new byte[0]));

        assertThat(found()).isEmpty();
    }

    @Test
    void oneOfAnotherLineIsRefusedWithBothVersions() throws IOException {
        Path jar = jar(Map.of(POM, "version=4.18.2\n".getBytes(StandardCharsets.UTF_8), COMPONENT, new byte[0]));

        assertThat(found())
                .containsExactly(
                        jar + ":1:1 was built for Camel 4.18.2, and this is Camel 4.22.0; take the jar of 4.22");
    }

    @Test
    void oneThatDoesNotSayIsWarnedOf() throws IOException {
        Path jar = jar(Map.of(COMPONENT, new byte[0]));

        assertThat(found())
                .containsExactly(jar + ":1:1 warning: brings something for Camel and does not say for which;"
                        + " have its manifest say  Camel-Version: 4.22.0");
    }

    @Test
    void aClassThatWeHaveIsRefused() throws IOException {
        String name = LogComponent.class.getName().replace('.', '/') + ".class";
        try (InputStream in = LogComponent.class.getClassLoader().getResourceAsStream(name)) {
            jar(Map.of(name, in.readAllBytes()));
        }

        assertThat(found())
                .singleElement()
                .asString()
                .contains("x.jar:1:1 holds " + name + ", which is in ", "camel-log-4.22.0.jar already");
    }

    @Test
    void whatOthersCanChangeIsRefused() throws IOException {
        Path jar = jar(Map.of("x.txt", new byte[0]));
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));

        assertThat(found()).containsExactly(jar + " can be changed by others, and what it says is run; chmod go-w it");
    }

    @Test
    void whatIsNoJarIsTold() throws IOException {
        Path jar = jar(Map.of());
        Files.writeString(jar, "no jar");

        assertThat(found()).containsExactly(jar + ":1:1 is no jar, or cannot be read; copy it anew");
    }

    private List<String> found() {
        return ExtensionJars.check(home).stream().map(Finding::toString).toList();
    }

    private Path jar(Map<String, byte[]> entries) throws IOException {
        Path folder = Files.createDirectories(home.resolve("lib/ext"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = folder.resolve("x.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                jar.putNextEntry(new JarEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        }
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
}
