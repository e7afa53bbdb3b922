package dev.passcourier.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;

/** What cloudbase-init does in a Windows guest: encrypts the password once, to the key pair's public key. */
final class GuestAgent {

    private GuestAgent() {}

    /**
     * One PKCS#1 v1.5 block as base64 without line breaks.
     *
     * @throws IllegalArgumentException if the password does not fit the key, or the key is not RSA
     */
    static String encrypt(String password, PublicKey key) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.ENCRYPT_MODE, key);
            return Base64.getEncoder().encodeToString(cipher.doFinal(password.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an RSA key that the password fits", e);
        }
    }

    /** What a block for another key pair of 2048 bits looks like to everybody who does not have it: noise. */
    static String encryptedToNobody() {
        byte[] block = new byte[256];
        new SecureRandom().nextBytes(block);
        return Base64.getEncoder().encodeToString(block);
    }
}
