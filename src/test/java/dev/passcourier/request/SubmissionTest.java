package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is believed of a signed request once its signature holds. */
class SubmissionTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.900Z");
    private static final String REQUEST =
            "{\"id\":\"r-1\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}";

    private final List<String> checked = new ArrayList<>();

    @Test
    void checksTheSignatureOfWhatClaimsToBeSignedAndOnlyThat() throws RequestException {
        assertThat(Submission.open(bytes(REQUEST), this::refuse).signer()).isNull();
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> Submission.open(bytes("eyJ.x.y"), this::refuse))
                .withMessage("SIGNATURE_INVALID");
        assertThat(checked).containsExactly("eyJ.x.y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "e", "ey", "eyj", "eYJ", "EyJ", "xeyJ", " eyJ"})
    void takesNothingElseForSigned(String body) throws RequestException {
        assertThat(Submission.open(bytes(body), this::refuse).signer()).isNull();
        assertThat(checked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"eyJ", "eyJ.x.y\n"})
    void takesTheStartOfAJoseHeaderForSigned(String body) {
        assertThatExceptionOfType(RequestException.class).isThrownBy(() -> Submission.open(bytes(body), this::refuse));
        assertThat(checked).containsExactly(body.strip());
    }

    @ParameterizedTest
    @CsvSource({
        "-31, SIGNATURE_EXPIRED at exp",
        "-30, SIGNATURE_EXPIRED at exp",
        "-29,",
        "0,",
        "930,",
        "931, SIGNATURE_TOO_LONG at exp"
    })
    void livesFromItsExpiryWithLeewayToFifteenMinutesAhead(long left, @Nullable String refusal)
            throws RequestException {
        Submission signed = signed("{'jti':'r-1','exp':%d,'request':%s}".formatted(seconds(left), REQUEST));
        if (refusal == null) {
            assertThat(signed.request(NOW).id()).isEqualTo("r-1");
        } else {
            refuses(signed, refusal);
        }
    }

    static Stream<Arguments> claims() {
        return Stream.of(
                arguments("{'jti':'r-1','request':REQUEST}", "FIELD_MISSING at exp"),
                arguments("{'jti':'r-1','exp':null,'request':REQUEST}", "FIELD_INVALID at exp"),
                arguments("{'jti':'r-1','exp':'1','request':REQUEST}", "FIELD_INVALID at exp"),
                arguments("{'jti':'r-1','exp':1e9,'request':REQUEST}", "FIELD_INVALID at exp"),
                arguments("{'jti':'r-1','exp':9223372036854775808,'request':REQUEST}", "FIELD_INVALID at exp"),
                arguments("{'jti':'r-1','exp':FRESH}", "FIELD_MISSING at request"),
                arguments("{'jti':'r-1','exp':FRESH,'request':'r'}", "FIELD_INVALID at request"),
                arguments("{'exp':FRESH,'request':REQUEST}", "FIELD_INVALID at jti"),
                arguments("{'jti':7,'exp':FRESH,'request':REQUEST}", "FIELD_INVALID at jti"),
                arguments("{'jti':'r-2','exp':FRESH,'request':REQUEST}", "FIELD_INVALID at jti"),
                arguments("{'aud':'x','jti':'r-1','exp':FRESH,'request':REQUEST}", "FIELD_UNKNOWN at claim 1"),
                arguments("{'jti':'r-1','exp':FRESH,'nbf':1,'request':REQUEST}", "FIELD_UNKNOWN at claim 3"));
    }

    @ParameterizedTest
    @MethodSource("claims")
    void namesTheClaimThatIsWrong(String claims, String refusal) throws RequestException {
        refuses(signed(claims), refusal);
    }

    @Test
    void readsWhatItWrites() throws RequestException {
        PasswordRequest request =
                new PasswordRequest("r-9", "a", "i", Map.of("fleetId", "f"), null, List.of("x"), null, null, null);
        byte[] claims = Submission.claims(request, NOW.plusSeconds(60));

        assertThat(new String(claims, StandardCharsets.UTF_8))
                .startsWith("{\"jti\":\"r-9\",\"exp\":" + seconds(60) + ",\"request\":{\"id\":\"r-9\",");
        Submission signed = Submission.open(bytes("eyJ"), compact -> new Signatures.Signed("ci", claims));
        assertThat(signed.signer()).isEqualTo("ci");
        assertThat(signed.request(NOW)).isEqualTo(request);
    }

    @Test
    void salvagesWhatCanBeToldOfEitherKind() throws RequestException {
        PartialRequest whole = new PartialRequest("r-1", "huawei", "i-1", List.of("ops"));

        assertThat(Submission.open(bytes(REQUEST), this::refuse).salvage()).isEqualTo(whole);
        assertThat(signed("{'exp':1,'request':REQUEST}").salvage()).isEqualTo(whole);
        assertThat(signed("{'exp':1}").salvage()).isEqualTo(PartialRequest.NOTHING);
        assertThat(signed(REQUEST).salvage()).isEqualTo(PartialRequest.NOTHING);
    }

    @Test
    void namesTheSignerOnly() throws RequestException {
        assertThat(signed("{}")).hasToString("Submission[ci]");
        assertThat(Submission.open(bytes(REQUEST), this::refuse)).hasToString("Submission[null]");
    }

    private Signatures.Signed refuse(String compact) throws RequestException {
        checked.add(compact);
        throw new RequestException(RefusalCode.SIGNATURE_INVALID, "");
    }

    private static Submission signed(String claims) throws RequestException {
        String json = claims.replace("REQUEST", REQUEST)
                .replace("FRESH", String.valueOf(seconds(60)))
                .replace('\'', '"');
        return Submission.open(bytes("eyJ"), compact -> new Signatures.Signed("ci", bytes(json)));
    }

    private static void refuses(Submission submission, String refusal) {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> submission.request(NOW))
                .withMessage(refusal);
    }

    private static long seconds(long left) {
        return NOW.getEpochSecond() + left;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
