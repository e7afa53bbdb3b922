package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** What a signer signs is read with as little trust as anything else. */
class SubmissionFuzzTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    private static final byte[] SIGNED = "eyJ".getBytes(StandardCharsets.US_ASCII);

    @FuzzTest
    void anyPayloadIsARequestOrRefusedByACode(byte[] payload) {
        try {
            Submission submission = Submission.open(SIGNED, compact -> new Signatures.Signed("ci", payload));
            assertThat(submission.salvage()).isNotNull();
            PasswordRequest request = submission.request(NOW);
            byte[] again = Submission.claims(request, NOW.plusSeconds(60));
            assertThat(Submission.open(SIGNED, compact -> new Signatures.Signed("ci", again))
                            .request(NOW))
                    .isEqualTo(request);
        } catch (RequestException refused) {
            Refused.tellsNothing(refused);
        }
    }
}
