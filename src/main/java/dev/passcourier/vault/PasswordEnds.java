package dev.passcourier.vault;

import java.util.Arrays;

/**
 * Takes off what guests' scripts leave around a password: line ends and NULs at its end, as {@code echo} and buffers of C
 * do, and a byte-order mark at its start, as PowerShell does. None of them can be typed into a password.
 *
 * <p>Like {@link Pkcs1Block} in the same steps whatever the bytes are, as they may come out of a wrong key.
 */
final class PasswordEnds {

    private static final int NUL = 1;
    private static final int LF = 2;
    private static final int CR = 4;
    private static final int MARK = 8;
    private static final String[] WORDS = words();

    private PasswordEnds() {}

    /** The password, which the caller closes; the message is wiped. */
    static SecretBytes takenOff(byte[] message) {
        int start = 3 & startsWithMark(message);
        int end = 0;
        int off = 0;
        for (int i = 0; i < message.length; i++) {
            int nul = Pkcs1Block.ifZero(message[i]);
            int lf = Pkcs1Block.ifZero(message[i] ^ '\n');
            int cr = Pkcs1Block.ifZero(message[i] ^ '\r');
            int taken = nul | lf | cr;
            end = (end & taken) | ((i + 1) & ~taken);
            off = taken & (off | (NUL & nul) | (LF & lf) | (CR & cr));
        }
        off |= MARK & startsWithMark(message);
        byte[] password = Arrays.copyOfRange(message, start, Math.max(start, end));
        Arrays.fill(message, (byte) 0);
        return SecretBytes.owning(password, WORDS[off]);
    }

    private static int startsWithMark(byte[] message) {
        if (message.length < 3) {
            return 0;
        }
        return Pkcs1Block.ifZero(message[0] ^ 0xEF)
                & Pkcs1Block.ifZero(message[1] ^ 0xBB)
                & Pkcs1Block.ifZero(message[2] ^ 0xBF);
    }

    private static String[] words() {
        String[] words = new String[16];
        for (int off = 0; off < words.length; off++) {
            var text = new StringBuilder();
            text.append((off & MARK) == 0 ? "" : "BOM ").append((off & CR) == 0 ? "" : "CR ");
            text.append((off & LF) == 0 ? "" : "LF ").append((off & NUL) == 0 ? "" : "NUL ");
            words[off] = text.toString().strip();
        }
        return words;
    }
}
