package dev.passcourier.vault;

import dev.passcourier.vault.VaultException.Code;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;

/**
 * Opens passwords that a guest encrypted to the key pair's RSA key with PKCS#1 v1.5. The guest's root writes this
 * ciphertext, so every failure looks the same to the outside: {@link Code#WRONG_KEY}.
 */
final class RsaOpener {

    // The whole name: with a bare "RSA" Bouncy Castle would hand out the raw block.
    private static final String TRANSFORMATION = "RSA/ECB/PKCS1Padding";
    private static final int LONGEST_PASSWORD = 256;

    private RsaOpener() {}

    /**
     * Opens with the first key that fits.
     *
     * @return the secret, which the caller closes: 1 to 256 bytes of printable UTF-8
     */
    static Unlocked open(byte[] ciphertext, List<HeldKey> candidates) throws VaultException {
        for (HeldKey key : candidates) {
            Optional<SecretBytes> secret = tryKey(ciphertext, key);
            if (secret.isPresent()) {
                return new Unlocked(secret.get(), key.name());
            }
        }
        throw new VaultException(Code.WRONG_KEY);
    }

    private static Optional<SecretBytes> tryKey(byte[] ciphertext, HeldKey key) {
        if (key.modulusLength() != ciphertext.length) {
            return Optional.empty();
        }
        try {
            return checked(SecretBytes.owning(decrypt(ciphertext, key.rsa())));
        } catch (GeneralSecurityException | RuntimeException e) {
            // Providers disagree on checked and unchecked here. None of them says anything we may pass on.
            return Optional.empty();
        }
    }

    private static byte[] decrypt(byte[] ciphertext, PrivateKey key) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(TRANSFORMATION);
        cipher.init(Cipher.DECRYPT_MODE, key);
        return cipher.doFinal(ciphertext);
    }

    private static Optional<SecretBytes> checked(SecretBytes secret) {
        int length = secret.length();
        if (length >= 1 && length <= LONGEST_PASSWORD && PrintableText.isOneLine(secret.borrow())) {
            return Optional.of(secret);
        }
        secret.close();
        return Optional.empty();
    }
}
