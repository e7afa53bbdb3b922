package dev.passcourier.service;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.http.CallsInHand;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts routes in the place of others while all the rest goes on: those that go take no more messages and finish those in
 * hand, and only then come the others. If these cannot be made, those before come back.
 */
final class RouteSwap {

    private static final Logger LOG = LoggerFactory.getLogger(RouteSwap.class);

    /** After what is in hand was cut, its messages are back on their queues within moments. */
    private static final Duration AFTER_THE_CUT = Duration.ofSeconds(30);

    private static final int LOOK_MILLIS = 20;

    private final CamelContext camel;
    private final Duration grace;
    private final Clock clock;

    /**
     * In a Camel that runs.
     *
     * @param grace how long what is in hand may take before its calls are cut
     */
    RouteSwap(CamelContext camel, Duration grace, Clock clock) {
        this.camel = camel;
        this.grace = grace;
        this.clock = clock;
    }

    /** Adds routes. */
    @FunctionalInterface
    interface Adding {
        void add() throws Exception;
    }

    /** What may go on beside routes, and has to pause while they are replaced. */
    interface Beside {

        /** Waits for its end and lets no other begin, until {@link #release} by the same thread; false if it is too late. */
        boolean hold(Duration atMost) throws InterruptedException;

        /** Lets it begin again. */
        void release();

        /** Nothing. */
        Beside NOTHING = new Beside() {
            @Override
            public boolean hold(Duration atMost) {
                return true;
            }

            @Override
            public void release() {
                // There is nothing that waits.
            }
        };
    }

    /**
     * Routes that belong together.
     *
     * @param name      such as {@code account prod}
     * @param consumers ids of those that take messages
     * @param behind    ids of those that these lead to, each before those it leads to itself
     * @param calls     the calls and mails that they have in hand
     * @param adding    adds all of them, and starts them
     * @param drained   done when nothing is in hand any more, while the routes behind are still there
     * @param beside    what else uses the routes behind
     */
    record Part(
            String name,
            List<String> consumers,
            List<String> behind,
            CallsInHand calls,
            Adding adding,
            Runnable drained,
            Beside beside) {

        /** Routes without calls. */
        static Part of(String name, List<String> consumers, Adding adding) {
            return new Part(name, consumers, List.of(), new CallsInHand(), adding, () -> {}, Beside.NOTHING);
        }
    }

    /** Between the last message of the old routes and the first of the new. */
    @FunctionalInterface
    interface Between {
        void act() throws Exception;
    }

    /**
     * Replaces them.
     *
     * @param record   done when nothing of the old ones is in hand any more, before they go
     * @param complete done when the new ones are there; nothing may fail after it
     * @param undone   told why, once the old ones are back after {@code record} was done
     * @throws Exception if it cannot; the old ones are there then as before
     */
    void swap(List<Part> old, List<Part> next, Between record, Between complete, Consumer<Exception> undone)
            throws Exception {
        List<Part> held = new ArrayList<>();
        List<Part> removed = new ArrayList<>();
        List<Part> added = new ArrayList<>();
        boolean recorded = false;
        try {
            for (Part part : old) {
                suspend(part);
            }
            drain(old, held);
            record.act();
            recorded = true;
            for (Part part : old) {
                removed.add(part);
                remove(part);
            }
            for (Part part : next) {
                added.add(part);
                part.adding().add();
            }
            complete.act();
        } catch (Exception | Error e) {
            restore(old, removed, added);
            if (recorded && e instanceof Exception failure) {
                undone.accept(failure);
            }
            throw e;
        } finally {
            held.forEach(part -> part.beside().release());
        }
    }

    private void suspend(Part part) {
        for (String id : part.consumers()) {
            Route route = camel.getRoute(id);
            if (route != null) {
                ServiceHelper.suspendService(route.getConsumer());
            }
        }
    }

    private void drain(List<Part> parts, List<Part> held) throws InterruptedException, ConfigurationException {
        Instant end = clock.instant().plus(grace);
        boolean cut = false;
        while (isAnyInHand(parts) || !isHeld(parts, held)) {
            if (clock.instant().isAfter(end)) {
                if (cut) {
                    throw new ConfigurationException("what is in hand does not end: "
                            + String.join(", ", parts.stream().map(Part::name).toList()) + "; try again later");
                }
                LOG.info("RELOAD_CUTS what is in hand after {}; it goes back to its queue", grace);
                parts.forEach(part -> part.calls().cut());
                cut = true;
                end = clock.instant().plus(AFTER_THE_CUT);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        parts.forEach(part -> part.drained().run());
    }

    private boolean isAnyInHand(List<Part> parts) {
        return parts.stream()
                .flatMap(part -> part.consumers().stream())
                .anyMatch(id -> camel.getInflightRepository().size(id) > 0);
    }

    private static boolean isHeld(List<Part> parts, List<Part> held) throws InterruptedException {
        for (Part part : parts) {
            if (!held.contains(part)) {
                if (!part.beside().hold(Duration.ofMillis(LOOK_MILLIS))) {
                    return false;
                }
                held.add(part);
            }
        }
        return true;
    }

    private void remove(Part part) throws Exception {
        for (String id : part.consumers()) {
            remove(id);
        }
        for (String id : part.behind()) {
            remove(id);
        }
    }

    private void remove(String id) throws Exception {
        if (camel.getRoute(id) != null) {
            camel.getRouteController().stopRoute(id);
            camel.removeRoute(id);
        }
    }

    /** As far as it can be: a route that does not come back is told, and so is what to do. */
    private void restore(List<Part> old, List<Part> removed, List<Part> added) {
        for (Part part : added) {
            try {
                remove(part);
            } catch (Exception e) {
                LOG.error(
                        "RELOAD_LEFT {} {}: restart the service",
                        part.name(),
                        e.getClass().getName());
            }
        }
        for (Part part : old) {
            part.calls().goOn();
            try {
                if (removed.contains(part)) {
                    remove(part);
                    part.adding().add();
                } else {
                    resume(part);
                }
            } catch (Exception e) {
                LOG.error(
                        "RELOAD_NOT_BACK {} {}: restart the service",
                        part.name(),
                        e.getClass().getName());
            }
        }
    }

    private void resume(Part part) {
        for (String id : part.consumers()) {
            Route route = camel.getRoute(id);
            if (route != null) {
                ServiceHelper.resumeService(route.getConsumer());
            }
        }
    }
}
