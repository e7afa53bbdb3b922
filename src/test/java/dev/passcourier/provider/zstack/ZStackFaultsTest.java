package dev.passcourier.provider.zstack;

import static dev.passcourier.provider.TransientFailure.FEW;
import static dev.passcourier.provider.TransientFailure.SERVER;
import static dev.passcourier.provider.TransientFailure.THROTTLED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ZStackFaultsTest {

    private final ZStackFaults faults = new ZStackFaults(Clock.systemUTC());

    @ParameterizedTest
    @CsvSource({
        "ID.1000, DENIED",
        "ID.1002, DENIED",
        "ID.1003, FAILED",
        "ID.1004, FAILED",
        "ID.1005, DENIED",
        "ID.2000, DENIED",
        "ID.2001, DENIED",
        "ID.2002, DENIED",
        "ID.2003, DENIED",
        "SYS.1003, NOT_FOUND",
        "SYS.1007, FAILED",
        "SYS.1008, FAILED",
        "SYS.1013, FAILED",
        "SYS.1014, FAILED",
    })
    void endsAtACodeThatStays(String code, Verdict verdict) {
        assertThat(faults.of(error(code, "details"))).isEqualTo(new Answer.Ended(verdict, code));
    }

    @ParameterizedTest
    @CsvSource({
        "ID.1006, THROTTLED",
        "SYS.1000, FEW",
        "SYS.1001, SERVER",
        "SYS.1002, FEW",
        "SYS.1004, FEW",
        "SYS.1005, FEW",
        "SYS.1006, FEW",
        "SYS.1009, FEW",
        "SYS.1010, SERVER",
        "SYS.1011, FEW",
        "SYS.1012, SERVER",
        "SYS.1015, FEW",
        "SYS.1016, FEW",
        "SYS.1017, FEW",
        "VM.1007, FEW",
    })
    void asksAgainAtACodeThatPasses(String code, TransientFailure failure) {
        assertThat(faults.of(error(code, "details"))).isEqualTo(new Answer.Retry(failure, code, null));
    }

    @Test
    void renewsASessionThatIsOver() {
        assertThat(faults.of(error("ID.1001", "Session expired"))).isEqualTo(new Answer.Renew("ID.1001"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'details':'operation[API:org.zstack.header.vm.APIGetVmConsolePasswordMsg] is denied by default'}",
                "{'details':'operation[API:x] denied by the policy[name:y]'}",
                "{'description':'it is denied by default'}",
                "{'cause':{'code':'SYS.1006','details':'is denied by default'}}",
                "{'cause':{'cause':{'description':'is denied by default'}}}",
                "{'causes':[{'details':'other'},{'details':'denied by the policy'}]}",
                "{'causes':[{'cause':{'details':'denied by the policy'}}]}",
            })
    void tellsARefusalByRoleFromAFailedOperation(String rest) {
        String body =
                "{\"error\":{\"code\":\"SYS.1006\"," + rest.replace('\'', '"').substring(1) + "}";
        assertThat(faults.of(reply(503, body))).isEqualTo(new Answer.Ended(Verdict.DENIED, "SYS.1006"));
    }

    static Stream<Arguments> plainTexts() {
        return Stream.of(
                arguments(400, "missing header 'Authorization'", new Answer.Ended(Verdict.FAILED, "HTTP_400")),
                arguments(400, "Authorization type must be 'OAuth'", new Answer.Ended(Verdict.FAILED, "HTTP_400")),
                arguments(
                        400, "'Date' must be incuded in request header", new Answer.Ended(Verdict.FAILED, "HTTP_400")),
                arguments(400, "'Date' format error, x", new Answer.Ended(Verdict.FAILED, "HTTP_400")),
                arguments(
                        400,
                        "unable to find RestAuthenticationBackend[ZStack]",
                        new Answer.Ended(Verdict.DENIED, "NO_ACCESS_KEY_PLUGIN")),
                arguments(403, "requestTimeTooSkewed", new Answer.Ended(Verdict.DENIED, "requestTimeTooSkewed")),
                arguments(403, "no", new Answer.Ended(Verdict.DENIED, "HTTP_403")),
                arguments(404, "no api mapping to /v1/x", new Answer.Ended(Verdict.FAILED, "NO_SUCH_API")),
                arguments(404, "", new Answer.Ended(Verdict.FAILED, "HTTP_404")),
                arguments(405, "", new Answer.Ended(Verdict.FAILED, "HTTP_405")),
                arguments(500, "", new Answer.Retry(FEW, "HTTP_500", null)),
                arguments(500, "unexpected", new Answer.Retry(FEW, "HTTP_500", null)),
                arguments(429, "", new Answer.Retry(THROTTLED, "HTTP_429", null)),
                arguments(502, "<html>", new Answer.Retry(SERVER, "HTTP_502", null)),
                arguments(503, "<html>starting", new Answer.Retry(SERVER, "HTTP_503", null)),
                arguments(503, "", new Answer.Retry(SERVER, "HTTP_503", null)),
                arguments(503, "{\"error\":{}}", new Answer.Retry(SERVER, "HTTP_503", null)),
                arguments(503, "{\"error\":{\"code\":\"a\\nb\"}}", new Answer.Retry(SERVER, "HTTP_503", null)),
                arguments(504, "{}", new Answer.Retry(SERVER, "HTTP_504", null)),
                arguments(302, "", new Answer.Ended(Verdict.FAILED, "HTTP_302")));
    }

    @ParameterizedTest
    @MethodSource("plainTexts")
    void readsWhatComesBeforeTheApi(int status, String body, Answer expected) {
        assertThat(faults.of(reply(status, body))).isEqualTo(expected);
    }

    @Test
    void readsTheErrorAsTheServerWritesIt() {
        String body = """
                {"error":{"code":"SYS.1003","description":"A resource can not be found","details":"invalid field[uuid], \
                resource[uuid:3bc9f63f0de6492991c59bef96b27565, type:VmInstanceVO] not found","elaboration":"..",\
                "location":"..","cost":"..","cause":{"code":"SYS.1003","description":"..","details":".."},"opaque":{}}}""";
        assertThat(faults.of(reply(503, body))).isEqualTo(new Answer.Ended(Verdict.NOT_FOUND, "SYS.1003"));
    }

    @Test
    void waitsAsLongAsAProxyAsks() {
        HttpReply reply = new HttpReply(503, Map.of("retry-after", "30"), new byte[0]);
        assertThat(faults.of(reply)).isEqualTo(new Answer.Retry(SERVER, "HTTP_503", Duration.ofSeconds(30)));
    }

    private static HttpReply error(String code, String details) {
        return reply(503, "{\"error\":{\"code\":\"" + code + "\",\"details\":\"" + details + "\"}}");
    }

    private static HttpReply reply(int status, String body) {
        return new HttpReply(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }
}
