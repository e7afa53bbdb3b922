package dev.passcourier.provider.huaweiecs;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.HeaderSecret;
import java.net.URI;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Signs calls without a body, with an account's access keys, which are read afresh for every call. The gateway checks the host too: what
 * lies between must not rewrite it.
 *
 * @param base the endpoint that the calls go to
 */
record SdkHmacSigner(HuaweiSettings.AccessKey keys, URI base, Clock clock) {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /**
     * The headers for one call.
     *
     * @param method    GET or DELETE
     * @param path      below the endpoint, percent-encoded
     * @param query     names to values, not encoded
     * @param projectId where the keys reach several projects, or null
     * @throws ConfigurationException if a secret cannot be read
     */
    Map<String, String> headers(String method, String path, SortedMap<String, String> query, @Nullable String projectId)
            throws ConfigurationException {
        Map<String, String> sent = new LinkedHashMap<>();
        sent.put("X-Sdk-Date", DATE.format(clock.instant()));
        if (projectId != null) {
            sent.put("X-Project-Id", projectId);
        }
        if (keys.securityToken() != null) {
            sent.put("X-Security-Token", HeaderSecret.read("securityToken", keys.securityToken()));
        }
        sent.put("Authorization", authorization(method, path, query, sent));
        return sent;
    }

    /** The secrets that it signs and sends. */
    List<SecretRef> secrets() {
        return Stream.of(keys.secretKey(), keys.securityToken())
                .filter(Objects::nonNull)
                .toList();
    }

    private String authorization(String method, String path, SortedMap<String, String> query, Map<String, String> sent)
            throws ConfigurationException {
        SortedMap<String, String> signed = new TreeMap<>();
        sent.forEach((name, value) -> signed.put(name.toLowerCase(Locale.ROOT), value));
        signed.put("host", base.getRawAuthority());
        byte[] secretKey = keys.secretKey().read();
        try {
            return new SdkSignature(method, base.getRawPath() + path, query, signed)
                    .authorization(keys.accessKey(), secretKey);
        } finally {
            Arrays.fill(secretKey, (byte) 0);
        }
    }
}
