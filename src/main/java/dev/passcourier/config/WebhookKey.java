package dev.passcourier.config;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads the secret of a webhook as the libraries of Standard Webhooks do, at both ends alike: base64, with or without
 * {@code whsec_} before it, of 24 to 64 bytes.
 *
 * @see <a href="https://www.standardwebhooks.com">standardwebhooks.com</a>
 */
public final class WebhookKey {

    private static final byte[] PREFIX = "whsec_".getBytes(StandardCharsets.US_ASCII);
    private static final int LEAST = 24;
    private static final int MOST = 64;
    private static final String MAKE = "make one with  echo whsec_$(openssl rand -base64 32)";

    private WebhookKey() {}

    /** Whether the secret has the prefix that says how it is to be read. */
    static boolean isPrefixed(byte[] written) {
        return written.length >= PREFIX.length && Arrays.equals(written, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    /**
     * The key.
     *
     * @param written the secret as it is given; it stays as it is
     * @return fresh bytes that the caller wipes
     * @throws ConfigurationException saying what is wrong with the secret, and never quoting it
     */
    public static byte[] of(byte[] written) throws ConfigurationException {
        boolean isPrefixed = isPrefixed(written);
        byte[] base64 = Arrays.copyOfRange(written, isPrefixed ? PREFIX.length : 0, written.length);
        try {
            byte[] key = Base64.getDecoder().decode(base64);
            if (key.length < LEAST || key.length > MOST) {
                int length = key.length;
                Arrays.fill(key, (byte) 0);
                throw new ConfigurationException("is base64 of " + length
                        + " bytes, and Standard Webhooks takes " + LEAST + " to " + MOST + "; " + MAKE
                        + " and give it to the receiver");
            }
            return key;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("is no base64" + (isPrefixed ? " after whsec_" : "")
                    + ", which the receiver's library takes it for; " + MAKE
                    + ", or where the receiver computes with these very bytes, write whsec_ and their base64");
        } finally {
            Arrays.fill(base64, (byte) 0);
        }
    }
}
