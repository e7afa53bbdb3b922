package dev.passcourier.provider.huaweiecs;

import dev.passcourier.provider.PathSegment;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A request without a body, as Huawei's {@code SDK-HMAC-SHA256} signs it. Source: "API Request Signing Guide",
 * checked against the official Java SDK.
 *
 * @param path    the whole path as it goes out, percent-encoded
 * @param query   names to values, not encoded, each name once
 * @param headers the headers to sign by their names in lower case, {@code host} and {@code x-sdk-date} among them
 */
record SdkSignature(String method, String path, SortedMap<String, String> query, SortedMap<String, String> headers) {

    private static final String ALGORITHM = "SDK-HMAC-SHA256";

    /**
     * The {@code Authorization} header.
     *
     * @param secretKey stays the caller's, who wipes it
     */
    String authorization(String accessKey, byte[] secretKey) {
        String toSign = ALGORITHM + "\n" + headers.get("x-sdk-date") + "\n" + canonicalHash();
        return ALGORITHM + " Access=" + accessKey + ", SignedHeaders=" + signedHeaders() + ", Signature="
                + hmac(secretKey, toSign);
    }

    /** The query as it goes out: sorted by encoded name, as the signature has it. */
    static String encode(SortedMap<String, String> query) {
        SortedMap<String, String> encoded = new TreeMap<>();
        query.forEach((name, value) -> encoded.put(PathSegment.encode(name), PathSegment.encode(value)));
        return encoded.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("&"));
    }

    String canonicalHash() {
        return sha256(canonical());
    }

    private String canonical() {
        String canonicalHeaders = headers.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue().strip() + "\n")
                .collect(Collectors.joining());
        return String.join("\n", method, canonicalPath(), encode(query), canonicalHeaders, signedHeaders(), sha256(""));
    }

    /** Each segment in the one encoding of RFC 3986 the gateway makes too, and a slash at the end, here only. */
    private String canonicalPath() {
        String encoded = Arrays.stream(path.split("/", -1))
                .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                .map(PathSegment::encode)
                .collect(Collectors.joining("/"));
        return encoded.endsWith("/") ? encoded : encoded + "/";
    }

    private String signedHeaders() {
        return String.join(";", headers.keySet());
    }

    private static String hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
