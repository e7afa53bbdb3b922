package dev.passcourier.provider.zstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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

class ZStackProviderTest {

    private static final String VM = "3bc9f63f0de6492991c59bef96b27565";
    private static final RequestLine LINE =
            new RequestLine("GET", "/v1/vm-instances/" + VM + "/console-passwords", null);
    private static final String SESSION_ID = "64bdb6ac8c3044d589ab6a0e96745fc2";
    private static final Instant NOW = Instant.parse("2024-03-15T08:15:30Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final Session SESSION = new Session(SESSION_ID, NOW.plusSeconds(60), Map.of());

    private final ZStackProvider provider = new ZStackProvider();

    @TempDir
    private Path folder;

    private Path secret;

    @BeforeEach
    void writesTheSecret() throws Exception {
        secret = Files.createFile(
                folder.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, "password");
    }

    @Test
    void signsInWithTheHashOfThePassword() throws Exception {
        HttpCall call = signIn().call();

        assertThat(call.line().method()).isEqualTo("PUT");
        assertThat(call.line().path()).isEqualTo("/v1/accounts/login");
        assertThat(call.headers()).containsOnlyKeys("Content-Type");
        assertThat(new String(call.body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"logInByAccount\":{\"accountName\":\"o\\\"ps\",\"password\":\""
                        + "b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb9"
                        + "80b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86\"}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Mar 15, 2024 6:15:30 PM", "Mar 15, 2024, 6:15:30 PM", "15.03.2024 18:15", "soon"})
    void takesASessionToLastTwoHoursWhateverItsDatesSay(String date) throws Exception {
        Session session = signIn().read(reply(
                200, "{\"inventory\":{\"uuid\":\"" + SESSION_ID + "\",\"expiredDate\":\"" + date + "\"}}"));

        assertThat(session.token()).isEqualTo(SESSION_ID);
        assertThat(session.expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(2)).minus(Duration.ofMinutes(5)));
        assertThat(session.toString()).doesNotContain(SESSION_ID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"inventory\":{\"uuid\":\"../../x\"}}", "{\"inventory\":{\"uuid\":\"64BD\"}}", "<html>"})
    void signsInAgainIfTheAnswerHasNoSession(String body) {
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> signIn().read(reply(200, body)))
                .extracting(CannotAskException::answer)
                .isEqualTo(new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null));
    }

    @ParameterizedTest
    @CsvSource({"ID.1000", "ID.1001", "ID.1005", "ID.2001"})
    void endsAtRefusedCredentials(String code) {
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> signIn().read(reply(503, "{\"error\":{\"code\":\"" + code + "\"}}")))
                .extracting(CannotAskException::answer)
                .isEqualTo(new Answer.Ended(Verdict.DENIED, code));
    }

    @Test
    void waitsWhenTooManySessionsAreOpen() {
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> signIn().read(reply(503, "{\"error\":{\"code\":\"ID.1006\"}}")))
                .extracting(CannotAskException::answer)
                .isEqualTo(new Answer.Retry(TransientFailure.THROTTLED, "ID.1006", null));
    }

    @Test
    void givesTheSessionBack() throws Exception {
        HttpCall call = signIn().signOut(SESSION).orElseThrow();

        assertThat(call.line().method()).isEqualTo("DELETE");
        assertThat(call.line().path()).isEqualTo("/v1/accounts/sessions/" + SESSION_ID);
        assertThat(call.headers()).isEmpty();
        assertThat(call.body()).isNull();
    }

    @Test
    void asksWithTheSession() throws Exception {
        HttpCall call = bySession().authorize(request(VM), LINE, SESSION);

        assertThat(call.line().method()).isEqualTo("GET");
        assertThat(call.line().path()).isEqualTo("/v1/vm-instances/" + VM + "/console-passwords");
        assertThat(call.line().query()).isNull();
        assertThat(call.headers()).isEqualTo(Map.of("Authorization", "OAuth " + SESSION_ID));
        assertThat(call.body()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "Asia/Shanghai, 'Fri, 15 Mar 2024 16:15:30 +08:00'",
        "+08:00, 'Fri, 15 Mar 2024 16:15:30 +08:00'",
        "GMT+08:00, 'Fri, 15 Mar 2024 16:15:30 +08:00'",
        "America/Chicago, 'Fri, 15 Mar 2024 03:15:30 -05:00'",
        "Asia/Kolkata, 'Fri, 15 Mar 2024 13:45:30 +05:30'",
        "UTC, 'Fri, 15 Mar 2024 08:15:30 GMT'",
        "Z, 'Fri, 15 Mar 2024 08:15:30 GMT'",
    })
    void signsWithTheTimeOfTheServersZone(String zone, String date) throws Exception {
        CloudProtocol protocol = provider.protocol(account(keySettings(zone)));
        HttpCall call = protocol.authorize(request(VM), LINE, null);
        String signed = "GET\n" + date + "\n/v1/vm-instances/" + VM + "/console-passwords";

        assertThat(call.headers())
                .containsEntry("Date", date)
                .containsEntry(
                        "Authorization",
                        "ZStack key-id:"
                                + AccessKeySigner.signature("password".getBytes(StandardCharsets.UTF_8), signed))
                .hasSize(2);
        assertThat(protocol.signIn()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 'Fri, 15 Mar 2024 16:15:30 CST', console-passwords, 8VtuSeqnmPpvOEZVtIrXCjjaIJg=",
        "DELETE, 'Fri, 15 Mar 2024 08:15:30 GMT', console-password, 8dFmzyZgMP9uYx+c+3sNHr9LR7A=",
    })
    void signsLikeTheSdk(String method, String date, String action, String signature) {
        byte[] key = "ZsSecretExample0123456789abcdefghijklmno".getBytes(StandardCharsets.UTF_8);
        String text = method + "\n" + date + "\n/v1/vm-instances/" + VM + "/" + action;

        assertThat(AccessKeySigner.signature(key, text)).isEqualTo(signature);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3BC9F63F0DE6492991C59BEF96B27565",
                "3bc9f63f-0de6-4929-91c5-9bef96b27565",
                "3bc9f63f0de6492991c59bef96b2756",
                "3bc9f63f0de6492991c59bef96b275655",
                "../../v1/vm-instances",
                ""
            })
    void asksForNoInstanceThatIsNoUuid(String instance) {
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> bySession().authorize(request(instance), LINE, SESSION))
                .extracting(CannotAskException::answer)
                .isEqualTo(new Answer.Ended(Verdict.REFUSED, "INSTANCE_ID"));
    }

    @Test
    void triesAgainWhenASecretCannotBeRead() throws Exception {
        Files.delete(secret);
        Answer expected = new Answer.Retry(TransientFailure.FEW, "SECRET_NOT_READABLE", null);

        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> byKey().authorize(request(VM), LINE, null))
                .extracting(CannotAskException::answer)
                .isEqualTo(expected);
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> signIn().call())
                .extracting(CannotAskException::answer)
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"password\":\"canary-1\"} | password",
                "{\"password\":\"canary-1\",\"schema\":{}} | password",
                "{\"schema\":{\"password\":\"org.x\"},\"password\":\"canary-1\"} | password",
                "{\"consolePassword\":\"canary-1\"} | consolePassword",
                "{\"password\":null,\"consolePassword\":\"canary-1\"} | consolePassword",
                "{\"password\":\"*****\"} | password",
            })
    void findsThePasswordAndLeavesItInTheBody(String json, String member) throws Exception {
        HttpReply reply = reply(200, json);
        Answer answer = read(reply);

        assertThat(answer).asInstanceOf(type(Answer.Found.class)).satisfies(found -> {
            assertThat(found.kind()).isEqualTo("console-password");
            assertThat(found.userName()).isNull();
            assertThat(found.secret())
                    .asInstanceOf(type(LockedSecret.InClear.class))
                    .satisfies(clear -> {
                        assertThat(clear.body()).isSameAs(reply.body());
                        assertThat(clear.pointers().get(0)).containsExactly(member);
                    });
        });
        assertThat(answer.toString()).doesNotContain("canary").doesNotContain("*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"schema\":{}}",
                "{\"password\":null}",
                "{\"password\":\"\"}",
                "{\"password\":\"\",\"consolePassword\":null}",
                "{\"schema\":{\"password\":\"x\"}}"
            })
    void saysThatNobodyHasSetAPassword(String json) throws Exception {
        assertThat(read(reply(200, json))).isEqualTo(new Answer.Ended(Verdict.NOT_SET, "NOT_SET"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"canary\"",
                "<html>canary</html>",
                "{\"password\":\"canary",
                "{\"password\":\"canary\"",
                "{\"password\":\"canary\"}}",
                "{\"password\":\"canary\"}{\"password\":\"canary\"}",
                "{\"password\":\"canary\",\"password\":\"canary\"}"
            })
    void asksAgainIfTheAnswerCannotBeRead(String body) throws Exception {
        assertThat(read(reply(200, body))).isEqualTo(new Answer.Retry(TransientFailure.SERVER, "UNREADABLE", null));
    }

    @Test
    void readsAnErrorThatPosesAsASuccess() throws Exception {
        assertThat(read(reply(200, "{\"error\":{\"code\":\"SYS.1003\"}}")))
                .isEqualTo(new Answer.Ended(Verdict.NOT_FOUND, "SYS.1003"));
    }

    @Test
    void renewsTheSessionButNeverAKey() throws Exception {
        HttpReply reply = reply(503, "{\"error\":{\"code\":\"ID.1001\",\"details\":\"Session expired\"}}");

        assertThat(bySession().read(request(VM), reply)).isEqualTo(new Answer.Renew("ID.1001"));
        assertThat(byKey().read(request(VM), reply)).isEqualTo(new Answer.Ended(Verdict.DENIED, "ID.1001"));
    }

    @Test
    void hasOneEndpointForAllCallsWithoutATrailingSlash() throws Exception {
        URI base = URI.create("http://mn.example:8080/zstack");

        assertThat(provider.endpoints(account(sessionSettings()))).isEqualTo(Map.of("api", base, "sign-in", base));
        assertThat(provider.endpoints(account(keySettings("UTC")))).isEqualTo(Map.of("api", base));
    }

    @Test
    void takesSettingsAsTheSchemaHasThem() throws Exception {
        assertThat(violations(sessionSettings())).isEmpty();
        assertThat(violations(keySettings("Asia/Shanghai"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | required",
                "{'endpoint':'http://mn:8080/zstack','auth':{}} | required",
                "{'endpoint':'http://mn:8080/zstack','auth':{'type':'basic'}} | enum",
                "{'endpoint':'http://mn:8080/zstack','auth':{'type':'session','account':'a'}} | required",
                "{'endpoint':'http://mn:8080/zstack','auth':{'type':'session','account':'a','password':'plain'}} | pattern",
                "{'endpoint':'http://mn:8080/zstack','auth':{'type':'access-key','id':'a'}} | required",
                "{'endpoint':'http://u:p@mn/zstack','auth':{'type':'access-key','id':'a','secret':'{{env:X}}'}} | pattern",
                "{'endpoint':'ftp://mn/zstack','auth':{'type':'access-key','id':'a','secret':'{{env:X}}'}} | pattern",
                "{'endpoint':'http://mn','auth':{'type':'access-key','id':'a','secret':'{{env:X}}'},'x':1} | additionalProperties",
                "{'endpoint':'http://mn','auth':{'type':'access-key','id':'a','secret':'{{env:X}}','account':'b'}} | account",
            })
    void refusesSettingsThatDoNotFit(String settings, String keyword) throws Exception {
        assertThat(violations(settings.replace('\'', '"')))
                .anySatisfy(error -> assertThat(error.getKeyword() + error.getInstanceLocation())
                        .contains(keyword));
    }

    @Test
    void restsAKeyThatWasRefusedUntilItsSecretChanges() throws Exception {
        CloudProtocol protocol = byKey();
        Answer.Ended refused = new Answer.Ended(Verdict.DENIED, "ID.1000", NOW.plusSeconds(300));

        protocol.authorize(request(VM), LINE, null);
        assertThat(protocol.read(request(VM), reply(403, "requestTimeTooSkewed")))
                .as("a wrong clock is no wrong key")
                .isEqualTo(new Answer.Ended(Verdict.DENIED, "requestTimeTooSkewed"));
        protocol.authorize(request(VM), LINE, null);
        assertThat(protocol.read(request(VM), reply(503, "{\"error\":{\"code\":\"ID.1000\"}}")))
                .isEqualTo(refused);

        assertThat(protocol.refusal()).contains(refused);
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> protocol.authorize(request(VM), LINE, null))
                .extracting(CannotAskException::answer)
                .isEqualTo(refused);
        Files.writeString(secret, "mended");
        protocol.authorize(request(VM), LINE, null);
        protocol.read(request(VM), reply(200, "{\"password\":\"x\"}"));
        assertThat(protocol.refusal()).isEmpty();
    }

    private Answer read(HttpReply reply) throws Exception {
        return bySession().read(request(VM), reply);
    }

    private CloudProtocol bySession() throws Exception {
        return provider.protocol(account(sessionSettings()));
    }

    private CloudProtocol byKey() throws Exception {
        return provider.protocol(account(keySettings("UTC")));
    }

    private SignIn signIn() throws Exception {
        return bySession().signIn().orElseThrow();
    }

    private String sessionSettings() {
        return """
                {"endpoint":"http://mn.example:8080/zstack/","auth":{"type":"session","account":"o\\"ps",
                 "password":"{{file:%s}}"}}""".formatted(secret);
    }

    private String keySettings(String zone) {
        return """
                {"endpoint":"http://mn.example:8080/zstack","auth":{"type":"access-key","id":"key-id",
                 "secret":"{{file:%s}}","timeZone":"%s"}}""".formatted(secret, zone);
    }

    private static AccountSettings account(String json) throws Exception {
        return new AccountSettings("house", new ObjectMapper().readTree(json), CLOCK);
    }

    private static List<Error> violations(String settings) throws Exception {
        try (InputStream schema = ZStackProvider.class.getResourceAsStream("zstack.schema.json")) {
            Schema read = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema);
            return read.validate(settings, InputFormat.JSON);
        }
    }

    private static PasswordRequest request(String instance) {
        return new PasswordRequest("r-1", "house", instance, Map.of(), null, List.of("inbox"), null, null, null);
    }

    private static HttpReply reply(int status, String body) {
        return new HttpReply(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }
}
