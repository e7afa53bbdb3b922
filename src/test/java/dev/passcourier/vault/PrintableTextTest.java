package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrintableTextTest {

    /** Judged by the Java runtime's own decoder. */
    private static boolean isOneLine(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .codePoints()
                    .allMatch(each -> {
                        int type = Character.getType(each);
                        return type != Character.CONTROL
                                && type != Character.LINE_SEPARATOR
                                && type != Character.PARAGRAPH_SEPARATOR
                                && (each & 0xFFFE) != 0xFFFE;
                    });
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static void compare(byte[] utf8) {
        assertThat(PrintableText.isOneLine(utf8))
                .as(HexFormat.of().formatHex(utf8))
                .isEqualTo(isOneLine(utf8));
    }

    @Test
    void knowsEveryCharacterThatThereIsAndThoseThatThereAreNot() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                byte[] utf8 = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
                if (PrintableText.isOneLine(utf8) != isOneLine(utf8)) {
                    compare(utf8);
                }
            }
        }
        assertThat(PrintableText.isOneLine(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}))
                .isFalse();
    }

    @Test
    void knowsWhatIsNoUtf8() {
        Random random = new Random(5);
        for (int round = 0; round < 400_000; round++) {
            byte[] utf8 = new byte[1 + random.nextInt(5)];
            for (int i = 0; i < utf8.length; i++) {
                utf8[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(0x80) : 0x80 + random.nextInt(0x80));
            }
            if (PrintableText.isOneLine(utf8) != isOneLine(utf8)) {
                compare(utf8);
            }
        }
    }

    @Test
    void allowsLineBreaksAndTabsWhereTheyBelong() {
        byte[] lines = "-----BEGIN\r\n\tKEY".getBytes(StandardCharsets.US_ASCII);
        assertThat(PrintableText.isLines(lines)).isTrue();
        assertThat(PrintableText.isOneLine(lines)).isFalse();
        assertThat(PrintableText.isLines(new byte[] {'a', 7})).isFalse();
    }
}
