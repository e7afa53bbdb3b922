package dev.passcourier.provider.tencentgse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import com.tencentcloudapi.common.CommonClient;
import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.Sign;
import com.tencentcloudapi.common.profile.ClientProfile;
import com.tencentcloudapi.common.profile.HttpProfile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Tc3SignerTest {

    private static final String JSON = "application/json; charset=utf-8";
    private static final String ID = "AKIDEXAMPLE0123456789abcdefghijklmnop";
    private static final String KEY = "ExampleSecretKey0123456789abcdef";
    private static final String BODY = "{\"FleetId\":\"fleet-qp3g3caa-iectl8nb\",\"InstanceId\":\"ins-gi2lxw\"}";
    private static final Instant AT = Instant.ofEpochSecond(1710490530);

    @Test
    void signsTheCallLikeTheSdk() {
        Map<String, String> signed = Map.of("content-type", JSON, "host", "gse.tencentcloudapi.com");

        assertThat(sign("gse", ID, KEY, AT, signed, BODY))
                .isEqualTo("TC3-HMAC-SHA256 Credential=" + ID + "/2024-03-15/gse/tc3_request, "
                        + "SignedHeaders=content-type;host, "
                        + "Signature=30cb87cfd7f43544bd02c5c872a06ab2197100c3a25c9d87da094f91947896b3");
    }

    @Test
    void signsMoreHeadersInOrderAndInLowerCase() {
        Map<String, String> signed = Map.of(
                "X-TC-Action", "GetInstanceAccess", "Host", "gse.tencentcloudapi.com", "Content-Type", " " + JSON);

        assertThat(sign("gse", ID, KEY, AT, signed, BODY))
                .contains("SignedHeaders=content-type;host;x-tc-action, ")
                .endsWith("Signature=af10010b4601d581be3e54300f2104350b505901b51faebd5e3fceb66d81a153");
    }

    @Test
    void signsTheExamplesOfTheDocumentation() {
        Instant at = Instant.ofEpochSecond(1551113065);
        String body =
                "{\"Limit\": 1, \"Filters\": [{\"Values\": [\"\\u672a\\u547d\\u540d\"], \"Name\": \"instance-name\"}]}";
        Map<String, String> two = Map.of("content-type", JSON, "host", "cvm.tencentcloudapi.com");
        Map<String, String> three =
                Map.of("content-type", JSON, "host", "cvm.tencentcloudapi.com", "x-tc-action", "DescribeInstances");

        assertThat(sign("cvm", ID, "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", at, two, body))
                .contains("/2019-02-25/cvm/tc3_request")
                .endsWith("Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168");
        assertThat(sign("cvm", ID, "*".repeat(32), at, three, body))
                .endsWith("Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f");
    }

    /** The day comes from the timestamp, in UTC, up to its last second. */
    @ParameterizedTest
    @ValueSource(longs = {1710460799, 1710460800, 1710547199, 0, 4102444799L})
    void takesTheDayFromTheTimestamp(long second) throws Exception {
        Instant at = Instant.ofEpochSecond(second);
        Map<String, String> signed = Map.of("content-type", JSON, "host", "gse.tencentcloudapi.com");

        assertThat(sign("gse", ID, KEY, at, signed, BODY))
                .endsWith("Signature=" + signatureByTheSdk(at, "gse.tencentcloudapi.com", BODY));
    }

    @Test
    void signsWhatTheOfficialClientSends() throws Exception {
        AtomicReference<Headers> sent = new AtomicReference<>();
        AtomicReference<byte[]> body = new AtomicReference<>();
        HttpServer cloud = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cloud.createContext("/", exchange -> {
            sent.set(exchange.getRequestHeaders());
            body.set(exchange.getRequestBody().readAllBytes());
            byte[] answer = "{\"Response\":{\"RequestId\":\"1\"}}".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        cloud.start();
        try {
            officialClient(cloud.getAddress().getPort()).call("GetInstanceAccess", BODY);
        } finally {
            cloud.stop(0);
        }

        Headers headers = sent.get();
        Instant at = Instant.ofEpochSecond(Long.parseLong(headers.getFirst("X-TC-Timestamp")));
        Map<String, String> signed =
                Map.of("content-type", headers.getFirst("Content-Type"), "host", headers.getFirst("Host"));
        assertThat(headers.getFirst("Content-Type")).isEqualTo(JSON);
        assertThat(body.get()).isEqualTo(BODY.getBytes(UTF_8));
        assertThat(sign("gse", ID, KEY, at, signed, BODY)).isEqualTo(headers.getFirst("Authorization"));
    }

    private static String sign(
            String service, String id, String key, Instant at, Map<String, String> signed, String body) {
        return new Tc3Signer(service).authorization(id, key.getBytes(UTF_8), at, signed, body.getBytes(UTF_8));
    }

    /** The documented steps with the SDK's own hash functions. */
    private static String signatureByTheSdk(Instant at, String host, String body) throws Exception {
        String day = at.toString().substring(0, 10);
        String canonical =
                "POST\n/\n\ncontent-type:" + JSON + "\nhost:" + host + "\n\ncontent-type;host\n" + Sign.sha256Hex(body);
        String text = "TC3-HMAC-SHA256\n" + at.getEpochSecond() + "\n" + day + "/gse/tc3_request\n"
                + Sign.sha256Hex(canonical);
        byte[] ofDay = Sign.hmac256(("TC3" + KEY).getBytes(UTF_8), day);
        byte[] signing = Sign.hmac256(Sign.hmac256(ofDay, "gse"), "tc3_request");
        return HexFormat.of().formatHex(Sign.hmac256(signing, text));
    }

    private static CommonClient officialClient(int port) {
        HttpProfile http = new HttpProfile();
        http.setProtocol("http://");
        http.setEndpoint("gse.tencentcloudapi.com:" + port);
        http.setHttpClient(new OkHttpClient.Builder()
                .dns(host -> List.of(InetAddress.getLoopbackAddress()))
                .build());
        ClientProfile profile = new ClientProfile(ClientProfile.SIGN_TC3_256, http);
        return new CommonClient("gse", "2019-11-12", new Credential(ID, KEY), "ap-shanghai", profile);
    }
}
