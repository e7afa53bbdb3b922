package dev.passcourier.service;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.delivery.SinkFactory;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.service.RouteSwap.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.camel.CamelContext;

/** The routes of all destinations, each with the calls and mails that it has in hand. */
final class Destinations {

    private final CallsInHand calls;
    private final Function<CallsInHand, SinkFactory> factories;
    private final Map<String, Part> parts = new ConcurrentHashMap<>();

    /**
     * None yet.
     *
     * @param calls     all calls and mails of the service
     * @param factories makes the sinks of one destination
     */
    Destinations(CallsInHand calls, Function<CallsInHand, SinkFactory> factories) {
        this.calls = calls;
        this.factories = factories;
    }

    /** Binds what all of them share. */
    void bind(CamelContext camel) {
        factories.apply(calls).bind(camel.getRegistry());
    }

    /**
     * Makes one's routes, which are added by the part and then stay until they are removed.
     *
     * @throws ConfigurationException naming the setting that cannot be used
     */
    Part make(CamelContext camel, String alias, Settings.Destination destination) throws ConfigurationException {
        CallsInHand own = calls.some();
        SinkFactory factory = factories.apply(own);
        factory.makeReady(alias, destination);
        List<SinkFactory.NewRoute> routes = factory.routes(camel, alias, destination);
        List<String> ids = SinkFactory.routeIds(alias, destination);
        return new Part(
                "destination " + alias,
                ids.subList(0, 1),
                ids.subList(1, ids.size()),
                own,
                () -> {
                    for (SinkFactory.NewRoute route : routes) {
                        route.make().add();
                    }
                },
                () -> {},
                RouteSwap.Beside.NOTHING);
    }

    void put(String alias, Part part) {
        parts.put(alias, part);
    }

    void remove(String alias) {
        parts.remove(alias);
    }

    Optional<Part> part(String alias) {
        return Optional.ofNullable(parts.get(alias));
    }

    /** Adds the routes of all; their templates must have been loaded. */
    void addRoutes() throws Exception {
        for (Part part : parts.values()) {
            part.adding().add();
        }
    }
}
