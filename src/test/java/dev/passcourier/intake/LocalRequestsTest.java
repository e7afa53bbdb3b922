package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.request.Origin;
import dev.passcourier.request.WorkCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of an exchange that a route of the operator's own sends as a request. */
class LocalRequestsTest {

    private final List<OutboundMessage> sent = new ArrayList<>();
    private final List<String> once = new ArrayList<>();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final LocalRequests requests = new LocalRequests(
            "asks",
            (messages, id) -> {
                once.add(id);
                return sent.addAll(messages);
            },
            open::get);
    private Exchange exchange;

    @BeforeEach
    void comesFromARoute() {
        exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getExchangeExtension().setFromRouteId("inventory");
    }

    @Test
    void variablesAreFieldsWhateverTheyHold() throws Exception {
        exchange.setVariable("id", "r\",\"deliverTo\":[\"x\"]");
        exchange.setVariable("deliverTo", "a, b");
        exchange.setVariable("parameter.fleetId", "f-1");
        exchange.getMessage().setHeader("account", "of a sender");

        requests.process(exchange);

        assertThat(new String(sent.get(0).body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"r\\\",\\\"deliverTo\\\":[\\\"x\\\"]\",\"deliverTo\":[\"a\",\"b\"],"
                        + "\"parameters\":{\"fleetId\":\"f-1\"}}");
    }

    @Test
    void isAskedInTheRoutesNameAndOnceForTheSameBytes() throws Exception {
        exchange.getMessage().setBody("{\"id\":\"r-1\"}");

        requests.process(exchange);
        requests.process(exchange);

        Origin origin =
                WorkCodec.originFromText((String) sent.get(0).properties().get(MessageProperties.ORIGIN));
        assertThat(origin.source()).isEqualTo(Origin.Source.LOCAL);
        assertThat(origin.user()).isEqualTo("local:inventory");
        assertThat(once).hasSize(2).containsOnly("local:" + origin.reference());
    }

    @Test
    void failsWhileTheServiceTakesNothing() {
        open.set(false);
        exchange.getMessage().setBody("{}");

        assertThatThrownBy(() -> requests.process(exchange)).hasMessageStartingWith("INTAKE_CLOSED");
        assertThat(sent).isEmpty();
    }

    @Test
    void failsIfThereIsNoRequestOrTooMuchOfIt() {
        assertThatThrownBy(() -> requests.process(exchange)).hasMessageStartingWith("REQUEST_SIZE");
        exchange.getMessage().setBody("x".repeat(100_000));
        assertThatThrownBy(() -> requests.process(exchange)).hasMessageStartingWith("REQUEST_SIZE");
        assertThat(sent).isEmpty();
    }
}
