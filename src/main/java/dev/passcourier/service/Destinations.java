package dev.passcourier.service;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.delivery.Sink;
import dev.passcourier.delivery.SinkFactory;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;

/** The sinks of all configured destinations. */
final class Destinations {

    /** Deliveries to one destination at once. */
    private static final int CONSUMERS = 4;

    private final CamelContext camel;
    private final Map<String, Sink> sinks = new HashMap<>();

    Destinations(CamelContext camel) {
        this.camel = camel;
    }

    void bind(Settings settings, SinkFactory factory) throws ConfigurationException {
        for (var destination : settings.destinations().entrySet()) {
            Sink sink = factory.sink(destination.getKey(), destination.getValue(), CONSUMERS);
            sink.beans().forEach(camel.getRegistry()::bind);
            sinks.put(destination.getKey(), sink);
        }
        camel.getRegistry().bind("expired", factory.expired());
    }

    void addRoutes() throws Exception {
        for (var entry : sinks.entrySet()) {
            Sink sink = entry.getValue();
            TemplatedRouteBuilder route = TemplatedRouteBuilder.builder(camel, sink.template())
                    .routeId(sink.template() + "." + entry.getKey());
            sink.parameters().forEach(route::parameter);
            route.add();
        }
    }
}
