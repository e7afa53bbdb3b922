package dev.passcourier.killloop;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.MessageProperties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * In the process that is killed: says on standard output when the awaited point is passed for the awaited time, and
 * holds the thread there until the kill comes. Points are {@code before} and {@code after} every node of a route, by its
 * id, and every method that {@link KillAgent} marks.
 */
public final class KillPoints implements InterceptStrategy {

    /** Begins the line that names a reached point. */
    static final String REACHED = "KILL POINT ";

    /** Begins the ids of requests whose handling ends the process. */
    static final String POISON = "poison-";

    static final String POINT_PROPERTY = "kill.point";
    static final String HIT_PROPERTY = "kill.hit";

    /** What {@link Runtime#halt} says, as an abort would. */
    static final int POISONED = 134;

    /** How long the poison works. */
    private static final long POISON_MILLIS = 2000;

    private static final String POINT = System.getProperty(POINT_PROPERTY, "");
    private static final AtomicInteger LEFT = new AtomicInteger(Integer.getInteger(HIT_PROPERTY, 1));

    /** Somebody is at this point. */
    public static void reach(String point) {
        if (point.equals(POINT) && LEFT.decrementAndGet() == 0) {
            System.out.println(REACHED + point);
            System.out.flush();
            hold(TimeUnit.HOURS.toMillis(1));
        }
    }

    private static void hold(long millis) {
        try {
            boolean released = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
            assert !released;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Comes between the routes' nodes. */
    public static void install(CamelContext camel) {
        camel.getCamelContextExtension().addInterceptStrategy(new KillPoints());
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext camel, NamedNode definition, Processor target, Processor nextTarget) {
        return new Node(definition.getId(), target);
    }

    private static final class Node extends DelegateAsyncProcessor {

        private final String id;

        Node(String id, Processor target) {
            super(target);
            this.id = id;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            reach("before " + id);
            if (id.equals("fetch-take")) {
                takePoison(exchange.getMessage().getBody(InboundMessage.class));
            }
            return super.process(exchange, doneSync -> {
                reach("after " + id);
                callback.done(doneSync);
            });
        }

        private static void takePoison(InboundMessage arrival) {
            if (String.valueOf(arrival.properties().get(MessageProperties.REQUEST))
                    .startsWith(POISON)) {
                hold(POISON_MILLIS);
                Runtime.getRuntime().halt(POISONED);
            }
        }
    }
}
