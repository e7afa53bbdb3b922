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
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.apache.camel.component.log.LogComponent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which jars are taken from {@code lib/ext}, and what is said of others. */
class ExtensionJarsTest {

    private static final String POM = "META-INF/maven/org.apache.camel/camel-ftp/pom.properties";
    private static final String COMPONENT = "META-INF/services/org/apache/camel/component/ftp";

    private static final byte[] VERSION = "version=4.22.7\n".getBytes(StandardCharsets.UTF_8);

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

    @Test
    void aJarInCapitalsIsLookedAtAndWhatJavaPassesOverIsTold() throws IOException {
        Path jar = jar("X.JAR", Map.of(POM, "version=3.20.0\n".getBytes(StandardCharsets.UTF_8)));
        Path other = Files.writeString(jar.resolveSibling("y.Jar"), "");

        assertThat(found())
                .containsExactly(
                        jar + ":1:1 was built for Camel 3.20.0, and this is Camel 4.22.0; take the jar of 4.22",
                        other + ":1:1 warning: is not read; call it  NAME.jar, or move it away");
    }

    @Test
    void oneThatHoldsPartsOfAnotherCamelIsRefusedWhateverItsManifestSays() throws IOException {
        jar(Map.of(
                "META-INF/MANIFEST.MF",
                "Manifest-Version: 1.0\nCamel-Version: 4.22.0\n".getBytes(StandardCharsets.UTF_8),
                POM,
                "version=2.25.4\n".getBytes(StandardCharsets.UTF_8)));

        assertThat(found()).singleElement().asString().contains("was built for Camel 2.25.4");
    }

    /** Compiled against parts of Camel that ours has not. */
    @ParameterizedTest
    @CsvSource({
        "org.apache.camel.impl.DefaultThing, new org.apache.camel.impl.DefaultThing(), org.apache.camel.impl.DefaultThing",
        "org.apache.camel.Message, org.apache.camel.Message.setFault(true), org.apache.camel.Message.setFault(Z)V",
        "org.apache.camel.Message, org.apache.camel.Message.fault = 1, org.apache.camel.Message.fault"
    })
    void oneThatUsesWhatThisCamelDoesNotHaveIsRefused(String type, String code, String missing) throws IOException {
        String name = type.substring(type.lastIndexOf('.') + 1);
        Path old = source(
                type,
                "public class " + name + " { public static int fault; public static void setFault(boolean b) {} }");
        Path mine = source("com.example.Mine", "class Mine { Object o() { " + code + "; return 1; } }");
        compile("-implicit:none", old.toString(), mine.toString());
        Path jar = jar(Map.of(
                COMPONENT,
                new byte[0],
                "com/example/Mine.class",
                Files.readAllBytes(home.resolve("com/example/Mine.class"))));

        assertThat(found())
                .containsExactly(jar + ":1:1 com/example/Mine.class uses " + missing
                        + ", which this Camel does not have; take a jar that was built for Camel 4.22");
    }

    @Test
    void oneOfANewerJavaIsRefused() throws IOException {
        compile(source("com.example.Mine", "class Mine {}").toString());
        byte[] compiled = Files.readAllBytes(home.resolve("com/example/Mine.class"));
        compiled[7] = 99;
        Path jar = jar(Map.of("com/example/Mine.class", compiled));

        assertThat(found())
                .singleElement()
                .asString()
                .startsWith(jar + ":1:1 com/example/Mine.class was compiled for Java 55, and this is Java ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../elsewhere.jar",
                "https://example.com/x.jar",
                "here.zip",
                "classes/",
                "file:/tmp/x.jar",
                ".."
            })
    void aJarThatTakesAlongWhatNobodyLookedAtIsRefused(String other) throws IOException {
        Path jar = jar(Map.of("META-INF/MANIFEST.MF", manifest("Class-Path: y.jar " + other)));

        assertThat(found())
                .containsExactly(jar + ":1:1 has Java take " + other + " along, which nobody looked at;"
                        + " put it into lib/ext, and take it out of the manifest's Class-Path");
    }

    @Test
    void aJarThatTakesAlongWhatLiesBesideItIsTaken() throws IOException {
        jar("y.jar", Map.of("y", new byte[0]));
        jar(Map.of("META-INF/MANIFEST.MF", manifest("Class-Path: y.jar not-there.jar")));

        assertThat(found()).isEmpty();
    }

    @Test
    void anIndexIsReadAsAClassPathIs() throws IOException {
        jar(Map.of(
                "META-INF/INDEX.LIST", "JarIndex-Version: 1.0\n\n../away.jar\nx\n".getBytes(StandardCharsets.UTF_8)));

        assertThat(found()).singleElement().asString().contains("has Java take ../away.jar along");
    }

    @Test
    void twoJarsWithTheSameClassOrComponentAreRefused() throws IOException {
        compile(source("com.example.Mine", "class Mine {}").toString());
        Map<String, byte[]> same =
                Map.of("com/example/Mine.class", Files.readAllBytes(home.resolve("com/example/Mine.class")));
        Path one = jar("mine-1.jar", same);
        Path two = jar("mine-2.jar", same);
        Path three = jar("three.jar", Map.of(POM, VERSION, COMPONENT, new byte[0]));
        Path four = jar("zero.jar", Map.of(POM, VERSION, COMPONENT, new byte[0]));

        assertThat(found())
                .containsExactly(
                        two + ":1:1 holds com/example/Mine.class, which is in " + one + " already; remove one of them",
                        four + ":1:1 holds " + COMPONENT + ", which is in " + three + " already; remove one of them");
    }

    /** Also one that is called as the one we have. */
    @Test
    void aComponentThatWeHaveIsRefused() throws IOException {
        Path jar = jar(
                "camel-log-4.22.0.jar",
                Map.of(POM, VERSION, "META-INF/services/org/apache/camel/component/log", new byte[0]));

        assertThat(found())
                .singleElement()
                .asString()
                .startsWith(jar + ":1:1 holds META-INF/services/org/apache/camel/component/log, which is in ");
    }

    /** Also where only one release of Java would find it. */
    @ParameterizedTest
    @ValueSource(
            strings = {"dev/passcourier/vault/Mine.class", "META-INF/versions/11/dev/passcourier/vault/Mine.class"})
    void aClassInAPackageOfOursIsRefused(String name) throws IOException {
        compile(source("dev.passcourier.vault.Mine", "class Mine {}").toString());
        Path jar = jar(Map.of(
                "META-INF/MANIFEST.MF",
                manifest("Multi-Release: true"),
                name,
                Files.readAllBytes(home.resolve("dev/passcourier/vault/Mine.class"))));

        assertThat(found())
                .containsExactly(
                        jar + ":1:1 holds dev/passcourier/vault/Mine.class, and that package is the service's own;"
                                + " put it into another package");
    }

    @Test
    void aProviderThatIsNamedAndNotThereIsTold() throws IOException {
        String list = "META-INF/services/dev.passcourier.provider.ProviderType";
        Path jar = jar(Map.of(list, "# ours\ncom.example.Nimbs\n".getBytes(StandardCharsets.UTF_8)));

        assertThat(found())
                .containsExactly(
                        jar + ":1:1 " + list + " names com.example.Nimbs, which it does not hold; correct the name");
    }

    private static byte[] manifest(String line) {
        return ("Manifest-Version: 1.0\n" + line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private Path source(String type, String code) throws IOException {
        Path file = home.resolve(type.replace('.', '/') + ".java");
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "package " + type.substring(0, type.lastIndexOf('.')) + ";\n" + code);
    }

    private static void compile(String... arguments) {
        String[] all = Stream.concat(Stream.of("-proc:none", "-cp", ""), Stream.of(arguments))
                .toArray(String[]::new);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, all))
                .isZero();
    }

    private List<String> found() {
        return ExtensionJars.check(home).stream().map(Finding::toString).toList();
    }

    private Path jar(Map<String, byte[]> entries) throws IOException {
        return jar("x.jar", entries);
    }

    private Path jar(String name, Map<String, byte[]> entries) throws IOException {
        Path folder = Files.createDirectories(home.resolve("lib/ext"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = folder.resolve(name);
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
            // The manifest is found where it comes first.
            for (Map.Entry<String, byte[]> entry : new TreeMap<>(entries).entrySet()) {
                jar.putNextEntry(new JarEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        }
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
}
