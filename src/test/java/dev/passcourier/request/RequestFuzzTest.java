package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

class RequestFuzzTest {

    @FuzzTest
    void anyBytesAreARequestOrRefusedByACode(byte[] bytes) {
        assertThat(RequestReader.salvage(bytes)).isNotNull();
        try {
            PasswordRequest request = RequestReader.read(bytes);
            assertThat(Texts.isId(request.id())).isTrue();
            assertThat(request.deliverTo()).isNotEmpty().allMatch(Texts::isId);
            assertThat(RequestReader.read(WorkCodec.toBytes(request))).isEqualTo(request);
        } catch (RequestException refused) {
            Refused.tellsNothing(refused);
        }
    }
}
