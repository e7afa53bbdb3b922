package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkCodecTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456789Z");

    @Test
    void carriesWorkUnchanged() {
        Origin origin = new Origin(Origin.Source.FILE, "abc:7", null, "abc", 7);
        PasswordRequest whole = new PasswordRequest(
                "r", "a", "i", Map.of("fleetId", "f"), "k", List.of("x", "y"), NOW, "who", "why \u00e9");
        PasswordRequest bare = new PasswordRequest("r", "a", "i", Map.of(), null, List.of("x"), null, null, null);

        for (PasswordRequest request : List.of(whole, bare)) {
            FetchWork work = new FetchWork(request, origin, NOW, NOW.plusSeconds(1), 3, 2);
            assertThat(WorkCodec.fromBytes(WorkCodec.toBytes(work))).isEqualTo(work);
        }
    }

    @Test
    void carriesAnOriginUnchanged() {
        Origin origin = new Origin(Origin.Source.JMS, "ID:1", "alice", null, 0);

        assertThat(WorkCodec.originFromText(WorkCodec.originToText(origin))).isEqualTo(origin);
    }

    @Test
    void saysNothingOfWhatItCannotRead() {
        for (String text : List.of("", "null", "{}", "{\"canary\":1}", "{\"source\":\"CANARY\"}", "canary")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WorkCodec.fromBytes(text.getBytes(StandardCharsets.UTF_8)))
                    .withMessage("WORK_NOT_READABLE")
                    .withNoCause();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WorkCodec.originFromText(text))
                    .withMessage("ORIGIN_NOT_READABLE")
                    .withNoCause();
        }
    }
}
