package dev.passcourier.vault;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** Names of deliveries, the same for every attempt and after every restart. */
public final class DeliveryIds {

    private static final int BYTES = 18;

    private DeliveryIds() {}

    /**
     * The id of the delivery of a request's result to a destination: {@code dlv_} and 24 characters of base64url, taken
     * from a SHA-256 over both names.
     */
    public static String of(String requestId, String alias) {
        MessageDigest hash = sha256();
        update(hash, "passcourier delivery v1");
        update(hash, requestId);
        update(hash, alias);
        byte[] start = Arrays.copyOf(hash.digest(), BYTES);
        return "dlv_" + Base64.getUrlEncoder().withoutPadding().encodeToString(start);
    }

    // The length in front keeps ("ab", "c") and ("a", "bc") apart.
    private static void update(MessageDigest hash, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        hash.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
