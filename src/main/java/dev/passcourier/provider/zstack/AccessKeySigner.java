package dev.passcourier.provider.zstack;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.CannotAskException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * ZStack's access-key scheme: {@code Authorization: ZStack <id>:<HMAC-SHA1>} over method, date and path.
 *
 * @param zone the server's zone: by default the server drops the zone of the date and compares local times
 */
record AccessKeySigner(String id, SecretRef secret, ZoneId zone, Clock clock) {

    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss", Locale.ENGLISH);

    /**
     * The headers that authorise a call.
     *
     * @param path below the endpoint, so without the server's context path
     * @throws CannotAskException if the secret cannot be read
     */
    Map<String, String> headers(String method, String path) throws CannotAskException {
        String date = date();
        return Map.of("Date", date, "Authorization", "ZStack " + id + ":" + signature(method, path, date));
    }

    /** The zone goes as an offset: its short names are ambiguous, and the server reads {@code CST} as Chicago. */
    private String date() {
        ZonedDateTime now = clock.instant().atZone(zone);
        ZoneOffset offset = now.getOffset();
        return LOCAL.format(now) + " " + (offset.equals(ZoneOffset.UTC) ? "GMT" : offset.getId());
    }

    private String signature(String method, String path, String date) throws CannotAskException {
        try {
            byte[] key = secret.read();
            try {
                return signature(key, method + "\n" + date + "\n" + path);
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        } catch (ConfigurationException e) {
            throw CannotAskException.secretNotReadable();
        }
    }

    static String signature(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key, "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA1", e);
        }
    }
}
