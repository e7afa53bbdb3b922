package dev.passcourier.intake;

import dev.passcourier.broker.Arrival;
import dev.passcourier.broker.Envelope;
import dev.passcourier.request.Origin;
import dev.passcourier.request.WorkCodec;
import java.util.Map;

/** Where a message on the intake queue came from: our own edges say so in a property, everybody else is JMS. */
final class Origins {

    private static final String PROPERTY = "pcOrigin";

    private Origins() {}

    static Origin of(Arrival arrival) {
        if (arrival.internal() && arrival.properties().get(PROPERTY) instanceof String text) {
            return WorkCodec.originFromText(text);
        }
        return new Origin(Origin.Source.JMS, arrival.messageId(), arrival.user(), null, 0);
    }

    /** A request's message for the intake queue, from one of our edges. */
    static Envelope envelope(String intakeQueue, byte[] request, Origin origin) {
        return new Envelope(intakeQueue, request, Map.of(PROPERTY, WorkCodec.originToText(origin)), null, null);
    }
}
