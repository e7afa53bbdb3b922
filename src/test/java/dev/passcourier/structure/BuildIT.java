package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The build itself: it stops at what it bans, and makes the same again. Offline, as it runs within a build. */
class BuildIT {

    @TempDir
    private Path directory;

    @Test
    void aBannedModuleStopsTheBuild() throws Exception {
        Path jar = Files.createFile(directory.resolve("camel-exec.jar"));
        String banned = "<dependency><groupId>org.apache.camel</groupId><artifactId>camel-exec</artifactId>"
                + "<version>4.22.0</version><scope>system</scope><systemPath>" + jar + "</systemPath></dependency>";
        String pom = Files.readString(Path.of("pom.xml"));
        int end = pom.lastIndexOf("</dependencies>", pom.indexOf("<build>"));
        Files.writeString(directory.resolve("pom.xml"), pom.substring(0, end) + banned + pom.substring(end));

        Said said = maven("validate");

        assertThat(said.exit()).isNotZero();
        assertThat(said.text())
                .contains("org.apache.camel:camel-exec:jar:4.22.0", "banned")
                .contains("house-rules");
    }

    /** Elsewhere, later, and without the checks that add nothing to them; the bill of materials, whose plugin works online only, is the same file. */
    @Test
    void twoBuildsMakeTheSameJarsAndPackagesByteForByte() throws Exception {
        for (String part :
                List.of(".mvn", ".github", "pom.xml", "README.md", "src/main", "routes", "config", "target/bom.json")) {
            copy(Path.of(part));
        }
        // Of the tests what is for others, which needs no more of ours.
        for (String source : contract()) {
            copy(Path.of("src/test/java").resolve(source));
        }

        Said said = maven("package", "-Pfast", "-DskipTests", "-Dcyclonedx.skip=true");

        assertThat(said.exit()).as(said.text()).isZero();
        List<Path> made = made(Path.of("target"));
        assertThat(made).hasSize(6);
        for (Path each : made) {
            assertThat(directory.resolve(each)).hasSameBinaryContentAs(each);
        }
    }

    private static Set<String> contract() throws IOException {
        Path made = made(Path.of("target")).stream()
                .filter(jar -> jar.toString().endsWith("-contract.jar"))
                .findFirst()
                .orElseThrow();
        try (JarFile jar = new JarFile(made.toFile())) {
            return jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replaceFirst("([$].*)?[.]class$", ".java"))
                    .collect(Collectors.toSet());
        }
    }

    private void copy(Path part) throws IOException {
        try (Stream<Path> all = Files.walk(part)) {
            for (Path each : all.toList()) {
                Path copied = directory.resolve(each);
                Files.createDirectories(copied.getParent());
                Files.copy(each, copied);
            }
        }
    }

    private static List<Path> made(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().matches(".*\\.(jar|tar\\.gz|deb)|SHA256SUMS"))
                    .toList();
        }
    }

    private record Said(int exit, String text) {}

    private Said maven(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("mvn", "-o", "-B", "-q"));
        command.addAll(List.of(arguments));
        Path said = directory.resolve("said");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES))
                    .as("ended in time")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Said(process.exitValue(), Files.readString(said));
    }
}
