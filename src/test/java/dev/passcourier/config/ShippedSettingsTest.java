package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.passcourier.provider.ProviderCatalog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings file we ship is valid as it is, and with every comment mark removed. */
class ShippedSettingsTest {

    private static final Path SHIPPED = Path.of("config", SettingsLoader.FILE_NAME);

    @TempDir
    private Path home;

    private SettingsBench bench;

    @BeforeEach
    void layOut() throws Exception {
        bench = new SettingsBench(home);
        for (String secret : List.of("keys/production.pem", "keys/kakao.pem", "secrets/kakaocloud", "secrets/zstack")) {
            bench.put(secret, "CANARY-shipped", "rw-------");
        }
        byte[] key = KeyPairGenerator.getInstance("RSA")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                .formatted(Base64.getMimeEncoder().encodeToString(key));
        bench.put("recipients/operations.pem", pem, "rw-r--r--");
        bench.put("signers/pipeline.pem", pem, "rw-r--r--");
    }

    @Test
    void isValidAsItIs() throws Exception {
        assertThat(load(Files.readString(SHIPPED)).accounts()).isEmpty();
    }

    /** Its data directory has a name below the one that the unit makes, so that a restore can move it aside. */
    @Test
    void thoseOfTheDebianPackageAreValid() throws Exception {
        assertThat(load(Files.readString(Path.of("src/main/deb", SettingsLoader.FILE_NAME)))
                        .service()
                        .dataDirectory())
                .isEqualTo(Path.of("/var/lib/passcourier/data"));
    }

    @Test
    void isValidWithEveryExampleInUse() throws Exception {
        String inUse = Files.readString(SHIPPED).replaceAll("(?m)^#(?! \\S)", "");

        Settings settings = load(inUse);

        assertThat(settings.accounts()).hasSize(3);
        assertThat(settings.destinations()).hasSize(4);
        assertThat(settings.policy().rules()).hasSize(2);
        assertThat(settings.ledger().url()).isNotNull();
        Path file = bench.put("config/passcourier.yaml", inUse, "rw-r--r--");
        assertThat(loader().check(file).findings().inOrder())
                .as("what no request can match or reach")
                .isEmpty();
    }

    @Test
    void aKeyRingServesOneCloudOnly() throws Exception {
        String shared = Files.readString(SHIPPED)
                .replaceAll("(?m)^#(?! \\S)", "")
                .replace("keyRing: kakao", "keyRing: production");

        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> load(shared))
                .satisfies(e -> assertThat(e.findings())
                        .filteredOn(finding -> finding.level() == Finding.Level.ERROR)
                        .singleElement()
                        .asString()
                        .contains("accounts.kakao-prod.keyRing: serves an account of huawei-ecs already"));
    }

    @Test
    void aKeyRingServesSeveralAccountsOnlyIfItNamesThem() throws Exception {
        String second =
                Files.readString(SHIPPED).replaceAll("(?m)^#(?! \\S)", "").replaceFirst("(?m)^  kakao-prod:$", """
                          huawei-other:
                            provider: huawei-ecs
                            keyRing: production
                            settings: {region: cn-north-4, projectId: other, auth: {type: aksk, \
                        accessKey: AKEXAMPLE0123456789A, secretKey: "{{env:HUAWEICLOUD_SDK_SK}}"}}
                          kakao-prod:""");

        assertThat(findings(second))
                .containsExactly("accounts.huawei-other.keyRing: does not serve this account; give each project its own"
                        + " ring, or name its accounts under keyRings.production.accounts");
        assertThat(findings(serving(second, "huawei-prod, huawei-other"))).isEmpty();
        assertThat(findings(serving(second, "huawei-other")))
                .singleElement()
                .asString()
                .startsWith("accounts.huawei-prod.keyRing: does not serve this account");
        assertThat(findings(serving(second, "huawei-prod, huawei-other, huawai-prod")))
                .containsExactly("keyRings.production.accounts[2]: is not defined under 'accounts'; did you mean"
                        + " 'huawei-prod'?");
    }

    private static String serving(String settings, String accounts) {
        return settings.replaceFirst("(?m)^  production:$", "  production:\n    accounts: [" + accounts + "]");
    }

    private List<String> findings(String yaml) throws Exception {
        try {
            load(yaml);
            return List.of();
        } catch (InvalidConfigurationException e) {
            return e.findings().stream()
                    .filter(finding -> finding.level() == Finding.Level.ERROR)
                    .map(finding -> finding.toString().replaceFirst("^\\S+ ", ""))
                    .toList();
        }
    }

    private Settings load(String yaml) throws Exception {
        Path file = bench.put("config/passcourier.yaml", yaml, "rw-r--r--");
        return loader().read(file);
    }

    /** Made up; a webhook's is base64 as its receiver's library takes it. */
    private static String secret(String name) {
        String made = "CANARY-" + name;
        return name.endsWith("_HOOK_SECRET")
                ? "whsec_" + Base64.getEncoder().encodeToString(made.repeat(2).getBytes(StandardCharsets.UTF_8))
                : made;
    }

    private static SettingsLoader loader() {
        return new SettingsLoader(ProviderCatalog.find(), ShippedSettingsTest::secret, Clock.systemUTC());
    }
}
