package dev.passcourier.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.broker.ArrivalStep;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.request.Origin;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a request from a route of the operator's own to our intake. Its fields are the exchange's variables, which nothing
 * from outside can set as it could headers; without any, the body is the request. It is asked in the name of the route
 * that consumed it, which no content can change. The same request of the same route again is one request seen twice.
 */
public final class LocalRequests implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(LocalRequests.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> FIELDS =
            List.of("id", "account", "instance", "key", "deadline", "requestedBy", "reason");
    private static final String DELIVER_TO = "deliverTo";
    private static final String PARAMETER = "parameter.";

    private final String intakeQueue;
    private final IntakeSender sender;
    private final BooleanSupplier open;

    /**
     * For one intake queue.
     *
     * @param intakeQueue its name on our broker
     * @param open        whether requests are taken now
     */
    public LocalRequests(String intakeQueue, IntakeSender sender, BooleanSupplier open) {
        this.intakeQueue = intakeQueue;
        this.sender = sender;
        this.open = open;
    }

    /**
     * Returns when the request is on the intake queue.
     *
     * @throws IllegalStateException if it is not: the route's source may bring it again
     */
    @Override
    public void process(Exchange exchange) throws JsonProcessingException {
        if (!open.getAsBoolean()) {
            throw new IllegalStateException(
                    "INTAKE_CLOSED: the service takes no requests now; passcourier status says why");
        }
        byte[] request = request(exchange);
        if (request.length == 0 || request.length > ArrivalStep.MAX_REQUEST) {
            throw new IllegalStateException("REQUEST_SIZE: a request has 1 to " + ArrivalStep.MAX_REQUEST + " bytes");
        }
        String reference = exchange.getFromRouteId() + ":" + Hashes.sha256(request);
        Origin origin = new Origin(Origin.Source.LOCAL, reference, "local:" + exchange.getFromRouteId(), null, 0);
        if (!sender.send(List.of(Origins.outboundMessage(intakeQueue, request, origin)), "local:" + reference)) {
            LOG.warn("REQUEST_REPEATED {}: had been taken before", reference);
        }
    }

    private static byte[] request(Exchange exchange) throws JsonProcessingException {
        ObjectNode request = JSON.createObjectNode();
        for (String field : FIELDS) {
            String value = exchange.getVariable(field, String.class);
            if (value != null) {
                request.put(field, value);
            }
        }
        Object deliverTo = exchange.getVariable(DELIVER_TO);
        if (deliverTo != null) {
            aliases(exchange, deliverTo, request.putArray(DELIVER_TO));
        }
        for (Map.Entry<String, Object> variable : exchange.getVariables().entrySet()) {
            if (variable.getKey().startsWith(PARAMETER)) {
                request.withObjectProperty("parameters")
                        .put(variable.getKey().substring(PARAMETER.length()), String.valueOf(variable.getValue()));
            }
        }
        if (!request.isEmpty()) {
            return JSON.writeValueAsBytes(request);
        }
        byte[] body = exchange.getMessage().getBody(byte[].class);
        return body == null ? new byte[0] : body;
    }

    /** A list, or names with commas between. */
    private static void aliases(Exchange exchange, Object value, ArrayNode into) {
        if (value instanceof List<?> list) {
            list.forEach(alias -> into.add(String.valueOf(alias)));
        } else {
            String text = exchange.getContext().getTypeConverter().convertTo(String.class, exchange, value);
            for (String alias : String.valueOf(text).split(",")) {
                into.add(alias.strip());
            }
        }
    }
}
