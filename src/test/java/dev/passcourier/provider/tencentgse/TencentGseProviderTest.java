package dev.passcourier.provider.tencentgse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TencentGseProviderTest {

    private static final String ID = "AKIDEXAMPLE0123456789abcdefghijklmnop";
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1710490530), ZoneOffset.UTC);
    private static final RequestLine LINE = new RequestLine("POST", "/", null);
    private static final PasswordRequest REQUEST = request("ins-gi2lxw", Map.of("fleetId", "fleet-qp3g3caa-iectl8nb"));

    private final TencentGseProvider provider = new TencentGseProvider();

    @TempDir
    private Path folder;

    private Path key;

    @BeforeEach
    void writesTheKey() throws Exception {
        key = write("key", "ExampleSecretKey0123456789abcdef");
    }

    @Test
    void asksWithASignedPost() throws Exception {
        HttpCall call = protocol("").authorize(REQUEST, LINE, null);

        assertThat(call.line().method()).isEqualTo("POST");
        assertThat(call.line().path()).isEqualTo("/");
        assertThat(call.line().query()).isNull();
        assertThat(call.body())
                .isEqualTo("{\"FleetId\":\"fleet-qp3g3caa-iectl8nb\",\"InstanceId\":\"ins-gi2lxw\"}".getBytes(UTF_8));
        assertThat(call.headers())
                .isEqualTo(Map.of(
                        "Content-Type", "application/json; charset=utf-8",
                        "X-TC-Action", "GetInstanceAccess",
                        "X-TC-Version", "2019-11-12",
                        "X-TC-Region", "ap-shanghai",
                        "X-TC-Timestamp", "1710490530",
                        "Authorization",
                                "TC3-HMAC-SHA256 Credential=" + ID + "/2024-03-15/gse/tc3_request, "
                                        + "SignedHeaders=content-type;host, Signature="
                                        + "30cb87cfd7f43544bd02c5c872a06ab2197100c3a25c9d87da094f91947896b3"));
    }

    @Test
    void sendsTokenAndLanguageBesideTheSameSignature() throws Exception {
        Path token = write("token", "temporary");
        HttpCall plain = protocol("").authorize(REQUEST, LINE, null);
        HttpCall more = protocol(",\"token\":\"{{file:" + token + "}}\",\"language\":\"en-US\"")
                .authorize(REQUEST, LINE, null);

        assertThat(more.headers())
                .containsAllEntriesOf(plain.headers())
                .containsEntry("X-TC-Token", "temporary")
                .containsEntry("X-TC-Language", "en-US")
                .hasSize(plain.headers().size() + 2);
    }

    @Test
    void readsCredentialsAfreshForEveryCall() throws Exception {
        Path id = write("id", ID);
        CloudProtocol protocol = protocol(settings("{{file:" + id + "}}", ""));
        String before = protocol.authorize(REQUEST, LINE, null).headers().get("Authorization");
        Files.writeString(id, "AKIDROTATED");
        String after = protocol.authorize(REQUEST, LINE, null).headers().get("Authorization");

        assertThat(before).contains("Credential=" + ID + "/");
        assertThat(after).contains("Credential=AKIDROTATED/");
    }

    @Test
    void triesAgainWhenAKeyCannotBeRead() throws Exception {
        CloudProtocol protocol = protocol("");
        Files.delete(key);

        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> protocol.authorize(REQUEST, LINE, null))
                .extracting(CannotAskException::answer)
                .isEqualTo(new Answer.Retry(TransientFailure.FEW, "SECRET_NOT_READABLE", null));
    }

    @ParameterizedTest
    @CsvSource({
        "https://gse.tencentcloudapi.com, https://gse.tencentcloudapi.com",
        "https://gse.tencentcloudapi.com/, https://gse.tencentcloudapi.com",
        "https://GSE.TencentCloudAPI.com:443, https://gse.tencentcloudapi.com",
        "http://127.0.0.1:80, http://127.0.0.1",
        "http://127.0.0.1:18080, http://127.0.0.1:18080",
    })
    void sendsToTheHostItSigns(String written, String used) throws Exception {
        assertThat(provider.endpoints(account(settings(ID, ",\"endpoint\":\"" + written + "\""))))
                .isEqualTo(Map.of("api", URI.create(used)));
    }

    @Test
    void signsTheServiceAndThePortWhateverTheHost() throws Exception {
        String authorization = protocol(",\"endpoint\":\"http://127.0.0.1:18080\"")
                .authorize(REQUEST, LINE, null)
                .headers()
                .get("Authorization");
        Map<String, String> signed =
                Map.of("content-type", "application/json; charset=utf-8", "host", "127.0.0.1:18080");
        byte[] body = "{\"FleetId\":\"fleet-qp3g3caa-iectl8nb\",\"InstanceId\":\"ins-gi2lxw\"}".getBytes(UTF_8);

        assertThat(authorization)
                .isEqualTo(
                        new Tc3Signer("gse").authorization(ID, Files.readAllBytes(key), CLOCK.instant(), signed, body));
    }

    @Test
    void usesTheAddressOfAllRegionsByDefault() throws Exception {
        assertThat(provider.endpoints(account(settings(ID, ""))))
                .isEqualTo(Map.of("api", URI.create("https://gse.tencentcloudapi.com")));
    }

    @Test
    void refusesAnEndpointWithAPathAsNoSignatureCoversIt() throws Exception {
        AccountSettings account = account(settings(ID, ",\"endpoint\":\"https://proxy.example/gse\""));

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> provider.protocol(account))
                .withMessage("endpoint: must not have a path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void asksForNoInstanceWithoutItsFleet(String fleet) {
        assertRefused(Map.of("fleetId", fleet));
        assertRefused(Map.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'Secret':'canary-1','UserName':'root'} | root",
                "{'UserName':'Administrator','Secret':'canary-1'} | Administrator",
                "{'Secret':'-----BEGIN RSA PRIVATE KEY-----\\ncanary-1\\n'} | ",
                "{'Secret':'canary-1','UserName':null} | ",
                "{'Secret':'canary-1','UserName':''} | ",
                "{'Secret':'canary-1','UserName':7} | ",
                "{'Secret':'canary-1','UserName':'a\\nb'} | ",
            })
    void findsTheSecretAndLeavesItInTheBody(String credentials, String userName) throws Exception {
        HttpReply reply = reply(credentials.replace('\'', '"'));
        Answer answer = read(reply);

        assertThat(answer).asInstanceOf(type(Answer.Found.class)).satisfies(found -> {
            assertThat(found.kind()).isEqualTo("detect");
            assertThat(found.userName()).isEqualTo(userName);
            assertThat(found.secret())
                    .asInstanceOf(type(LockedSecret.InClear.class))
                    .satisfies(clear -> {
                        assertThat(clear.body()).isSameAs(reply.body());
                        assertThat(clear.pointers())
                                .containsExactly(List.of("Response", "InstanceAccess", "Credentials", "Secret"));
                    });
        });
        assertThat(answer.toString()).doesNotContain("canary");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Response\":{\"InstanceAccess\":{\"Credentials\":{\"Secret\":\"\",\"UserName\":\"root\"}}}}",
                "{\"Response\":{\"InstanceAccess\":{\"Credentials\":{\"Secret\":null}}}}",
                "{\"Response\":{\"InstanceAccess\":{\"Credentials\":null}}}",
                "{\"Response\":{\"InstanceAccess\":null,\"RequestId\":\"r\"}}",
                "{\"Response\":{\"RequestId\":\"r\",\"Error\":null}}"
            })
    void waitsForASecretThatIsNotThere(String body) throws Exception {
        assertThat(read(new HttpReply(200, Map.of(), body.getBytes(UTF_8))))
                .isEqualTo(new Answer.NotYet("NO_SECRET_YET"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "null",
                "<html></html>",
                "{\"Response\":null}",
                "{\"Response\":\"x\"}",
                "{\"Response\":{\"InstanceAccess\":{\"Credentials\":{\"Secret\":\"canary"
            })
    void asksAgainIfTheAnswerCannotBeRead(String body) throws Exception {
        assertThat(read(new HttpReply(200, Map.of(), body.getBytes(UTF_8))))
                .isEqualTo(new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null));
    }

    @Test
    void readsTheErrorInsideASuccess() throws Exception {
        String body = "{\"Response\":{\"Error\":{\"Code\":\"ActionOffline\",\"Message\":\"x\"},\"RequestId\":\"r\"}}";

        assertThat(read(new HttpReply(200, Map.of(), body.getBytes(UTF_8))))
                .isEqualTo(new Answer.Ended(Verdict.PROVIDER_GONE, "ActionOffline"));
    }

    @ParameterizedTest
    @CsvSource({"500, SERVER", "502, SERVER", "503, SERVER", "504, SERVER", "429, THROTTLED"})
    void asksAgainAfterAFailedGateway(int status, TransientFailure failure) throws Exception {
        HttpReply reply = new HttpReply(status, Map.of("retry-after", "5"), "<html>".getBytes(UTF_8));

        assertThat(read(reply)).isEqualTo(new Answer.Retry(failure, "HTTP_" + status, Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @CsvSource({"301, FAILED", "400, FAILED", "403, DENIED", "404, FAILED"})
    void endsAtAnyOtherStatus(int status, Verdict verdict) throws Exception {
        assertThat(read(new HttpReply(status, Map.of(), new byte[0])))
                .isEqualTo(new Answer.Ended(verdict, "HTTP_" + status));
    }

    @Test
    void takesSettingsAsTheSchemaHasThem() throws Exception {
        assertThat(violations(settings(ID, ""))).isEmpty();
        assertThat(violations(settings(
                        "{{env:ID}}",
                        ",\"endpoint\":\"https://gse.ap-shanghai.tencentcloudapi.com\",\"token\":\"{{env:T}}\","
                                + "\"language\":\"zh-CN\"")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | required",
                "{'region':'ap-shanghai','secretId':'a','secretKey':'plain'} | pattern",
                "{'region':'ap-shanghai','secretId':'{{x}}','secretKey':'{{env:K}}'} | pattern",
                "{'region':'AP SHANGHAI','secretId':'a','secretKey':'{{env:K}}'} | pattern",
                "{'region':'a','secretId':'a','secretKey':'{{env:K}}','endpoint':'https://x/y'} | pattern",
                "{'region':'a','secretId':'a','secretKey':'{{env:K}}','language':'de'} | enum",
                "{'region':'a','secretId':'a','secretKey':'{{env:K}}','token':'plain'} | pattern",
                "{'region':'a','secretId':'a','secretKey':'{{env:K}}','x':1} | additionalProperties",
            })
    void refusesSettingsThatDoNotFit(String settings, String keyword) throws Exception {
        assertThat(violations(settings.replace('\'', '"')))
                .extracting(Error::getKeyword)
                .contains(keyword);
    }

    private void assertRefused(Map<String, String> parameters) {
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> protocol("").authorize(request("ins-gi2lxw", parameters), LINE, null))
                .extracting(CannotAskException::answer)
                .isEqualTo(new Answer.Ended(Verdict.REFUSED, "PARAMETER_FLEETID"));
    }

    private Answer read(HttpReply reply) throws Exception {
        return protocol("").read(REQUEST, reply);
    }

    @ParameterizedTest
    @CsvSource({
        "key, AuthFailure.SignatureFailure",
        "id, AuthFailure.SecretIdNotFound",
        "token, AuthFailure.InvalidAuthorization"
    })
    void restsKeysThatWereRefusedUntilOneOfThemChanges(String changed, String code) throws Exception {
        Map<String, Path> files = Map.of("key", key, "id", write("id", ID), "token", write("token", "temporary"));
        CloudProtocol protocol = protocol(
                settings("{{file:" + files.get("id") + "}}", ",\"token\":\"{{file:" + files.get("token") + "}}\""));
        Answer.Ended refused =
                new Answer.Ended(Verdict.DENIED, code, CLOCK.instant().plusSeconds(300));

        protocol.authorize(REQUEST, LINE, null);
        assertThat(protocol.read(REQUEST, error("AuthFailure.UnauthorizedOperation")))
                .as("who may not do it has signed in")
                .isEqualTo(new Answer.Ended(Verdict.DENIED, "AuthFailure.UnauthorizedOperation"));
        protocol.authorize(REQUEST, LINE, null);
        assertThat(protocol.read(REQUEST, error(code))).isEqualTo(refused);

        assertThat(protocol.refusal()).contains(refused);
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> protocol.authorize(REQUEST, LINE, null))
                .extracting(CannotAskException::answer)
                .isEqualTo(refused);
        Files.writeString(files.get(changed), "mended");
        protocol.authorize(REQUEST, LINE, null);
        protocol.read(REQUEST, reply("{\"UserName\":\"a\",\"Secret\":\"b\"}"));
        assertThat(protocol.refusal()).isEmpty();
    }

    private static HttpReply error(String code) {
        String body = "{\"Response\":{\"Error\":{\"Code\":\"" + code + "\",\"Message\":\"m\"},\"RequestId\":\"r\"}}";
        return new HttpReply(200, Map.of(), body.getBytes(UTF_8));
    }

    private CloudProtocol protocol(String more) throws Exception {
        String json = more.startsWith("{") ? more : settings(ID, more);
        return provider.protocol(account(json));
    }

    private String settings(String id, String more) {
        return "{\"region\":\"ap-shanghai\",\"secretId\":\"%s\",\"secretKey\":\"{{file:%s}}\"%s}"
                .formatted(id, key, more);
    }

    private Path write(String name, String content) throws Exception {
        Path file = Files.createFile(
                folder.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    private static AccountSettings account(String json) throws Exception {
        return new AccountSettings("games", new ObjectMapper().readTree(json), CLOCK);
    }

    private static List<Error> violations(String settings) throws Exception {
        try (InputStream schema = TencentGseProvider.class.getResourceAsStream("tencent-gse.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema)
                    .validate(settings, InputFormat.JSON);
        }
    }

    private static PasswordRequest request(String instance, Map<String, String> parameters) {
        return new PasswordRequest("r-1", "games", instance, parameters, null, List.of("inbox"), null, null, null);
    }

    private static HttpReply reply(String credentials) {
        String body = "{\"Response\":{\"InstanceAccess\":{\"Credentials\":" + credentials
                + ",\"FleetId\":\"f\",\"InstanceId\":\"i\",\"IpAddress\":\"9.12.5.87\"},\"RequestId\":\"r\"}}";
        return new HttpReply(200, Map.of(), body.getBytes(UTF_8));
    }
}
