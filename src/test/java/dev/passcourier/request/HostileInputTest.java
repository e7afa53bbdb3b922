package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever bytes come, the readers answer with a request or a refusal, and nothing else. */
class HostileInputTest {

    private static final int ROUNDS = 5_000;
    private static final String OBJECT =
            "{\"id\":\"r-1\",\"account\":\"a\",\"instance\":\"i\",\"parameters\":{\"p\":\"q\"},\"deliverTo\":[\"x\",\"y\"],"
                    + "\"deadline\":\"2026-03-01T12:00:00Z\",\"reason\":\"caf\u00e9 \\ud83d\\ude00\"}";
    private static final String CSV =
            "id,account,instance,deliverTo,reason\r\nr-1,a,i,x y,\"be, cause\"\r\nr-2,a,i,x,\"\"\"\"\r\n";
    private static final List<String> PIECES = List.of(
            "[",
            "]",
            "{",
            "}",
            "\"",
            ",",
            "\\",
            "\n",
            "\r",
            "\u0000",
            "\\u0000",
            "\ufeff",
            "1e999999999",
            "null",
            "\ud83d\ude00",
            ";",
            "//",
            "NaN",
            "\"id\":\"r-1\",");

    @ParameterizedTest
    @EnumSource
    void neverMakesAReaderFail(BatchFormat format) {
        Random random = new Random(20260301);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutated(random, sample(format));
            int lines = read(bytes, format);
            assertThat(lines).isBetween(-1, BatchReader.MAX_LINES);
        }
    }

    /** The number of lines, or -1 if the whole was refused. */
    private static int read(byte[] bytes, BatchFormat format) {
        assertThat(RequestReader.salvage(bytes)).isNotNull();
        try {
            return BatchReader.read(bytes, format, line -> "line-" + line).size();
        } catch (RequestException refused) {
            return -1;
        }
    }

    private static String sample(BatchFormat format) {
        return switch (format) {
            case JSON -> "[" + OBJECT + ",\n" + OBJECT + "]";
            case NDJSON -> OBJECT + "\n" + OBJECT;
            case CSV -> CSV;
            case JWS -> "eyJhbGciOiJub25lIn0.e30.\neyJ";
        };
    }

    private static byte[] mutated(Random random, String sample) {
        StringBuilder text = new StringBuilder(sample);
        for (int change = random.nextInt(4); change >= 0; change--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> text.deleteCharAt(at);
                default -> text.setCharAt(at, (char) random.nextInt(0x180));
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(10) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }
}
