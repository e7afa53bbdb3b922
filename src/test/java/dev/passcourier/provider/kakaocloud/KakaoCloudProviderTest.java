package dev.passcourier.provider.kakaocloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.SecretFiles;
import dev.passcourier.provider.SettingsExamples;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KakaoCloudProviderTest {

    private final KakaoCloudProvider provider = new KakaoCloudProvider();
    private final SettingsExamples schema = SettingsExamples.of(provider);

    @TempDir
    private Path folder;

    @Test
    void takesItsOwnExamples() throws ConfigurationException {
        assertThat(schema.accounts()).hasSize(3);
        for (AccountSettings account : schema.accounts()) {
            assertThat(schema.broken(account)).isEmpty();
            assertThat(provider.protocol(account).signIn()).isPresent();
            assertThat(provider.endpoints(account))
                    .containsOnly(
                            Map.entry("api", URI.create("https://bcs.kr-central-2.kakaocloud.com")),
                            Map.entry("sign-in", URI.create("https://iam.kakaocloud.com")));
        }
    }

    @Test
    void describesEveryKey() {
        assertThat(schema.undescribed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{}                                                                          | /",
                "{'auth':{}}                                                                 | /auth",
                "{'auth':{'type':'magic'}}                                                   | /auth",
                "{'auth':{'type':'access-key','id':'x'}}                                     | /auth",
                "{'auth':{'type':'access-key','id':'x','secret':'canary'}}                   | /auth/secret",
                "{'auth':{'type':'access-key','id':'x','secret':'{{env:A}}','name':'y'}}     | /auth/name",
                "{'auth':{'type':'named-access-key','name':'x','secret':'{{env:A}}'}}        | /auth",
                "{'auth':{'type':'password','user':'x','password':'{{env:A}}'}}              | /auth",
                "{'region':'a.b','auth':{'type':'access-key','id':'x','secret':'{{env:A}}'}} | /region",
                "{'endpoint':'x','auth':{'type':'access-key','id':'x','secret':'{{env:A}}'}} | /endpoint",
                "{'other':'x','auth':{'type':'access-key','id':'x','secret':'{{env:A}}'}}    | /",
            })
    void refusesOtherSettings(String settings, String place) {
        assertThat(schema.broken(SettingsExamples.account(settings)))
                .isNotEmpty()
                .allMatch(problem -> ("/" + problem.replaceFirst("^/", "")).startsWith(place));
    }

    @Test
    void goesWhereTheSettingsSay() throws ConfigurationException {
        AccountSettings account =
                SettingsExamples.account("{'region':'kr-gov-1','identityEndpoint':'http://127.0.0.1:8081/',"
                        + "'auth':{'type':'access-key','id':'x','secret':'{{env:A}}'}}");

        assertThat(provider.endpoints(account))
                .containsOnly(
                        Map.entry("api", URI.create("https://bcs.kr-gov-1.kakaocloud.com")),
                        Map.entry("sign-in", URI.create("http://127.0.0.1:8081")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x", "https://u:p@x", "https://x?y"})
    void refusesAnEndpointThatIsNone(URI endpoint) {
        KakaoCloudSettings settings = new KakaoCloudSettings(
                null, endpoint, null, new KakaoCloudSettings.AccessKey("x", new SecretRef("{{env:A}}")));

        assertThatThrownBy(() -> KakaoCloudProvider.endpoints(settings))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("endpoint: ");
    }

    @Test
    void signsInEachOfThreeWays() throws Exception {
        SecretRef secret = SecretFiles.write(folder, "canary");

        assertThat(identity(new KakaoCloudSettings.AccessKey("k", secret)))
                .isEqualTo(tree("{'methods':['application_credential'],"
                        + "'application_credential':{'id':'k','secret':'canary'}}"));
        assertThat(identity(new KakaoCloudSettings.NamedAccessKey("n", "u", secret)))
                .isEqualTo(tree("{'methods':['application_credential'],"
                        + "'application_credential':{'name':'n','secret':'canary','user':{'id':'u'}}}"));
        assertThat(body(new KakaoCloudSettings.UserPassword("u", secret, "org", "prj")))
                .isEqualTo(tree("{'auth':{'identity':{'methods':['password'],"
                        + "'password':{'user':{'name':'u','password':'canary','domain':{'name':'org'}}}},"
                        + "'scope':{'project':{'name':'prj','domain':{'name':'org'}}}}}"));
    }

    private static JsonNode identity(KakaoCloudSettings.Auth auth) throws Exception {
        return body(auth).at("/auth/identity");
    }

    private static JsonNode body(KakaoCloudSettings.Auth auth) throws Exception {
        KakaoCloudSettings settings = new KakaoCloudSettings(null, null, null, auth);
        HttpCall call = KakaoCloudProvider.protocol(settings, Clock.systemUTC())
                .signIn()
                .orElseThrow()
                .call();
        assertThat(call.line().path()).isEqualTo("/identity/v3/auth/tokens");
        assertThat(call.line().query()).isNull();
        assertThat(call.headers()).containsEntry("Content-Type", "application/json");
        return new ObjectMapper().readTree(call.body());
    }

    private static JsonNode tree(String json) throws Exception {
        return new ObjectMapper().readTree(json.replace('\'', '"'));
    }
}
