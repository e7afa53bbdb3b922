package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The folder that {@code mvn package} has made. */
class ShippedFolderIT {

    private static Path folder;
    private static JsonNode bom;

    @BeforeAll
    static void find() throws IOException {
        try (Stream<Path> made = Files.list(Path.of("target"))) {
            folder = made.filter(path -> path.getFileName().toString().matches("passcourier-[0-9.]+"))
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(folder.resolve("bom.json"))
                .as("the bill of materials; its plugin works online only: build without -o")
                .exists();
        bom = new ObjectMapper().readTree(folder.resolve("bom.json").toFile());
    }

    @Test
    void holdsWhatAUserNeeds() {
        assertThat(List.of("bin", "config", "lib", "routes", "README.md", ".github/SECURITY.md", "bom.json"))
                .allSatisfy(name -> assertThat(folder.resolve(name)).exists());
        assertThat(folder.resolve("bin/passcourier")).isExecutable();
    }

    @Test
    void itsPagesLeadToOneAnother() throws IOException {
        List<MarkdownPage> pages = MarkdownPage.below(folder);
        assertThat(pages).hasSameSizeAs(MarkdownPage.below(Path.of("")));
        for (MarkdownPage page : pages) {
            assertThat(page.broken()).isEmpty();
        }
    }

    @Test
    void whatRehearsesWithTheServiceIsInAJarOfItsOwn() throws Exception {
        List<Path> lib;
        try (Stream<Path> jars = Files.list(folder.resolve("lib"))) {
            lib = jars.sorted().toList();
        }
        List<Path> ours = lib.stream()
                .filter(jar -> jar.getFileName().toString().startsWith("passcourier-"))
                .toList();
        assertThat(ours).hasSize(2);
        Path rehearsal = ours.get(0);
        Path service = ours.get(1);

        assertThat(classes(rehearsal)).isNotEmpty().allMatch(ShippedFolderIT::isOfTheRehearsal);
        assertThat(classes(service)).contains("dev/passcourier/App.class").noneMatch(ShippedFolderIT::isOfTheRehearsal);
        assertThat(help(lib)).contains("  run ", "  demo ", "  sandbox ");
        assertThat(help(lib.stream().filter(jar -> !jar.equals(rehearsal)).toList()))
                .contains("  run ")
                .doesNotContain("  demo ", "  sandbox ");
    }

    private static boolean isOfTheRehearsal(String type) {
        return type.matches("dev/passcourier/(demo|sandbox)/.*");
    }

    private static List<String> classes(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .toList();
        }
    }

    private static String help(List<Path> jars) throws Exception {
        String path = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        path,
                        "dev.passcourier.App",
                        "--help")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void itsBillOfMaterialsNamesExactlyTheLibrariesByTheirHashes() throws Exception {
        Map<String, String> listed = new TreeMap<>();
        for (JsonNode component : bom.path("components")) {
            listed.put(sha256(component), component.path("purl").asText());
        }
        Map<String, String> shipped = new TreeMap<>();
        try (Stream<Path> jars = Files.list(folder.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                if (!jar.getFileName().toString().startsWith("passcourier-")) {
                    shipped.put(sha256(jar), jar.getFileName().toString());
                }
            }
        }
        assertThat(listed).hasSameSizeAs(bom.path("components"));
        assertThat(listed.keySet())
                .as("listed: %s%nshipped: %s", listed, shipped)
                .isEqualTo(shipped.keySet());
    }

    @Test
    void itsBillOfMaterialsIsOfThisProgramAndNotOfThisDay() {
        assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(bom.path("metadata").path("component").path("name").asText()).isEqualTo("passcourier");
        assertThat(bom.path("metadata").has("timestamp")).isFalse();
    }

    private static String sha256(JsonNode component) {
        for (JsonNode hash : component.path("hashes")) {
            if (hash.path("alg").asText().equals("SHA-256")) {
                return hash.path("content").asText();
            }
        }
        throw new AssertionError("no SHA-256 of " + component.path("purl"));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
