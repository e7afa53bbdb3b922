package dev.passcourier.redrive;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** What comes over the control socket, from both sides. */
class RedriveFuzzTest {

    @FuzzTest
    void anyLineIsAnOrderOrAnAnswerOrNothing(byte[] line) {
        RedriveJson.order(line).ifPresent(order -> {
            assertThat(order.action()).isNotNull();
            assertThat(RedriveJson.order(oneLine(order))).contains(order);
        });
        RedriveJson.answer(line).ifPresent(answer -> assertThat(RedriveJson.answer(oneLine(answer)))
                .contains(answer));
    }

    private static byte[] oneLine(Record value) {
        byte[] bytes = RedriveJson.bytes(value);
        assertThat(bytes).doesNotContain('\n');
        return bytes;
    }
}
