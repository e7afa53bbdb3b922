package dev.passcourier.sandbox;

import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Tencent Cloud's check of signature v1: HMAC-SHA1 or HMAC-SHA256 over the sorted, unencoded parameters. */
final class TencentV1Verifier {

    private static final Map<String, String> ALGORITHMS = Map.of("HmacSHA1", "HmacSHA1", "HmacSHA256", "HmacSHA256");

    private final String secretId;
    private final String secretKey;

    TencentV1Verifier(String secretId, String secretKey) {
        this.secretId = secretId;
        this.secretKey = secretKey;
    }

    /**
     * Returns the code of what is wrong with the signature, or empty if it is right.
     *
     * @param parameters all parameters, decoded
     */
    Optional<String> complaint(Request request, Map<String, String> parameters) {
        if (!secretId.equals(parameters.get("SecretId"))) {
            return Optional.of("AuthFailure.SecretIdNotFound");
        }
        String algorithm = ALGORITHMS.get(parameters.getOrDefault("SignatureMethod", "HmacSHA1"));
        boolean right = algorithm != null
                && Digests.same(
                        signature(algorithm, plainText(request, parameters)), parameters.getOrDefault("Signature", ""));
        return right ? Optional.empty() : Optional.of("AuthFailure.SignatureFailure");
    }

    private String signature(String algorithm, String plain) {
        return Base64.getEncoder().encodeToString(Digests.hmac(algorithm, Digests.utf8(secretKey), plain));
    }

    private static String plainText(Request request, Map<String, String> parameters) {
        Map<String, String> sorted = new TreeMap<>(parameters);
        sorted.remove("Signature");
        return sorted.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining("&", request.method() + request.header("host", "") + "/?", ""));
    }
}
