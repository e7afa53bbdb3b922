package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SdkHmacVerifierTest {

    private static final String AK = "AKEXAMPLE0123456789A";
    private static final String SK = "SkExampleSecret0123456789abcdefghijklmn";
    private static final String PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    private static final String PATH =
            "/v1/" + PROJECT + "/cloudservers/6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0/os-server-password";
    private static final String SIGNATURE = "e2b34f5193737571fc80bad92a4b2d298f1a4550634265680dd1b285c7aad52f";

    private final MovableClock clock = new MovableClock(Instant.parse("2024-03-15T08:15:30Z"), ZoneOffset.UTC);
    private final SdkHmacVerifier verifier = new SdkHmacVerifier(clock, AK, SK);

    @Test
    void acceptsWhatTheOfficialSignerMade() {
        assertThat(verifier.complaint(request("GET", SIGNATURE))).isEmpty();
    }

    @Test
    void followsTheClientsListOfSignedHeaders() {
        Map<String, String> headers =
                headers(AK, "host;x-sdk-date", "dfc6b2dd89f7b274d88781ea03d800a41f22909fe39e382acb274075c199b9be");

        assertThat(verifier.complaint(new Request("DELETE", PATH, null, headers, new byte[0])))
                .isEmpty();
    }

    @Test
    void acceptsThePublishedExampleWithQuery() {
        SdkHmacVerifier published = new SdkHmacVerifier(
                new MovableClock(Instant.parse("2019-11-15T03:36:55Z"), ZoneOffset.UTC),
                "QTWAOYTTINDUT2QVKYUC",
                "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc");
        Map<String, String> headers = Map.of(
                "host",
                "service.region.example.com",
                "content-type",
                "application/json",
                "x-sdk-date",
                "20191115T033655Z",
                "authorization",
                "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date,"
                        + " Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe");

        assertThat(published.complaint(new Request(
                        "GET",
                        "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
                        "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
                        headers,
                        new byte[0])))
                .isEmpty();
    }

    @Test
    void refusesAnotherMethodThanTheSignedOne() {
        assertThat(verifier.complaint(request("DELETE", SIGNATURE)).orElseThrow())
                .startsWith("verify aksk signature fail");
    }

    @Test
    void refusesAnUnknownKey() {
        Map<String, String> headers = headers("AKOTHER", "host;x-sdk-date", SIGNATURE);

        assertThat(verifier.complaint(new Request("GET", PATH, null, headers, new byte[0]))
                        .orElseThrow())
                .isEqualTo("Get secretKey failed,ak:AKOTHER,err:ak not exist");
    }

    @ParameterizedTest
    @CsvSource({"-901, false", "-900, true", "900, true", "901, false"})
    void wantsTheDateWithinAQuarterOfAnHour(long seconds, boolean accepted) {
        clock.advance(Duration.ofSeconds(seconds));

        assertThat(verifier.complaint(request("GET", SIGNATURE)).isEmpty()).isEqualTo(accepted);
    }

    @Test
    void locksTheKeyForFiveMinutesAfterMoreThanFiveFailuresInARow() {
        for (int i = 0; i < 5; i++) {
            assertThat(verifier.complaint(request("DELETE", SIGNATURE)).orElseThrow())
                    .startsWith("verify");
        }
        assertThat(verifier.complaint(request("DELETE", SIGNATURE)).orElseThrow())
                .isEqualTo("AK access failed to reach the limit, forbidden");
        assertThat(verifier.complaint(request("GET", SIGNATURE))).isPresent();

        clock.advance(Duration.ofMinutes(5));

        assertThat(verifier.complaint(request("GET", SIGNATURE))).isEmpty();
    }

    @Test
    void forgetsFailuresAfterASuccess() {
        for (int i = 0; i < 12; i++) {
            verifier.complaint(request(i % 4 == 3 ? "GET" : "DELETE", SIGNATURE));
        }

        assertThat(verifier.complaint(request("GET", SIGNATURE))).isEmpty();
    }

    private static Request request(String method, String signature) {
        return new Request(method, PATH, null, headers(AK, "host;x-project-id;x-sdk-date", signature), new byte[0]);
    }

    private static Map<String, String> headers(String key, String signed, String signature) {
        Map<String, String> headers = new HashMap<>();
        headers.put("host", "ecs.cn-north-4.myhuaweicloud.com");
        headers.put("x-project-id", PROJECT);
        headers.put("x-sdk-date", "20240315T081530Z");
        headers.put(
                "authorization",
                "SDK-HMAC-SHA256 Access=" + key + ", SignedHeaders=" + signed + ", Signature=" + signature);
        return headers;
    }
}
