package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import java.nio.charset.StandardCharsets;

class WorkFuzzTest {

    @FuzzTest
    void anyBytesAreWorkOrRefusedByACode(byte[] bytes) {
        try {
            FetchWork work = WorkCodec.fromBytes(bytes);
            assertThat(WorkCodec.fromBytes(WorkCodec.toBytes(work))).isEqualTo(work);
        } catch (IllegalArgumentException refused) {
            Refusal.says(refused, "WORK_NOT_READABLE");
        }
        try {
            Origin origin = WorkCodec.originFromText(new String(bytes, StandardCharsets.UTF_8));
            assertThat(WorkCodec.originFromText(WorkCodec.originToText(origin))).isEqualTo(origin);
        } catch (IllegalArgumentException refused) {
            Refusal.says(refused, "ORIGIN_NOT_READABLE");
        }
    }
}
