package dev.passcourier.vault;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import javax.crypto.Cipher;

/** Encryption blocks that a guest may post, right or wrong in one place. Fresh padding each time. */
public enum Blocks {
    VALID,
    BAD_FIRST_BYTE,
    BAD_SECOND_BYTE,
    NO_SEPARATOR,
    SHORT_PADDING,
    EMPTY,
    UNPRINTABLE,
    UNPRINTABLE_BEFORE_A_LINE_END,
    NOT_UTF8,
    WRONG_KEY;

    private static final Random RANDOM = new Random(11);

    /** As a guest posts it, in base64. */
    public byte[] encrypted(KeyPair key) {
        return Base64.getEncoder().encode(encryptedRaw(key));
    }

    byte[] encryptedRaw(KeyPair key) {
        KeyPair used = this == WRONG_KEY ? TestKeys.rsa("of nobody", 2048) : key;
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, used.getPublic());
            int length = (((RSAPublicKey) used.getPublic()).getModulus().bitLength() + 7) / 8;
            return cipher.doFinal(block(length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] block(int length) {
        byte[] block = new byte[length];
        for (int i = 2; i < length; i++) {
            block[i] = (byte) (1 + RANDOM.nextInt(255));
        }
        block[1] = 2;
        byte[] message = "Canary#123456".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(message, 0, block, length - message.length, message.length);
        int separator = length - message.length - 1;
        block[separator] = 0;
        switch (this) {
            case BAD_FIRST_BYTE -> block[0] = 1;
            case BAD_SECOND_BYTE -> block[1] = 1;
            case NO_SEPARATOR -> block[separator] = 1;
            case SHORT_PADDING -> block[9] = 0;
            case EMPTY -> Arrays.fill(block, separator, length, (byte) 1);
            case UNPRINTABLE -> block[separator + 1] = 7;
            case UNPRINTABLE_BEFORE_A_LINE_END -> {
                block[separator + 1] = 7;
                block[length - 2] = '\r';
                block[length - 1] = '\n';
            }
            case NOT_UTF8 -> block[separator + 1] = (byte) 0xFF;
            default -> {}
        }
        if (this == EMPTY) {
            block[length - 1] = 0;
        }
        return block;
    }
}
