package dev.passcourier.vault;

import dev.passcourier.vault.VaultException.Code;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The service's own seal for results that lie in an outbox without a recipient's key: AES-256-GCM with a random nonce.
 * The layout is a version byte, {@code notAfter} as 8 bytes of epoch milliseconds, 12 bytes of nonce, and the
 * ciphertext with its tag. Version, time and delivery id are authenticated, so that a seal fits no other delivery and
 * cannot be made to live longer.
 */
public final class AtRest {

    /** Marks bytes under the at-rest seal. */
    public static final String MEDIA_TYPE = "application/vnd.passcourier.at-rest";

    private static final byte VERSION = 1;
    private static final int NONCE = 12;
    private static final int HEAD = 1 + Long.BYTES;
    private static final int TAG = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;
    private final List<SecretKeySpec> keys;

    AtRest(SecretKeySpec key) {
        this(key, List.of());
    }

    /** Seals with one key, and opens what it or any of the others has sealed. */
    AtRest(SecretKeySpec key, List<SecretKeySpec> others) {
        this.key = key;
        keys = Stream.concat(Stream.of(key), others.stream()).toList();
    }

    byte[] seal(SecretBytes result, String deliveryId, Instant notAfter) throws GeneralSecurityException {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        byte[] head = ByteBuffer.allocate(HEAD)
                .put(VERSION)
                .putLong(notAfter.toEpochMilli())
                .array();
        byte[] sealed =
                cipher(Cipher.ENCRYPT_MODE, key, head, nonce, deliveryId).doFinal(result.borrow());
        return ByteBuffer.allocate(HEAD + NONCE + sealed.length)
                .put(head)
                .put(nonce)
                .put(sealed)
                .array();
    }

    /** The result, which the caller closes. */
    SecretBytes open(byte[] sealed, String deliveryId, Instant now) throws VaultException {
        if (sealed.length > 0 && sealed[0] > VERSION) {
            throw new VaultException(Code.SEAL_NEWER);
        }
        if (sealed.length <= HEAD + NONCE + TAG || sealed[0] != VERSION) {
            throw new VaultException(Code.NOT_OPENED);
        }
        var in = ByteBuffer.wrap(sealed);
        byte[] head = new byte[HEAD];
        byte[] nonce = new byte[NONCE];
        in.get(head).get(nonce);
        SecretBytes result = decrypt(sealed, head, nonce, deliveryId);
        if (now.toEpochMilli() >= in.getLong(1)) {
            result.close();
            throw new VaultException(Code.EXPIRED);
        }
        return result;
    }

    /** Only the key that sealed it fits: the others' tags are wrong. */
    private SecretBytes decrypt(byte[] sealed, byte[] head, byte[] nonce, String deliveryId) throws VaultException {
        int start = HEAD + NONCE;
        for (SecretKeySpec each : keys) {
            try {
                return SecretBytes.owning(cipher(Cipher.DECRYPT_MODE, each, head, nonce, deliveryId)
                        .doFinal(sealed, start, sealed.length - start));
            } catch (GeneralSecurityException | RuntimeException e) {
                // The next one may.
            }
        }
        throw new VaultException(Code.NOT_OPENED);
    }

    private static Cipher cipher(int mode, SecretKeySpec key, byte[] head, byte[] nonce, String deliveryId)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
        cipher.updateAAD(head);
        cipher.updateAAD(deliveryId.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    @Override
    public String toString() {
        return "AtRest";
    }
}
