package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.assertj.core.api.IterableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderCatalogTest {

    private static final String CLOUD = """
            package dev.passcourier.provider.%1$s;
            import dev.passcourier.provider.*;
            public final class Cloud implements ProviderType {
                public String id() { return "%2$s"; }
                public double defaultRate() { return 1; }
                public java.util.Map<String, java.net.URI> endpoints(AccountSettings account) { return java.util.Map.of(); }
                public CloudProtocol protocol(AccountSettings account) { return null; }
            }
            """;

    @TempDir
    private Path folder;

    private Path classes;

    @BeforeEach
    void makesAFolder() throws Exception {
        classes = Files.createDirectories(folder.resolve("classes"));
    }

    @Test
    void findsAProviderInAFolderOfClasses() throws Exception {
        compile("cumulus", "cumulus");

        assertThatTheCatalogOf(classes).contains("cumulus");
    }

    @Test
    void findsAProviderInAJar() throws Exception {
        compile("nimbus", "nimbus");

        assertThatTheCatalogOf(jar()).contains("nimbus");
    }

    @Test
    void refusesTwoProvidersWithOneId() throws Exception {
        compile("cumulus", "cloud");
        compile("nimbus", "cloud");

        assertThatThrownBy(() -> assertThatTheCatalogOf(classes))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("two providers call themselves cloud");
    }

    private static IterableAssert<String> assertThatTheCatalogOf(Path added) throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader with = new URLClassLoader(new URL[] {added.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(with);
            return assertThat((Iterable<String>) ProviderCatalog.find().keySet());
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private void compile(String room, String id) throws Exception {
        Path source = Files.createDirectories(folder.resolve(room)).resolve("Cloud.java");
        Files.writeString(source, CLOUD.formatted(room, id));
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        Path.of(ProviderType.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                .toString(),
                        "-d",
                        classes.toString(),
                        source.toString());
        assertThat(result).isZero();
    }

    private Path jar() throws Exception {
        Path jar = folder.resolve("clouds.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.walk(classes)) {
            for (Path file : files.filter(path -> !path.equals(classes)).toList()) {
                boolean isFolder = Files.isDirectory(file);
                out.putNextEntry(new JarEntry(classes.relativize(file) + (isFolder ? "/" : "")));
                if (!isFolder) {
                    Files.copy(file, out);
                }
                out.closeEntry();
            }
        }
        return jar;
    }
}
