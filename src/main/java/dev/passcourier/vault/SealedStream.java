package dev.passcourier.vault;

import com.exceptionfactory.jagged.UnsupportedRecipientStanzaException;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * Seals what is too large for the memory, such as a backup, as age does: in chunks of 64 KiB, each of which shows whether it
 * was altered, moved or cut off.
 */
public final class SealedStream {

    private static final byte[] START = "age-encryption.org/".getBytes(StandardCharsets.US_ASCII);

    private SealedStream() {}

    /**
     * Demands a recipient of age.
     *
     * @throws KeyLoadException if the key is of another format
     */
    public static void demandUsable(RecipientKey recipient) throws KeyLoadException {
        if (!(recipient instanceof AgeRecipient)) {
            throw new KeyLoadException(
                    KeyLoadException.Code.KEY_FORMAT,
                    Path.of("recipient"),
                    "a backup is sealed in chunks, which age does and the other formats do not: make a key with"
                            + " age-keygen -o key.txt, and give the line age1… that age-keygen -y key.txt prints");
        }
    }

    /**
     * Seals what is written.
     *
     * @param recipient of whom {@link #demandUsable} holds
     * @param out       stays open when the returned stream is closed, which makes the seal whole
     */
    public static OutputStream to(RecipientKey recipient, OutputStream out) throws IOException {
        try {
            return ((AgeRecipient) recipient).sealing(out);
        } catch (GeneralSecurityException e) {
            throw new IOException("SEAL");
        }
    }

    /** Whether what begins so is sealed. */
    public static boolean isSealed(byte[] start) {
        return ResultMimeEntity.indexOf(start, START, 0) == 0;
    }

    /**
     * Opens a seal.
     *
     * @param key an age identity file, 0600
     * @return what was sealed; reading it fails with {@code SEAL_ALTERED} where it was altered or cut off, so nothing of it
     *     is to be used before its end
     * @throws NotOpenedException if it is sealed for another key, or damaged at its beginning
     */
    public static InputStream from(InputStream sealed, Path key)
            throws KeyLoadException, NotOpenedException, IOException {
        if (!(RecipientPrivateKey.load(key, null) instanceof AgeIdentity identity)) {
            throw new KeyLoadException(
                    KeyLoadException.Code.KEY_FORMAT, key, "an age identity is needed, as age-keygen makes it");
        }
        try {
            return new Whole(identity.opening(sealed));
        } catch (UnsupportedRecipientStanzaException e) {
            throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new NotOpenedException(Reason.ALTERED);
        }
    }

    /** Whatever the library throws of a damaged chunk is one code. */
    private static final class Whole extends FilterInputStream {

        Whole(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int most) throws IOException {
            try {
                return super.read(bytes, from, most);
            } catch (IOException | RuntimeException e) {
                throw new IOException("SEAL_ALTERED");
            }
        }
    }
}
