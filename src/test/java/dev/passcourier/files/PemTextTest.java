package dev.passcourier.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PemTextTest {

    private static final String BASE64 = base64(300);
    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----\n" + BASE64 + "-----END CERTIFICATE-----\n";
    private static final String TRADITIONAL = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
            + "DEK-Info: AES-256-CBC,0102030405060708090A0B0C0D0E0F10\n\n" + BASE64 + "-----END RSA PRIVATE KEY-----\n";
    private static final String ARMOR =
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + BASE64 + "=aB3d\n-----END PGP PUBLIC KEY BLOCK-----\n";

    static Stream<Arguments> clothes() {
        return Stream.of(
                wear("line feeds as two characters", text -> text.replace("\n", "\\n")),
                wear("line ends as four characters", text -> text.replace("\n", "\\r\\n")),
                wear("escaped twice", text -> text.replace("\n", "\\\\n")),
                wear("lines joined by blanks", text -> text.replace('\n', ' ')),
                wear("carriage returns alone", text -> text.replace('\n', '\r')),
                wear("Windows' line ends", text -> text.replace("\n", "\r\n")),
                wear("blanks after each line", text -> text.replace("\n", " \t\n")),
                wear("indented", text -> "      " + text.replace("\n", "\n      ")),
                wear("no-break spaces", text -> text.replaceAll("(?m)^(?=[A-Za-z0-9+/]{4})", "\u00A0\u00A0")),
                wear("empty lines between", text -> text.replace("\n", "\n\n")),
                wear("NULs at the end", text -> text + "\0\0\0"),
                wear("in quotes with escapes", text -> "\"" + text.replace("\n", "\\n") + "\""),
                wear("quoted lines", text -> text.replaceAll("(?m)^(.+)$", "\"$1\"")));
    }

    private static Arguments wear(String name, UnaryOperator<String> clothes) {
        return Arguments.of(name, clothes);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("clothes")
    void undoesWhatAStoreDidToABlock(String name, UnaryOperator<String> clothes) {
        for (String pem : new String[] {CERTIFICATE, TRADITIONAL, ARMOR}) {
            assertThat(tidy(clothes.apply(pem))).containsOnlyOnce(pem);
            assertThat(tidy(clothes.apply(pem + pem)).split(Pattern.quote(pem), -1))
                    .hasSize(3);
        }
    }

    @Test
    void partsAnEndAndABeginOnOneLine() {
        String joined = CERTIFICATE.strip() + CERTIFICATE.strip();
        assertThat(tidy(joined)).isEqualTo(CERTIFICATE + CERTIFICATE);
    }

    @Test
    void givesABlockOnOneLineItsLines() {
        String joined = CERTIFICATE.replace("\n", "");
        assertThat(tidy(joined)).isEqualTo(CERTIFICATE);
    }

    @Test
    void leavesABlockAloneThatIsNoBase64() {
        String broken = "-----BEGIN CERTIFICATE-----\n<html>\n-----END CERTIFICATE-----\n";
        assertThat(tidy(broken)).isEqualTo(broken);
    }

    @Test
    void leavesABlockAloneThatHasNoEnd() {
        String cut = CERTIFICATE.substring(0, 200);
        assertThat(tidy(cut)).isEqualTo(cut);
        assertThat(tidy(cut + "\n" + CERTIFICATE)).isEqualTo(cut + "\n" + CERTIFICATE);
        assertThat(tidy("-----BEGIN ")).isEqualTo("-----BEGIN ");
    }

    @Test
    void leavesOtherTextAndOtherBytesAsTheyAre() {
        assertThat(tidy("# created: today\r\nage1abc\n")).isEqualTo("# created: today\r\nage1abc\n");
        byte[] binary = {0x30, (byte) 0x82, 1, 2, 0, 0};
        assertThat(PemText.tidy(binary)).isEqualTo(binary).isNotSameAs(binary);
        assertThat(tidy("")).isEmpty();
    }

    private static String tidy(String text) {
        return new String(PemText.tidy(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    private static String base64(int bytes) {
        byte[] content = new byte[bytes];
        new Random(7).nextBytes(content);
        return Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n";
    }
}
