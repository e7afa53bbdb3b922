package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompositeGateTest {

    private final List<String> calls = new ArrayList<>();

    @Test
    void whatTheFirstGaveIsReturnedWhenTheLastIsShut() throws Exception {
        Gate both = gate("account", true).then(gate("service", false));

        assertThat(both.enter(Duration.ZERO)).isFalse();
        assertThat(calls).containsExactly("account enter", "service enter", "account back");
    }

    @Test
    void theLastIsNotAskedWhenTheFirstIsShut() throws Exception {
        Gate both = gate("account", false).then(gate("service", true));

        assertThat(both.enter(Duration.ZERO)).isFalse();
        assertThat(calls).containsExactly("account enter");
    }

    @Test
    void bothHearWhatBecameOfTheLeave() throws Exception {
        Gate both = gate("account", true).then(gate("service", true));

        assertThat(both.enter(Duration.ZERO)).isTrue();
        both.failed("m-1", new IllegalStateException());
        both.left();
        both.giveBack();

        assertThat(calls.subList(2, calls.size()))
                .containsExactlyInAnyOrder(
                        "account failed",
                        "service failed",
                        "account left",
                        "service left",
                        "account back",
                        "service back");
    }

    private Gate gate(String name, boolean open) {
        return new Gate() {
            @Override
            public boolean enter(Duration atMost) {
                calls.add(name + " enter");
                return open;
            }

            @Override
            public void giveBack() {
                calls.add(name + " back");
            }

            @Override
            public void left() {
                calls.add(name + " left");
            }

            @Override
            public void failed(String messageId, Throwable why) {
                calls.add(name + " failed");
            }
        };
    }
}
