package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.passcourier.cli.Passcourier;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.health.HealthPages;
import dev.passcourier.provider.ProviderCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Containerfile and the manifests for Kubernetes: what they name is there, in each other and in the product. */
class ContainerFilesTest {

    private static final Path CONTAINERFILE = Path.of("config/container/Containerfile");
    private static final Path MANIFESTS = Path.of("config/kubernetes/passcourier.yaml");

    /** In octal: a mounted file that the service takes as a secret, 0440 once fsGroup has made it the group's. */
    private static final List<String> MODES_OF_A_SECRET = List.of("0400", "0440");

    private static String containerfile;
    private static final Map<String, JsonNode> MANIFEST = new HashMap<>();
    private static JsonNode pod;
    private static JsonNode container;

    @TempDir
    private Path folder;

    @BeforeAll
    static void read() throws IOException {
        containerfile = Files.readString(CONTAINERFILE).replace("\\\n", " ");
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        try (var documents = yaml.readerFor(JsonNode.class).<JsonNode>readValues(MANIFESTS.toFile())) {
            documents.forEachRemaining(each -> MANIFEST.put(each.path("kind").asText(), each));
        }
        pod = MANIFEST.get("StatefulSet").at("/spec/template/spec");
        container = pod.path("containers").get(0);
    }

    @Test
    void theImageIsMadeOfTheFolderThatIsShipped() {
        List<String> copied = instructions("COPY").stream()
                .flatMap(words -> List.of(words.split(" ")).stream().limit(words.split(" ").length - 1L))
                .toList();
        assertThat(copied).containsExactlyInAnyOrder("bin", "config", "lib", "routes", "README.md", "bom.json");
        assertThat(Path.of("src/main/bin/optimize")).exists();
        assertThat(instructions("RUN")).anyMatch(run -> run.contains("/usr/share/passcourier/bin/optimize"));
        assertThat(instructions("ENTRYPOINT")).containsExactly("[\"/usr/share/passcourier/bin/passcourier\"]");
        assertThat(instructions("ENV")).containsExactly("PASSCOURIER_CONFIG=/etc/passcourier");
        assertThat(isCommand(instructions("CMD").get(0).replaceAll("[\\[\\]\"]", "")))
                .isTrue();
    }

    @Test
    void theImageRunsAsItsOwnUserByNumber() {
        assertThat(instructions("USER")).hasSize(1).allMatch(user -> user.matches("[1-9][0-9]*:[1-9][0-9]*"));
        int user = containerfile.indexOf("\nUSER ");
        assertThat(containerfile.indexOf("\nRUN ", user)).as("run as that user").isNegative();
        assertThat(instructions("RUN")).anyMatch(run -> run.contains("--uid " + userOfTheImage()));
    }

    @Test
    void thePodMayDoNoMoreThanItMust() {
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        JsonNode security = pod.path("securityContext");
        assertThat(security.path("runAsNonRoot").asBoolean()).isTrue();
        for (String key : List.of("runAsUser", "runAsGroup", "fsGroup")) {
            assertThat(security.path(key).asText()).as(key).isEqualTo(userOfTheImage());
        }
        assertThat(security.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        JsonNode own = container.path("securityContext");
        assertThat(own.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(own.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(own.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
        assertThat(container.at("/resources/requests").fieldNames())
                .toIterable()
                .contains("cpu", "memory");
        assertThat(container.at("/resources/limits").fieldNames()).toIterable().contains("memory");
        for (JsonNode argument : container.path("args")) {
            assertThat(isCommand(argument.asText())).isTrue();
        }
        assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isGreaterThan(30);
    }

    /** A folder of a configMap volume is 0777 without the sticky bit, and a file in it is refused; a projected one is in memory. */
    @Test
    void settingsAndSecretsAreMountedAsTheServiceTakesThem() {
        JsonNode volume = volume("settings").path("projected");
        assertThat(octal(volume.path("defaultMode"))).isIn(MODES_OF_A_SECRET);
        assertThat(volume.path("sources").findValuesAsText("name"))
                .contains(MANIFEST.get("ConfigMap").at("/metadata/name").asText());
        assertThat(mount("settings").path("readOnly").asBoolean()).isTrue();
        assertThat(mount("settings").path("mountPath").asText())
                .isEqualTo(instructions("ENV").get(0).replaceFirst("^PASSCOURIER_CONFIG=", ""));
        assertThat(volume("tmp").at("/emptyDir/medium").asText()).isEqualTo("Memory");
    }

    /** With the default, a kubelet would open each file on the claim to the group at every start, the keys among them. */
    @Test
    void keysOnTheClaimStayTheServicesAlone() {
        assertThat(pod.at("/securityContext/fsGroupChangePolicy").asText()).isEqualTo("OnRootMismatch");
    }

    @Test
    void settingsOfTheManifestAreValidAndInItsVolumes() throws Exception {
        Settings settings = settings();

        String data = mount("data").path("mountPath").asText();
        assertThat(settings.service().dataDirectory().getParent()).isEqualTo(Path.of(data));
        assertThat(MANIFEST.get("StatefulSet")
                        .at("/spec/volumeClaimTemplates/0/metadata/name")
                        .asText())
                .isEqualTo("data");
        Settings.Status status = Objects.requireNonNull(settings.service().status());
        assertThat(status.certificate()).isEqualTo(folder.resolve("tls.crt"));
        assertThat(status.privateKey()).isEqualTo(folder.resolve("tls.key"));
        assertThat(status.host()).isEqualTo("0.0.0.0");
    }

    @Test
    void probesAskWhereTheServiceAnswers() throws Exception {
        int port = Objects.requireNonNull(settings().service().status()).port();
        JsonNode named = container.path("ports").get(0);
        assertThat(named.path("containerPort").asInt()).isEqualTo(port);
        assertThat(MANIFEST.get("Service").at("/spec/ports/0/port").asInt()).isEqualTo(port);
        assertThat(MANIFEST.get("Service").at("/spec/ports/0/targetPort").asText())
                .isEqualTo(named.path("name").asText());
        Map<String, String> paths = Map.of(
                "startupProbe",
                HealthPages.LIVE,
                "livenessProbe",
                HealthPages.LIVE,
                "readinessProbe",
                HealthPages.READY);
        paths.forEach((probe, path) -> {
            JsonNode get = container.path(probe).path("httpGet");
            assertThat(get.path("path").asText()).as(probe).isEqualTo(path);
            assertThat(get.path("port").asText()).isEqualTo(named.path("name").asText());
            assertThat(get.path("scheme").asText())
                    .as("the settings have a certificate")
                    .isEqualTo("HTTPS");
        });
    }

    @Test
    void namesAndLabelsFitOneAnother() {
        JsonNode set = MANIFEST.get("StatefulSet");
        JsonNode labels = set.at("/spec/template/metadata/labels");
        assertThat(MANIFEST.keySet()).containsExactlyInAnyOrder("ConfigMap", "Service", "StatefulSet");
        assertThat(set.at("/spec/selector/matchLabels")).isEqualTo(labels);
        assertThat(MANIFEST.get("Service").at("/spec/selector")).isEqualTo(labels);
        assertThat(set.at("/spec/serviceName"))
                .isEqualTo(MANIFEST.get("Service").at("/metadata/name"));
        List<String> volumes = new ArrayList<>(pod.path("volumes").findValuesAsText("name"));
        volumes.add("data");
        assertThat(volumes).containsAll(container.path("volumeMounts").findValuesAsText("name"));
        assertThat(container.path("image").asText())
                .startsWith("passcourier:")
                .isSubstringOf(containerfile.replace("--tag ", ""));
    }

    /** With the volume in a folder of this test, and in it what the manifest's head says to put there. */
    private Settings settings() throws Exception {
        for (String file : List.of("tls.crt", "tls.key", "status-token")) {
            Path secret = Files.writeString(folder.resolve(file), "CANARY-pod-5e0a1b2c3d4f\n");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--------"));
        }
        String text = MANIFEST.get("ConfigMap")
                .path("data")
                .path(SettingsLoader.FILE_NAME)
                .asText();
        String mounted = mount("settings").path("mountPath").asText();
        Path file =
                Files.writeString(folder.resolve(SettingsLoader.FILE_NAME), text.replace(mounted + "/", folder + "/"));
        return SettingsLoader.load(file, ProviderCatalog.find(), Clock.systemUTC());
    }

    private static boolean isCommand(String name) {
        return Passcourier.commandLine(new String[0]).getSubcommands().containsKey(name);
    }

    private static String userOfTheImage() {
        return instructions("USER").get(0).split(":")[0];
    }

    private static List<String> instructions(String name) {
        return Pattern.compile("(?m)^" + name + " (.*)$")
                .matcher(containerfile)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static JsonNode volume(String name) {
        return named(pod.path("volumes"), name);
    }

    private static JsonNode mount(String name) {
        return named(container.path("volumeMounts"), name);
    }

    private static JsonNode named(JsonNode list, String name) {
        for (JsonNode each : list) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("no " + name + " in " + list);
    }

    /** YAML of Kubernetes takes 0440 for octal, as Jackson does. */
    private static String octal(JsonNode number) {
        return "%04o".formatted(number.asInt());
    }
}
