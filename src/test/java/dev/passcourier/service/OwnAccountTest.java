package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.CloudsYaml;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.fetch.DirectAnswer;
import dev.passcourier.fetch.DirectOrder;
import dev.passcourier.provider.Environment;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.OneTimeKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Accounts that are in no settings: what the environment says of them. */
class OwnAccountTest {

    private static final String CANARY = "Canary-9c02!own";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path person;

    private Environment environment(Map<String, String> variables, Map<String, String> given) {
        return new Environment(variables::get, Map.of(), given);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "huawei-ecs | HUAWEICLOUD_SDK_AK=AK HUAWEICLOUD_SDK_SK=x HUAWEICLOUD_SDK_REGION=r-1"
                        + " HUAWEICLOUD_SDK_PROJECT_ID=p |"
                        + " {'region':'r-1','projectId':'p','auth':{'type':'aksk','accessKey':'AK','secretKey':'{{env:HUAWEICLOUD_SDK_SK}}'}}",
                "huawei-ecs | HW_ACCESS_KEY=AK HW_SECRET_KEY=x HW_REGION_NAME=r-1 HW_SECURITY_TOKEN=t |"
                        + " {'region':'r-1','auth':{'type':'aksk','accessKey':'AK','secretKey':'{{env:HW_SECRET_KEY}}','securityToken':'{{env:HW_SECURITY_TOKEN}}'}}",
                "tencent-gse | TENCENTCLOUD_SECRET_ID=ID TENCENTCLOUD_SECRET_KEY=x TENCENTCLOUD_TOKEN=t"
                        + " TENCENTCLOUD_REGION=ap-1 |"
                        + " {'region':'ap-1','secretId':'ID','secretKey':'{{env:TENCENTCLOUD_SECRET_KEY}}','token':'{{env:TENCENTCLOUD_TOKEN}}'}",
                "kakaocloud | KAKAOCLOUD_APPLICATION_CREDENTIAL_ID=ID KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET=x |"
                        + " {'auth':{'type':'access-key','id':'ID','secret':'{{env:KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET}}'}}",
                "openstack-nova | OS_AUTH_URL=https://k/v3 OS_USERNAME=u OS_PASSWORD=x OS_PROJECT_ID=p"
                        + " OS_USER_DOMAIN_NAME=d OS_REGION_NAME=r |"
                        + " {'identityEndpoint':'https://k/v3','region':'r','auth':{'type':'password','user':'u','password':'{{env:OS_PASSWORD}}','userDomain':'d','projectId':'p'}}",
                "openstack-nova | OS_AUTH_URL=https://k OS_APPLICATION_CREDENTIAL_ID=c"
                        + " OS_APPLICATION_CREDENTIAL_SECRET=x |"
                        + " {'identityEndpoint':'https://k','auth':{'secret':'{{env:OS_APPLICATION_CREDENTIAL_SECRET}}','type':'application-credential','id':'c'}}",
                "openstack-nova | OS_AUTH_URL=https://k OS_APPLICATION_CREDENTIAL_NAME=c OS_USER_ID=u"
                        + " OS_APPLICATION_CREDENTIAL_SECRET=x |"
                        + " {'identityEndpoint':'https://k','auth':{'secret':'{{env:OS_APPLICATION_CREDENTIAL_SECRET}}','type':'named-application-credential','name':'c','userId':'u'}}"
            })
    void takesWhatTheCloudsOwnToolsTake(String provider, String variables, String settings) throws Exception {
        ProviderType type = ProviderCatalog.find().get(provider);

        JsonNode found = type.settings(environment(read(variables), Map.of()));

        assertThat(found).isEqualTo(JSON.readTree(settings.replace('\'', '"')));
    }

    private static Map<String, String> read(String variables) {
        return List.of(variables.split(" ")).stream()
                .map(each -> each.split("=", 2))
                .collect(java.util.stream.Collectors.toMap(each -> each[0], each -> each[1]));
    }

    @ParameterizedTest
    @CsvSource({
        "huawei-ecs, HUAWEICLOUD_SDK_REGION",
        "tencent-gse, TENCENTCLOUD_REGION",
        "kakaocloud, KAKAOCLOUD_APPLICATION_CREDENTIAL_ID",
        "openstack-nova, OS_AUTH_URL",
        "zstack, name one in the settings"
    })
    void saysWhatIsMissing(String provider, String missing) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> ProviderCatalog.find().get(provider).settings(environment(Map.of(), Map.of())))
                .withMessageContaining(missing);
    }

    @Test
    void sendsNoCredentialsInClearBeyondThisMachine() {
        Map<String, String> variables = read("HUAWEICLOUD_SDK_AK=AK HUAWEICLOUD_SDK_SK=x HUAWEICLOUD_SDK_REGION=r-1");

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> DirectAccount.own(
                        Path.of(""),
                        ProviderCatalog.find().get("huawei-ecs"),
                        environment(variables, Map.of("endpoint", "http://ecs.example.com")),
                        KeyRing.empty(),
                        person,
                        false,
                        Clock.systemUTC()))
                .withMessageContaining("--insecure");
    }

    @Test
    void getsAPasswordWithNothingButCloudsYaml() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        try (HuaweiEcsSandbox cloud = HuaweiEcsSandbox.start(Clock.systemUTC())) {
            cloud.addInstance("i-1", CANARY, pair.getPublic());
            Path folder = Files.createDirectories(person.resolve(".config/openstack"));
            Files.writeString(folder.resolve("clouds.yaml"), """
                common: &common
                  user_domain_name: %s
                  project_domain_name: %s
                clouds:
                  prod:
                    region_name: %s
                    auth:
                      <<: *common
                      auth_url: %s/v3
                      username: %s
                      project_name: %s
                """.formatted(
                            cloud.domainName(),
                            cloud.domainName(),
                            cloud.projectName(),
                            cloud.iamUrl(),
                            cloud.userName(),
                            cloud.projectName()));
            Files.writeString(
                    folder.resolve("secure.yaml"),
                    "clouds: {prod: {auth: {password: \"" + cloud.userPassword() + "\"}}}\n");
            Path key = Files.createFile(
                    person.resolve("windows.pem"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    key,
                    "-----BEGIN PRIVATE KEY-----\n"
                            + Base64.getMimeEncoder()
                                    .encodeToString(pair.getPrivate().getEncoded())
                            + "\n-----END PRIVATE KEY-----\n");
            Path data = person.resolve("data");

            DirectAnswer answer;
            OneTimeKey mine = OneTimeKey.generate();
            try (DirectAccount account = DirectAccount.own(
                    Path.of(""),
                    ProviderCatalog.find().get("openstack-nova"),
                    new Environment(name -> null, CloudsYaml.read("prod", name -> null, person), Map.of()),
                    KeyRing.load("own", List.of(new KeyRing.Source(key, null))),
                    data,
                    false,
                    Clock.systemUTC())) {
                answer = account.get(
                        new DirectOrder(
                                "cli-1", "openstack-nova", "i-1", null, null, DirectOrder.ASKER, mine.publicJwk(), 1),
                        Duration.ZERO,
                        (next, why, attempts) -> {});
            }

            assertThat(answer.isDone()).as(answer.code()).isTrue();
            var shown = new ByteArrayOutputStream();
            try (var opened = mine.open(answer.sealed(), Clock.systemUTC())) {
                opened.writeSecretTo(shown);
            }
            assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo(CANARY);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                    .isEqualTo("rwx------");
            assertThat(Files.readString(data.resolve("audit/audit-000000000000001.jsonl")))
                    .contains("own-credentials")
                    .doesNotContain(CANARY, cloud.userPassword());
        }
    }
}
