package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;

/** The first byte says which format the rest is in. */
class BatchFuzzTest {

    @FuzzTest
    void anyFileIsLinesThatAreRequestsOrRefusedOneByOne(byte[] bytes) throws RequestException {
        if (bytes.length == 0) {
            return;
        }
        BatchFormat format = BatchFormat.values()[(bytes[0] & 0xFF) % BatchFormat.values().length];
        List<BatchLine> lines;
        try {
            lines = BatchReader.read(Arrays.copyOfRange(bytes, 1, bytes.length), format, line -> "line-" + line);
        } catch (RequestException refused) {
            Refused.tellsNothing(refused);
            return;
        }
        assertThat(lines).isNotEmpty().hasSizeLessThanOrEqualTo(BatchReader.MAX_LINES);
        assertThat(lines).extracting(BatchLine::line).isSorted().doesNotHaveDuplicates();
        for (BatchLine line : lines) {
            if (line instanceof BatchLine.Good good) {
                assertThat(RequestReader.read(WorkCodec.toBytes(good.request())))
                        .isEqualTo(good.request());
            } else if (line instanceof BatchLine.Bad bad) {
                Refused.tellsNothing(bad);
            }
        }
    }
}
