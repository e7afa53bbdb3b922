package dev.passcourier.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What others say comes through in words, and what is ours does not. */
class RemoteTextTest {

    private static final String SECRET = "Tr1al-Pass+w\u00f6rd/9";
    private static final String USER = "courier@example.org";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "535 5.7.139 Authentication unsuccessful, basic authentication is disabled|"
                        + "535 5.7.139 Authentication unsuccessful, basic authentication is disabled",
                "535-5.7.8 Username and Password not accepted. See https://support.example.org/?p=BadCredentials|"
                        + "535-5.7.8 Username and Password not accepted. See https://support.example.org/?p=BadCredentials",
                "550 5.1.1 <ops@team.example>: Recipient address rejected: User unknown|"
                        + "550 5.1.1 <ops@team.example>: Recipient address rejected: User unknown",
                "554 \ucc28\ub2e8\ub41c \uc8fc\uc18c|554 \ucc28\ub2e8\ub41c \uc8fc\uc18c",
                "454 4.7.0\tTemporary\u202e failure\u0007,\u200b try later|454 4.7.0 Temporary failure, try later",
            })
    void wordsOfAServerThatKnowsOnlyOurLogInStayAsTheyAre(String said, String shown) {
        assertThat(RemoteText.without(said, List.of(SECRET), List.of(USER))).isEqualTo(shown);
    }

    static Stream<Arguments> echoes() {
        String plain = "\0" + USER + "\0" + SECRET;
        return Stream.of(
                arguments("as it is", SECRET),
                arguments("in quotes", "'" + SECRET + "'"),
                arguments("in other case", SECRET.toUpperCase(Locale.ROOT)),
                arguments("a part", SECRET.substring(0, 7)),
                arguments("in Base64", Base64.getEncoder().encodeToString(SECRET.getBytes(StandardCharsets.UTF_8))),
                arguments("as AUTH PLAIN", Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8))),
                arguments(
                        "in base64url",
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(SECRET.getBytes(StandardCharsets.UTF_8))),
                arguments("in hexadecimal", HexFormat.of().formatHex(SECRET.getBytes(StandardCharsets.UTF_8))),
                arguments("percent-encoded", URLEncoder.encode(SECRET, StandardCharsets.UTF_8)),
                arguments("with invisible characters", SECRET.replace("1", "1\u200b\u0000")),
                arguments("the user", USER),
                arguments("the user in brackets", "<" + USER + ">:"),
                arguments(
                        "the user in Base64",
                        Base64.getEncoder().encodeToString(USER.getBytes(StandardCharsets.UTF_8))),
                arguments("something long", "v1," + "aB3/".repeat(11)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("echoes")
    void whatWeSaidDoesNotComeBack(String how, String echo) {
        assertThat(RemoteText.without("535 wrong: " + echo + " said you", List.of(SECRET), List.of(USER)))
                .as(how)
                .isEqualTo("535 wrong: \u2026 said you");
    }

    @Test
    void aSecretOfSeveralWordsGoesWordByWord() {
        assertThat(RemoteText.without("no: correct horse, battery", List.of("correct horse a battery"), List.of()))
                .isEqualTo("no: \u2026");
        assertThat(RemoteText.without("535 the password is wrong", List.of("mypassword1"), List.of("password")))
                .isEqualTo("535 the \u2026 is wrong");
        assertThat(RemoteText.without("535 x is no key", List.of("x"), List.of()))
                .isEqualTo("535 \u2026 is no key");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "The resource could not be found.|The resource could not be found.",
                "Could not find Application Credential: 5f3c9d1e.|Could not find Application Credential: \u2026",
                "Policy doesn't allow os_compute_api:os-server-password to be performed.|"
                        + "Policy \u2026 allow os_compute_api:os-server-password to be performed.",
                "Incorrect IAM authentication information: x|Incorrect IAM authentication information: \u2026",
                "the password of i-1 is hunter2|the password of \u2026 is \u2026",
                "cannot hand out <\u00e9\"Canary0123\\/+%!|cannot \u2026 out \u2026",
                "correct-horse-battery|``",
                "ServerKey1|``",
                "0123|``",
                "550 5.7.1 hunter2 refused|550 5.7.1 \u2026 refused",
                "error 503 (Service Unavailable)|error 503 (Service Unavailable)",
            })
    void ofSomebodyWhoMayKnowAPasswordOnlyKnownWordsAreQuoted(String said, String shown) {
        assertThat(RemoteText.known(said)).isEqualTo(shown == null ? "" : shown);
    }

    @Test
    void isOneLineOfAtMostTwoHundredCharacters() {
        assertThat(RemoteText.known("not found ".repeat(1000))).hasSize(200).endsWith("\u2026");
        assertThat(RemoteText.without("not\r\n found \ud83d\ude00 ".repeat(1000), List.of(), List.of()))
                .satisfies(text ->
                        assertThat(text.codePointCount(0, text.length())).isEqualTo(200))
                .doesNotContain("\r", "\n");
        assertThat(RemoteText.known(null)).isEmpty();
        assertThat(RemoteText.without("", List.of("abc"), List.of())).isEmpty();
    }
}
