package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs1BlockTest {

    private static final int LENGTH = 128;

    private final Random random = new Random(7);

    @Test
    void findsEveryMessageThatABlockCanHold() {
        for (int message = 0; message <= LENGTH - 11; message++) {
            assertThat(Pkcs1Block.messageStart(block(LENGTH - message - 1)))
                    .as("a message of %s bytes", message)
                    .isEqualTo(LENGTH - message);
        }
    }

    @Test
    void takesTheFirstZeroAsTheSeparator() {
        byte[] block = block(20);
        block[21] = 0;
        block[LENGTH - 1] = 0;
        assertThat(Pkcs1Block.messageStart(block)).isEqualTo(21);
    }

    @Test
    void wantsEightBytesOfPadding() {
        assertThat(Pkcs1Block.messageStart(block(10))).isEqualTo(11);
        IntStream.range(2, 10).forEach(separator -> assertThat(Pkcs1Block.messageStart(block(separator)))
                .isZero());
    }

    @Test
    void wantsASeparator() {
        byte[] block = block(20);
        block[20] = 1;
        assertThat(Pkcs1Block.messageStart(block)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void wantsBothMarksWhateverElseTheyAre(int mark) {
        for (int value = 0; value < 256; value++) {
            byte[] block = block(20);
            block[mark] = (byte) value;
            assertThat(Pkcs1Block.messageStart(block)).isEqualTo(value == 2 * mark ? 21 : 0);
        }
    }

    @Test
    void agreesWithThePlainReadingOfTheStandard() {
        for (int i = 0; i < 20_000; i++) {
            byte[] block = block(2 + random.nextInt(LENGTH - 2));
            block[random.nextInt(LENGTH)] = (byte) random.nextInt(3);
            assertThat(Pkcs1Block.messageStart(block)).isEqualTo(plainly(block));
        }
    }

    private static int plainly(byte[] block) {
        if (block[0] != 0 || block[1] != 2) {
            return 0;
        }
        for (int i = 2; i < block.length; i++) {
            if (block[i] == 0) {
                return i >= 10 ? i + 1 : 0;
            }
        }
        return 0;
    }

    /** Padding without a zero up to the separator, and a message without one after it. */
    private byte[] block(int separator) {
        byte[] block = new byte[LENGTH];
        for (int i = 2; i < LENGTH; i++) {
            block[i] = (byte) (1 + random.nextInt(255));
        }
        block[1] = 2;
        block[separator] = 0;
        return Arrays.copyOf(block, LENGTH);
    }
}
