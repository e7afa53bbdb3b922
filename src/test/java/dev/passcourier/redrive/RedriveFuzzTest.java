package dev.passcourier.redrive;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.control.ControlJson;

/** What comes over the control socket, from both sides. */
class RedriveFuzzTest {

    @FuzzTest
    void anyLineIsAnOrderOrAnAnswerOrNothing(byte[] line) {
        ControlJson.read(line, RedriveOrder.class).ifPresent(order -> {
            assertThat(order.action()).isNotNull();
            assertThat(ControlJson.read(oneLine(order), RedriveOrder.class)).contains(order);
        });
        ControlJson.read(line, RedriveAnswer.class)
                .ifPresent(answer -> assertThat(ControlJson.read(oneLine(answer), RedriveAnswer.class))
                        .contains(answer));
    }

    private static byte[] oneLine(Record value) {
        byte[] bytes = ControlJson.bytes(value);
        assertThat(bytes).doesNotContain('\n');
        return bytes;
    }
}
