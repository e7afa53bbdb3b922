package dev.passcourier.vault;

/**
 * Finds the message in a PKCS#1 v1.5 encryption block (RFC 8017, section 7.2.2) in the same steps whatever the block
 * holds: no branch and no array index depends on its bytes. Whoever chose the ciphertext cannot tell from the time where
 * a block went wrong.
 */
final class Pkcs1Block {

    private static final int BLOCK_TYPE = 2;
    private static final int SHORTEST_PADDING = 8;

    private Pkcs1Block() {}

    /**
     * Where the message starts.
     *
     * @param block as long as the key's modulus
     * @return its index, the block's length if the message is empty, or 0 if the padding is wrong
     */
    static int messageStart(byte[] block) {
        int good = ifZero(block[0]) & ifZero(block[1] ^ BLOCK_TYPE);
        int searching = -1;
        int separator = 0;
        for (int i = 2; i < block.length; i++) {
            int zero = ifZero(block[i]);
            separator |= i & zero & searching;
            searching &= ~zero;
        }
        return (separator + 1) & good & ifAtLeast(separator, 2 + SHORTEST_PADDING);
    }

    /** All ones if the lowest byte is zero, else zero. */
    static int ifZero(int value) {
        return ((value & 0xFF) - 1) >> 31;
    }

    /** All ones if {@code value >= bound}, else zero; both small and not negative. */
    static int ifAtLeast(int value, int bound) {
        return (bound - 1 - value) >> 31;
    }
}
