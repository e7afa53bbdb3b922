package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFilesTest {

    private static DemoClouds clouds;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        clouds = DemoClouds.start(Clock.systemUTC(), 0, 2);
    }

    @AfterAll
    static void stop() {
        clouds.close();
    }

    @Test
    void keepsEverythingToTheOwner() throws IOException {
        DemoFiles files = DemoFiles.write(folder.resolve("data/sandbox"), clouds);

        try (Stream<Path> all = Files.walk(files.directory())) {
            assertThat(all).hasSize(11).allSatisfy(path -> assertThat(Files.getPosixFilePermissions(path))
                    .isEqualTo(PosixFilePermissions.fromString(Files.isDirectory(path) ? "rwx------" : "rw-------")));
        }
    }

    @Test
    void writesAccountsThatTheServiceTakes() throws Exception {
        DemoFiles files = DemoFiles.write(folder.resolve("sandbox"), clouds);
        Path config = Files.createDirectories(folder.resolve("config"));
        Files.copy(files.accounts(), config.resolve(SettingsLoader.FILE_NAME));

        Settings settings = SettingsLoader.load(
                config.resolve(SettingsLoader.FILE_NAME), ProviderCatalog.find(), Clock.systemUTC());

        assertThat(settings.accounts())
                .containsOnlyKeys(
                        DemoClouds.KAKAO_ACCOUNT,
                        DemoClouds.ZSTACK_ACCOUNT,
                        DemoClouds.GSE_ACCOUNT,
                        DemoClouds.HUAWEI_ACCOUNT);
        assertThat(settings.keyRings()).containsOnlyKeys(DemoClouds.KAKAO_ACCOUNT, DemoClouds.HUAWEI_ACCOUNT);
    }

    @Test
    void writesTheKeyThatOpensTheFirstMachinesPassword() throws Exception {
        DemoFiles files = DemoFiles.write(folder.resolve("sandbox"), clouds);
        JsonNode first = Json.read(Files.readAllBytes(files.instances())).path(0);
        String token = Client.send(
                        "POST",
                        clouds.kakaoCloud().iamUrl() + "/identity/v3/auth/tokens",
                        "{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":"
                                + "{\"id\":\"" + clouds.kakaoCloud().credentialId() + "\",\"secret\":\""
                                + Files.readString(files.directory().resolve("secrets/kakaocloud")) + "\"}}}}",
                        "Content-Type",
                        "application/json")
                .header("X-Subject-Token");

        String ciphertext = Client.get(
                        clouds.kakaoCloud().baseUrl() + "/api/v1/instances/"
                                + first.path("instance").asText() + "/password",
                        "X-Auth-Token",
                        token)
                .json()
                .path("password")
                .asText();

        PrivateKey key = privateKey(files.directory().resolve("keys/kakaocloud.pem"));
        assertThat(KeyPairs.open(ciphertext, key))
                .isEqualTo(first.path("password").asText());
    }

    @Test
    void writesOverWhatAnEarlierRunLeft() throws IOException {
        Path directory = folder.resolve("sandbox");
        DemoFiles.write(directory, clouds);

        assertThat(DemoFiles.write(directory, clouds).accounts()).isNotEmptyFile();
    }

    @Test
    void refusesADirectoryThatOthersMayLookInto() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatIOException()
                .isThrownBy(() -> DemoFiles.write(open, clouds))
                .withMessageContaining("is open to others: chmod 700 it");
        assertThat(open).isEmptyDirectory();
    }

    @Test
    void listsMachinesInManyStates() {
        List<DemoInstance> machines = clouds.instances();

        assertThat(machines).extracting(DemoInstance::instance).doesNotHaveDuplicates();
        assertThat(machines.stream().filter(each -> each.state().equals("ready")))
                .hasSize(8);
        assertThat(machines)
                .extracting(DemoInstance::state)
                .contains("masked by the server", "Linux: never a password");
        assertThat(machines.get(0).toString()).doesNotContain("Sandbox-");
    }

    private static PrivateKey privateKey(Path pem) throws Exception {
        String base64 = Files.readString(pem).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }
}
