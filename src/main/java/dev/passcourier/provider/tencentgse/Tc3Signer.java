package dev.passcourier.provider.tencentgse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tencent Cloud's signature {@code TC3-HMAC-SHA256} for a {@code POST /}. Source: "Signature method v3" of the API
 * documentation.
 *
 * @param service the service's name; it does not follow from the host
 */
record Tc3Signer(String service) {

    private static final String ALGORITHM = "TC3-HMAC-SHA256";
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * Signs.
     *
     * @param key     the SecretKey; stays the caller's
     * @param at      the time that is also sent as {@code X-TC-Timestamp}; the day is taken from it
     * @param headers headers to sign, exactly as sent; {@code content-type} and {@code host} must be among them
     * @return the value of {@code Authorization}
     */
    String authorization(String secretId, byte[] key, Instant at, Map<String, String> headers, byte[] body) {
        TreeMap<String, String> signed = new TreeMap<>();
        headers.forEach((name, value) -> signed.put(lower(name), lower(value.strip())));
        String day = DAY.format(at);
        String scope = day + "/" + service + "/tc3_request";
        String text = String.join(
                "\n", ALGORITHM, Long.toString(at.getEpochSecond()), scope, hash(utf8(canonical(signed, body))));
        return "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                .formatted(ALGORITHM, secretId, scope, String.join(";", signed.keySet()), signature(key, day, text));
    }

    private static String canonical(TreeMap<String, String> signed, byte[] body) {
        String headers = signed.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining());
        return String.join("\n", "POST", "/", "", headers, String.join(";", signed.keySet()), hash(body));
    }

    private String signature(byte[] key, String day, String text) {
        byte[] first =
                ByteBuffer.allocate(3 + key.length).put(utf8("TC3")).put(key).array();
        byte[] ofDay = hmac(first, day);
        byte[] ofService = hmac(ofDay, service);
        byte[] signing = hmac(ofService, "tc3_request");
        String signature = HexFormat.of().formatHex(hmac(signing, text));
        for (byte[] secret : new byte[][] {first, ofDay, ofService, signing}) {
            Arrays.fill(secret, (byte) 0);
        }
        return signature;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
