package dev.passcourier.vault;

import dev.passcourier.vault.VaultException.Code;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;

/**
 * Opens passwords that a guest encrypted to the key pair's RSA key with PKCS#1 v1.5. The guest's root writes this
 * ciphertext, so every failure looks the same to the outside: {@link Code#WRONG_KEY}. What can be told of it without a
 * key, {@link Ciphertext} has told before.
 */
final class RsaOpener {

    // The whole name, as providers differ on what a bare "RSA" means. We take the padding off ourselves: providers do
    // it
    // by throwing at the first wrong byte.
    private static final String TRANSFORMATION = "RSA/ECB/NoPadding";
    private static final int LONGEST_PASSWORD = 256;

    private RsaOpener() {}

    /**
     * Opens with the first key that fits.
     *
     * @return the secret, which the caller closes: 1 to 256 bytes of printable UTF-8, without what {@link PasswordEnds}
     *         takes off
     */
    static Vault.Unlocked open(byte[] ciphertext, List<HeldKey> candidates) throws VaultException {
        for (HeldKey key : candidates) {
            Optional<SecretBytes> secret = tryKey(ciphertext, key);
            if (secret.isPresent()) {
                return new Vault.Unlocked(secret.get(), key.info());
            }
        }
        throw new VaultException(Code.WRONG_KEY);
    }

    private static Optional<SecretBytes> tryKey(byte[] ciphertext, HeldKey key) {
        if (key.modulusLength() != ciphertext.length) {
            return Optional.empty();
        }
        try {
            return password(decrypt(ciphertext, key));
        } catch (GeneralSecurityException | RuntimeException e) {
            // Providers disagree on checked and unchecked here. None of them says anything we may pass on.
            return Optional.empty();
        }
    }

    private static byte[] decrypt(byte[] ciphertext, HeldKey key) throws GeneralSecurityException {
        CryptoProvider.RsaKey rsa = key.decrypting();
        Cipher cipher = Cipher.getInstance(TRANSFORMATION, rsa.by());
        cipher.init(Cipher.DECRYPT_MODE, rsa.key());
        byte[] number = cipher.doFinal(ciphertext);
        byte[] block = new byte[key.modulusLength()];
        System.arraycopy(number, 0, block, block.length - number.length, number.length);
        Arrays.fill(number, (byte) 0);
        return block;
    }

    /**
     * A block with wrong padding is looked at to the end like any other, and as many characters are for a short password as
     * for a long one; only the verdict differs.
     */
    @SuppressWarnings("ShortCircuitBoolean") // the time it takes must not say which part was wrong
    private static Optional<SecretBytes> password(byte[] block) {
        int start = Pkcs1Block.messageStart(block);
        SecretBytes secret = PasswordEnds.takenOff(Arrays.copyOfRange(block, start, block.length));
        Arrays.fill(block, (byte) 'x');
        System.arraycopy(secret.borrow(), 0, block, 0, secret.length());
        boolean usable = (start > 0) & hasFittingLength(secret) & PrintableText.isOneLine(block);
        Arrays.fill(block, (byte) 0);
        if (usable) {
            return Optional.of(secret);
        }
        secret.close();
        return Optional.empty();
    }

    private static boolean hasFittingLength(SecretBytes secret) {
        return secret.length() >= 1 && secret.length() <= LONGEST_PASSWORD;
    }
}
