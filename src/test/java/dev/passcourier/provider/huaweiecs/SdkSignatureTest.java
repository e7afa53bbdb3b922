package dev.passcourier.provider.huaweiecs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.huaweicloud.sdk.core.auth.AKSKSigner;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.http.HttpMethod;
import com.huaweicloud.sdk.core.http.HttpRequest;
import dev.passcourier.provider.PathSegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Published and recomputed examples, and the vendor's own signer; none of the keys opens anything. */
class SdkSignatureTest {

    private static final String AK = "AKEXAMPLE0123456789A";
    private static final String SK = "SkExampleSecret0123456789abcdefghijklmn";
    private static final String HOST = "ecs.cn-north-4.myhuaweicloud.com";
    private static final String PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    private static final String PATH =
            "/v1/" + PROJECT + "/cloudservers/6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0/os-server-password";
    private static final String DATE = "20240315T081530Z";
    private static final String UNRESERVED = "aZ09-_.~";
    /** The vendor's signer splits a value at these, and names a parameter twice whose name has to be encoded. */
    private static final String SEPARATORS = "[&=]";
    /** Characters that mean something in a path or query, and some beyond ASCII. */
    private static final String PATH_TEXT = "aZ09-_.~ !$&'()*+,;=:@%\"<>[]^`{|}\\\u00e9\u4e2d";

    @Test
    void signsAReadOfAPassword() {
        SdkSignature signature = new SdkSignature(
                "GET",
                PATH,
                new TreeMap<>(),
                new TreeMap<>(Map.of("host", HOST, "x-project-id", PROJECT, "x-sdk-date", DATE)));

        assertThat(signature.canonicalHash())
                .isEqualTo("b194191a9856c22da8bb195b757a9092b7229d5253338169adc091f33cb3b044");
        assertThat(signature.authorization(AK, SK.getBytes(UTF_8)))
                .isEqualTo("SDK-HMAC-SHA256 Access=AKEXAMPLE0123456789A, SignedHeaders=host;x-project-id;x-sdk-date, "
                        + "Signature=e2b34f5193737571fc80bad92a4b2d298f1a4550634265680dd1b285c7aad52f");
    }

    @Test
    void signsAnotherMethodAndFewerHeaders() {
        SdkSignature signature = new SdkSignature(
                "DELETE", PATH, new TreeMap<>(), new TreeMap<>(Map.of("host", HOST, "x-sdk-date", DATE)));

        assertThat(signature.canonicalHash())
                .isEqualTo("0b7839f3d7f10bd94a19204d97a05c380ebfe13c9cf06303c6b54d1f63d39cef");
        assertThat(signature.authorization(AK, SK.getBytes(UTF_8)))
                .endsWith("Signature=dfc6b2dd89f7b274d88781ea03d800a41f22909fe39e382acb274075c199b9be");
    }

    @Test
    void signsThePublishedExample() {
        SdkSignature signature = new SdkSignature(
                "GET",
                "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
                new TreeMap<>(Map.of("limit", "2", "marker", "13551d6b-755d-4757-b956-536f674975c0")),
                new TreeMap<>(Map.of(
                        "host", "service.region.example.com",
                        "content-type", "application/json",
                        "x-sdk-date", "20191115T033655Z")));

        assertThat(signature.canonicalHash())
                .isEqualTo("b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a");
        assertThat(signature.authorization(
                        "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc".getBytes(UTF_8)))
                .isEqualTo("SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, "
                        + "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://ecs.example.com", "https://ecs.example.com:8443", "http://127.0.0.1:12345"})
    void signsWhateverTheVendorSigns(String endpoint) {
        Random random = new Random(20240315);
        for (int i = 0; i < 300; i++) {
            List<String> segments = List.of(
                    "v1", text(PATH_TEXT, random), "cloudservers", text(PATH_TEXT, random), "os-server-password");
            SortedMap<String, String> query = new TreeMap<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                query.put(text(UNRESERVED, random), text(PATH_TEXT, random).replaceAll(SEPARATORS, ""));
            }
            SortedMap<String, String> headers =
                    new TreeMap<>(Map.of("x-sdk-date", DATE, "x-project-id", PROJECT, "x-security-token", "T " + i));

            String theirs = vendor(endpoint, segments, query, headers);

            headers.put("host", endpoint.substring(endpoint.indexOf("//") + 2));
            String path = segments.stream().map(PathSegment::encode).collect(Collectors.joining("/", "/", ""));
            assertThat(new SdkSignature("GET", path, query, headers).authorization(AK, SK.getBytes(UTF_8)))
                    .as("%s %s", segments, query)
                    .isEqualTo(theirs);
        }
    }

    @Test
    void doesNotMindHowAPathIsEncoded() {
        SortedMap<String, String> headers = new TreeMap<>(Map.of("host", HOST, "x-sdk-date", DATE));

        assertThat(hash("/a%2fb/c+d/%7e:/", headers)).isEqualTo(hash("/a%2Fb/c%2Bd/~%3A", headers));
        assertThat(hash("/", headers)).isEqualTo(hash("", headers));
    }

    private static String hash(String path, SortedMap<String, String> headers) {
        return new SdkSignature("GET", path, new TreeMap<>(), headers).canonicalHash();
    }

    private static String vendor(
            String endpoint, List<String> segments, Map<String, String> query, Map<String, String> headers) {
        HttpRequest.HttpRequestBuilder request = HttpRequest.newBuilder()
                .withMethod(HttpMethod.GET)
                .withEndpoint(endpoint)
                .withPath("/" + String.join("/", segments));
        query.forEach((name, value) -> request.addQueryParam(name, Arrays.asList(value)));
        headers.forEach((name, value) -> request.addHeader(name.equals("x-sdk-date") ? "X-Sdk-Date" : name, value));
        BasicCredentials keys = new BasicCredentials().withAk(AK).withSk(SK);
        return AKSKSigner.getInstance().sign(request.build(), keys).get("Authorization");
    }

    private static String text(String alphabet, Random random) {
        return random.ints(1 + random.nextInt(8), 0, alphabet.length())
                .mapToObj(i -> alphabet.substring(i, i + 1))
                .collect(Collectors.joining());
    }
}
