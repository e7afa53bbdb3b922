package dev.passcourier.delivery;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.WebhookKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs after Standard Webhooks 1.0, symmetric scheme {@code v1}: HMAC-SHA256 over {@code id.timestamp.body}, once per
 * secret. Secrets are read anew for each signature, as
 * {@link WebhookKey} says.
 *
 * @see <a href="https://www.standardwebhooks.com">standardwebhooks.com</a>
 */
final class WebhookSigner {

    private final List<SecretRef> secrets;

    WebhookSigner(List<SecretRef> secrets) {
        this.secrets = List.copyOf(secrets);
    }

    /**
     * Starts a signature; the body is written to it.
     *
     * @param id        the message's id
     * @param timestamp seconds since 1970
     * @throws ConfigurationException if a secret cannot be read
     */
    Signature start(String id, long timestamp) throws ConfigurationException {
        List<Mac> macs = new ArrayList<>();
        for (SecretRef secret : secrets) {
            Mac mac = mac(secret);
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.US_ASCII));
            macs.add(mac);
        }
        return new Signature(macs);
    }

    private static Mac mac(SecretRef secret) throws ConfigurationException {
        byte[] written = secret.read();
        byte[] key = written;
        try {
            key = WebhookKey.of(written);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (ConfigurationException e) {
            throw new ConfigurationException("webhook secret " + secret.reference() + " " + e.getMessage());
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("no HmacSHA256 in this Java runtime");
        } finally {
            Arrays.fill(key, (byte) 0);
            Arrays.fill(written, (byte) 0);
        }
    }

    /** A signature in the making. Counts the body's bytes on the way. */
    static final class Signature extends OutputStream {

        private final List<Mac> macs;
        private long length;

        private Signature(List<Mac> macs) {
            this.macs = macs;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            macs.forEach(mac -> mac.update(bytes, offset, count));
            length += count;
        }

        /** How long the body is. */
        long length() {
            return length;
        }

        /** The value of {@code webhook-signature}; call once. */
        String header() {
            List<String> signatures = new ArrayList<>();
            for (Mac mac : macs) {
                signatures.add("v1," + Base64.getEncoder().encodeToString(mac.doFinal()));
            }
            return String.join(" ", signatures);
        }
    }
}
