package dev.passcourier.sandbox;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tencent Cloud's check of {@code TC3-HMAC-SHA256} (API 3.0, signature v3): rebuilds the signature from what arrived,
 * following the client's {@code SignedHeaders}. Answers documented error codes.
 */
final class Tc3Verifier {

    static final String ALGORITHM = "TC3-HMAC-SHA256";
    static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final Pattern AUTHORIZATION = Pattern.compile(
            ALGORITHM + " Credential=([^/]+)/([^/]+)/([^/]+)/tc3_request, *SignedHeaders=([^,]+), *Signature=([^,]+)");

    private final String service;
    private final String secretId;
    private final String secretKey;

    Tc3Verifier(String service, String secretId, String secretKey) {
        this.service = service;
        this.secretId = secretId;
        this.secretKey = secretKey;
    }

    /** Returns the code of what is wrong with the request's signature, or empty if it is right. */
    Optional<String> complaint(Request request) {
        Matcher authorization = AUTHORIZATION.matcher(request.header("authorization", ""));
        if (!authorization.matches()) {
            return Optional.of("AuthFailure.InvalidAuthorization");
        }
        if (!authorization.group(1).equals(secretId)) {
            return Optional.of("AuthFailure.SecretIdNotFound");
        }
        List<String> signed = List.of(authorization.group(4).split(";"));
        boolean right = signed.contains("content-type")
                && signed.contains("host")
                && authorization.group(2).equals(date(request))
                && authorization.group(3).equals(service)
                && Digests.same(signature(request, signed), authorization.group(5));
        return right ? Optional.empty() : Optional.of("AuthFailure.SignatureFailure");
    }

    private String signature(Request request, List<String> signed) {
        String date = date(request);
        byte[] dateKey = hmac(Digests.utf8("TC3" + secretKey), date);
        byte[] signingKey = hmac(hmac(dateKey, service), "tc3_request");
        String toSign = String.join(
                "\n",
                ALGORITHM,
                request.header("x-tc-timestamp", ""),
                date + "/" + service + "/tc3_request",
                Digests.sha256Hex(Digests.utf8(canonicalRequest(request, signed))));
        return Digests.hex(hmac(signingKey, toSign));
    }

    static String canonicalRequest(Request request, List<String> signed) {
        String query = request.query();
        return String.join(
                "\n",
                request.method(),
                "/",
                query == null ? "" : query,
                signed.stream().map(name -> line(name, request)).collect(Collectors.joining()),
                String.join(";", signed),
                payloadHash(request));
    }

    private static String line(String name, Request request) {
        return name + ":" + request.header(name, "").strip().toLowerCase(Locale.ROOT) + "\n";
    }

    private static String payloadHash(Request request) {
        boolean unsigned = UNSIGNED.equals(request.header("x-tc-content-sha256"));
        return Digests.sha256Hex(unsigned ? Digests.utf8(UNSIGNED) : request.body());
    }

    /** The UTC date of the request's own timestamp. */
    private static String date(Request request) {
        try {
            long seconds = Long.parseLong(request.header("x-tc-timestamp", ""));
            return Instant.ofEpochSecond(seconds)
                    .atZone(ZoneOffset.UTC)
                    .toLocalDate()
                    .toString();
        } catch (NumberFormatException | DateTimeException e) {
            return "";
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        return Digests.hmac("HmacSHA256", key, text);
    }
}
