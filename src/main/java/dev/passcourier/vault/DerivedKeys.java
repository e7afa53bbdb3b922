package dev.passcourier.vault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The keys that the one at-rest key stands for: one per purpose, so that no two purposes share one. */
final class DerivedKeys {

    private static final String HMAC = "HmacSHA256";

    private DerivedKeys() {}

    static SecretKeySpec atRest(SecretBytes master) {
        return derive(master, "passcourier at-rest v1", "AES");
    }

    static SecretKeySpec fingerprint(SecretBytes master) {
        return derive(master, "passcourier fingerprint v1", HMAC);
    }

    /** Names passwords in reports. */
    static SecretKeySpec report(SecretBytes master) {
        return derive(master, "passcourier report v1", HMAC);
    }

    /** Tells one at-rest key from another. */
    static SecretKeySpec id(SecretBytes master) {
        return derive(master, "passcourier key id v1", HMAC);
    }

    /** A key that was derived before, and kept. */
    static SecretKeySpec named(byte[] bytes, int offset, int length) {
        return new SecretKeySpec(bytes, offset, length, HMAC);
    }

    static byte[] hmac(SecretKeySpec key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e.getClass().getName());
        }
    }

    private static SecretKeySpec derive(SecretBytes master, String label, String algorithm) {
        var key = new SecretKeySpec(master.borrow(), HMAC);
        try (var derived = SecretBytes.owning(hmac(key, label.getBytes(StandardCharsets.US_ASCII)))) {
            return new SecretKeySpec(derived.borrow(), algorithm);
        }
    }
}
