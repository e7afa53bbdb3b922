package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TencentVerifiersTest {

    private static final String ID = "AKIDEXAMPLE0123456789abcdefghijklmnop";
    private static final String KEY = "ExampleSecretKey0123456789abcdef";
    private static final String BODY = "{\"FleetId\":\"fleet-qp3g3caa-iectl8nb\",\"InstanceId\":\"ins-gi2lxw\"}";
    private static final String POST_SIGNATURE = "30cb87cfd7f43544bd02c5c872a06ab2197100c3a25c9d87da094f91947896b3";

    private final Tc3Verifier verifier = new Tc3Verifier("gse", ID, KEY);

    @ParameterizedTest
    @CsvSource({
        "content-type;host, 30cb87cfd7f43544bd02c5c872a06ab2197100c3a25c9d87da094f91947896b3",
        "content-type;host;x-tc-action, af10010b4601d581be3e54300f2104350b505901b51faebd5e3fceb66d81a153"
    })
    void followsTheClientsListOfSignedHeaders(String signed, String signature) {
        assertThat(verifier.complaint(post(BODY, signed, signature))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "InstanceId=ins-gi2lxw&FleetId=fleet-qp3g3caa-iectl8nb,"
                + " ba7ab0e1f7603743e507d99f209c1bb5b3d3717c4151bef65cc541d3f5563116",
        "FleetId=fleet-qp3g3caa-iectl8nb&InstanceId=ins-gi2lxw,"
                + " 5301ae12c84164d64a8b434260d46503dc7517b8cfc2a99dbcd3d0c90a3f2881"
    })
    void takesTheQueryAsItWasSent(String query, String signature) {
        Map<String, String> headers = headers("application/x-www-form-urlencoded", "content-type;host", signature);

        assertThat(verifier.complaint(new Request("GET", "/", query, headers, new byte[0])))
                .isEmpty();
    }

    @Test
    void acceptsThePublishedExample() {
        Tc3Verifier published = new Tc3Verifier("cvm", "AKIDEXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE");
        String body = "{\"Limit\": 1, \"Filters\": [{\"Values\": [\"\\u672a\\u547d\\u540d\"],"
                + " \"Name\": \"instance-name\"}]}";
        Map<String, String> headers = Map.of(
                "host",
                "cvm.tencentcloudapi.com",
                "content-type",
                "application/json; charset=utf-8",
                "x-tc-timestamp",
                "1551113065",
                "authorization",
                "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host,"
                        + " Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168");

        assertThat(published.complaint(new Request("POST", "/", null, headers, Digests.utf8(body))))
                .isEmpty();
    }

    @Test
    void refusesATamperedBody() {
        String tampered = BODY.replace("gi2lxw", "gi2lxx");

        assertThat(verifier.complaint(post(tampered, "content-type;host", POST_SIGNATURE)))
                .contains("AuthFailure.SignatureFailure");
    }

    @Test
    void refusesASignatureThatLeavesTheHostOut() {
        assertThat(verifier.complaint(post(BODY, "content-type", POST_SIGNATURE)))
                .contains("AuthFailure.SignatureFailure");
    }

    @Test
    void refusesAnAuthorizationOfAnotherForm() {
        Map<String, String> headers = new HashMap<>(headers("application/json", "host", POST_SIGNATURE));
        headers.put("authorization", "TC3-HMAC-SHA256 " + ID);

        assertThat(verifier.complaint(new Request("POST", "/", null, headers, new byte[0])))
                .contains("AuthFailure.InvalidAuthorization");
    }

    @ParameterizedTest
    @CsvSource({"HmacSHA256, wea5oa8Sd90bnSM56b73NEv8i2yypkEBccjXT4hw7/4=", ", ZlbOaO7UKD/EliQQ2mDSCIOdwGc="})
    void acceptsTheOldSignaturesOfBothKinds(String method, String signature) {
        Map<String, String> parameters = new HashMap<>(Map.of(
                "Action", "GetInstanceAccess",
                "FleetId", "fleet-qp3g3caa-iectl8nb",
                "InstanceId", "ins-gi2lxw",
                "Nonce", "11886",
                "Region", "ap-shanghai",
                "SecretId", ID,
                "Timestamp", "1710490530",
                "Version", "2019-11-12",
                "Signature", signature));
        if (method != null) {
            parameters.put("SignatureMethod", method);
        }
        Request request = new Request("GET", "/", "", Map.of("host", "gse.tencentcloudapi.com"), new byte[0]);

        assertThat(new TencentV1Verifier(ID, KEY).complaint(request, parameters))
                .isEmpty();
        assertThat(new TencentV1Verifier(ID, "other").complaint(request, parameters))
                .contains("AuthFailure.SignatureFailure");
    }

    private static Request post(String body, String signed, String signature) {
        return new Request(
                "POST", "/", null, headers("application/json; charset=utf-8", signed, signature), Digests.utf8(body));
    }

    private static Map<String, String> headers(String contentType, String signed, String signature) {
        return Map.of(
                "host", "gse.tencentcloudapi.com",
                "content-type", contentType,
                "x-tc-action", "GetInstanceAccess",
                "x-tc-timestamp", "1710490530",
                "authorization",
                        "TC3-HMAC-SHA256 Credential=" + ID + "/2024-03-15/gse/tc3_request, SignedHeaders=" + signed
                                + ", Signature=" + signature);
    }
}
