package dev.passcourier.secrecy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Plants a secret in every spelling: a scan that finds nothing anywhere would prove nothing. */
class CanaryScanTest {

    private static final String CANARY = "Canary-\"k/+ey\"\\&<ü>?~9!";
    private static final CanaryScan SCAN = CanaryScan.forSecrets(List.of("something else", CANARY));

    static Stream<Arguments> spellings() {
        String hex = HexFormat.of().formatHex(utf8());
        return Stream.of(
                arguments("UTF-8", utf8()),
                arguments("UTF-16LE", CANARY.getBytes(UTF_16LE)),
                arguments("UTF-16BE", CANARY.getBytes(UTF_16BE)),
                arguments("hex", ascii(hex)),
                arguments("upper-case hex", ascii(hex.toUpperCase(Locale.ROOT))),
                arguments("base64 at 0", base64("", Base64.getEncoder())),
                arguments("base64 at 1", base64("a", Base64.getEncoder())),
                arguments("base64 at 2", base64("ab", Base64.getEncoder())),
                arguments("base64url at 0", base64("", Base64.getUrlEncoder().withoutPadding())),
                arguments("base64url at 1", base64("a", Base64.getUrlEncoder())),
                arguments("base64url at 2", base64("ab", Base64.getUrlEncoder())),
                arguments("base64 of UTF-16", Base64.getEncoder().encode(CANARY.getBytes(UTF_16LE))),
                arguments("base64 in lines", base64("abc", Base64.getMimeEncoder(12, new byte[] {'\r', '\n'}))),
                arguments("percent where needed", ascii(URLEncoder.encode(CANARY, UTF_8))),
                arguments("percent everywhere", each("%%%02x")),
                arguments("quoted-printable everywhere", each("=%02X")),
                arguments("quoted-printable in lines", each("=%02X=\r\n")),
                arguments("folded", ascii(new String(utf8(), ISO_8859_1).replace("ey", "e\r\n y"))),
                arguments(
                        "JSON where needed",
                        CANARY.replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("/", "\\/")
                                .getBytes(UTF_8)),
                arguments("JSON everywhere", each("\\u00%02x")),
                arguments("XML decimal", each("&#%02d;")),
                arguments("XML hexadecimal", each("&#x%02X;")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spellings")
    void findsWhatWasPlanted(String spelling, byte[] planted) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(new byte[] {0, 'x', '\n', '='});
        content.writeBytes(planted);
        content.writeBytes(new byte[] {'\n', 0, 7});
        assertThat(SCAN.hits("here", content.toByteArray()))
                .describedAs(spelling)
                .isNotEmpty()
                .allMatch(hit -> hit.startsWith("here: ") && hit.contains("secret 2") && !hit.contains(CANARY));
    }

    @Test
    void findsWhatWasPlantedBelowADirectory(@TempDir Path directory) throws Exception {
        Path deep = Files.createDirectories(directory.resolve("a/b"));
        Files.writeString(deep.resolve("journal"), "x".repeat(1 << 20) + CANARY);
        Files.writeString(deep.resolve("something else.txt"), "harmless");
        assertThat(SCAN.hitsBelow(directory))
                .contains("a/b/journal: UTF-8 of secret 2", "name of a/b/something else.txt: UTF-8 of secret 1")
                .noneMatch(hit -> hit.contains("journal") && hit.contains("secret 1"));
    }

    @Test
    void findsNothingWhereNothingIs() {
        assertThat(SCAN.hits("here", ascii("Canary-, but another one; %zz &#1; \\u00 =\r\n")))
                .isEmpty();
        assertThat(SCAN.hits("here", new byte[0])).isEmpty();
    }

    private static byte[] base64(String before, Base64.Encoder encoder) {
        return encoder.encode((before + CANARY + "after").getBytes(UTF_8));
    }

    private static byte[] each(String format) {
        return ascii(new String(utf8(), ISO_8859_1)
                .chars()
                .mapToObj(value -> String.format(Locale.ROOT, format, value))
                .collect(Collectors.joining()));
    }

    private static byte[] utf8() {
        return CANARY.getBytes(UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
