package dev.passcourier.provider.huaweiecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.SettingsExamples;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuaweiEcsProviderTest {

    private final HuaweiEcsProvider provider = new HuaweiEcsProvider();
    private final SettingsExamples schema = SettingsExamples.of(provider);

    @Test
    void takesItsOwnExamples() throws ConfigurationException {
        assertThat(schema.accounts()).hasSize(2);
        for (AccountSettings account : schema.accounts()) {
            assertThat(schema.broken(account)).isEmpty();
            assertThat(provider.protocol(account).signIn().isPresent())
                    .isEqualTo(provider.endpoints(account).containsKey("sign-in"));
        }
    }

    @Test
    void describesEveryKey() {
        assertThat(schema.undescribed()).isEmpty();
    }

    @Test
    void goesToItsRegion() throws ConfigurationException {
        assertThat(provider.endpoints(schema.accounts().get(0)))
                .containsOnly(Map.entry("api", URI.create("https://ecs.cn-north-4.myhuaweicloud.com")));
        assertThat(provider.endpoints(schema.accounts().get(1)))
                .containsOnly(
                        Map.entry("api", URI.create("https://ecs.ap-southeast-3.myhuaweicloud.com")),
                        Map.entry("sign-in", URI.create("https://iam.ap-southeast-3.myhuaweicloud.com")));
    }

    @Test
    void goesWhereTheSettingsSay() throws ConfigurationException {
        AccountSettings account = SettingsExamples.account("{'region':'eu-de','endpoint':'http://127.0.0.1:1/x/',"
                + "'identityEndpoint':'https://iam.example.com',"
                + "'auth':{'type':'aksk','accessKey':'A','secretKey':'{{env:A}}'}}");

        assertThat(provider.endpoints(account))
                .containsOnly(
                        Map.entry("api", URI.create("http://127.0.0.1:1/x")),
                        Map.entry("sign-in", URI.create("https://iam.example.com")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ecs-v1", "nova-v2.1"})
    void knowsBothPaths(String api) throws ConfigurationException {
        AccountSettings account = SettingsExamples.account(
                "{'region':'r','api':'" + api + "','auth':{'type':'aksk','accessKey':'A','secretKey':'{{env:A}}'}}");

        assertThat(schema.broken(account)).isEmpty();
        assertThat(account.as(HuaweiSettings.class).api().routeParameters())
                .containsValue(api.equals("ecs-v1") ? "cloudservers" : "servers");
    }

    @Test
    void refusesAnEndpointThatIsNone() {
        AccountSettings account = SettingsExamples.account("{'region':'r','endpoint':'https://u:canary@x',"
                + "'auth':{'type':'aksk','accessKey':'A','secretKey':'{{env:A}}'}}");

        assertThatThrownBy(() -> provider.protocol(account))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("endpoint: ")
                .hasMessageNotContaining("canary");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{}                                                                                         | /",
                "{'region':'r'}                                                                             | /",
                "{'region':'r','auth':{'type':'magic'}}                                                     | /auth",
                "{'region':'r','auth':{'type':'aksk','accessKey':'A'}}                                      | /auth",
                "{'region':'r','auth':{'type':'aksk','accessKey':'A','secretKey':'canary'}}                 | /auth",
                "{'region':'r','auth':{'type':'aksk','accessKey':'A','secretKey':'{{env:A}}','user':'u'}}   | /auth",
                "{'region':'r','auth':{'type':'token','user':'u','domain':'d'}}                             | /auth",
                "{'region':'r','auth':{'type':'token','user':'u','domain':'d','password':'canary'}}         | /auth",
                "{'region':'r','api':'v3','auth':{'type':'aksk','accessKey':'A','secretKey':'{{env:A}}'}}   | /api",
                "{'region':'R','auth':{'type':'aksk','accessKey':'A','secretKey':'{{env:A}}'}}              | /region",
                "{'region':'r','projectId':'a/b','auth':{'type':'aksk','accessKey':'A','secretKey':'{{env:A}}'}} | /projectId",
            })
    void refusesOtherSettings(String settings, String place) {
        assertThat(schema.broken(SettingsExamples.account(settings)))
                .isNotEmpty()
                .allMatch(problem -> ("/" + problem.replaceFirst("^/", "")).startsWith(place));
    }
}
