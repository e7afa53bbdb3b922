package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessKeyVerifierTest {

    private static final String PATH = "/v1/vm-instances/3bc9f63f0de6492991c59bef96b27565/console-password";
    private static final String AT = "2024-03-15T08:15:30Z";

    private final AccessKeyVerifier verifier = verifier(ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource({
        "GET, 'Fri, 15 Mar 2024 16:15:30 CST', s, 8VtuSeqnmPpvOEZVtIrXCjjaIJg=",
        "DELETE, 'Fri, 15 Mar 2024 08:15:30 GMT', '', 8dFmzyZgMP9uYx+c+3sNHr9LR7A="
    })
    void acceptsTheVectors(String method, String date, String plural, String signature) {
        assertThat(verifier.accepts(request(method, date, signature), PATH + plural))
                .isTrue();
        assertThat(verifier.accepts(request(method, date, signature), PATH + "x"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "'Fri, 15 Mar 2024 08:15:30 GMT', 200",
        "'Fri, 15 Mar 2024 08:15:30 UTC', 200",
        "'Fri, 15 Mar 2024 08:15:30 Z', 200",
        "'Fri, 15 Mar 2024 08:15:30 Asia/Shanghai', 200",
        "'Fri, 15 Mar 2024 08:15:30 GMT+08:00', 200",
        "'Fri, 15 Mar 2024 08:15:30 +08:00', 200",
        "'Fri, 15 Mar 2024 08:15:30 CST', 200",
        "'Fri, 15 Mar 2024 08:30:30 GMT', 200",
        "'Fri, 15 Mar 2024 08:00:30 GMT', 200",
        "'Fri, 15 Mar 2024 08:30:31 GMT', 403",
        "'Fri, 15 Mar 2024 16:15:30 Asia/Shanghai', 403",
        "'Fri, 15 Mar 2024 08:15:30 +0800', 400",
        "'2024-03-15T08:15:30Z', 400"
    })
    void comparesLocalTimesWhateverZoneTheDateNames(String date, int status) {
        assertThat(status(verifier, date)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"false, 403, 200", "true, 200, 200"})
    void fallsForTheZoneUnlessToldToCheckIt(boolean checkTimeZone, int gmt, int local) {
        AccessKeyVerifier shanghai = verifier(ZoneId.of("Asia/Shanghai"));
        shanghai.checkTimeZone(checkTimeZone);

        assertThat(status(shanghai, "Fri, 15 Mar 2024 08:15:30 GMT")).isEqualTo(gmt);
        assertThat(status(shanghai, "Fri, 15 Mar 2024 16:15:30 Asia/Shanghai")).isEqualTo(local);
    }

    @Test
    void wantsADateAndAKeyWithSignature() {
        Reply noDate = verifier.malformed(new Request("GET", PATH, null, Map.of(), new byte[0]))
                .orElseThrow();
        Reply noKey = verifier.malformed(
                        new Request("GET", PATH, null, Map.of("date", "x", "authorization", "ZStack id"), new byte[0]))
                .orElseThrow();

        assertThat(new String(noDate.body(), StandardCharsets.UTF_8))
                .isEqualTo("'Date' must be incuded in request header");
        assertThat(new String(noKey.body(), StandardCharsets.UTF_8))
                .isEqualTo("accessKey format is 'ZStack AccessKeyId:Signature'");
    }

    private static AccessKeyVerifier verifier(ZoneId zone) {
        return new AccessKeyVerifier(
                new MovableClock(Instant.parse(AT), zone),
                "ZsKeyIdExample012345",
                "ZsSecretExample0123456789abcdefghijklmno");
    }

    private static int status(AccessKeyVerifier verifier, String date) {
        return verifier.malformed(request("GET", date, "x")).map(Reply::status).orElse(200);
    }

    private static Request request(String method, String date, String signature) {
        Map<String, String> headers = Map.of("date", date, "authorization", "ZStack ZsKeyIdExample012345:" + signature);
        return new Request(method, "/zstack" + PATH, null, headers, new byte[0]);
    }
}
