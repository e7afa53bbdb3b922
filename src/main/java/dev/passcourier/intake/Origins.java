package dev.passcourier.intake;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.request.Origin;
import dev.passcourier.request.WorkCodec;
import java.util.HashMap;
import java.util.Map;

/** Where a message on the intake queue came from: our own edges say so in a property, everybody else is JMS. */
final class Origins {

    private Origins() {}

    static Origin of(InboundMessage arrival) {
        if (arrival.internal() && arrival.properties().get(MessageProperties.ORIGIN) instanceof String text) {
            return WorkCodec.originFromText(text);
        }
        return new Origin(Origin.Source.JMS, arrival.messageId(), arrival.user(), null, 0);
    }

    /** A request's message for the intake queue, from one of our edges. */
    static OutboundMessage outboundMessage(String intakeQueue, byte[] request, Origin origin) {
        return outboundMessage(intakeQueue, request, origin, 0);
    }

    /**
     * The same.
     *
     * @param repeats the line of its batch that is to be checked first, as it has the same id; 0 for none
     */
    static OutboundMessage outboundMessage(String intakeQueue, byte[] request, Origin origin, int repeats) {
        Map<String, Object> properties =
                new HashMap<>(Map.of(MessageProperties.ORIGIN, WorkCodec.originToText(origin)));
        if (origin.batch() != null) {
            properties.put(MessageProperties.BATCH, origin.batch());
            properties.put(MessageProperties.LINE, origin.line());
        }
        if (repeats > 0) {
            properties.put(MessageProperties.REPEATS, repeats);
        }
        return new OutboundMessage(intakeQueue, request, properties, null, null)
                .yielding(origin.purpose() == Origin.Purpose.INSPECT);
    }
}
