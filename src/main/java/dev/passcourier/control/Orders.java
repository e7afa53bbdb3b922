package dev.passcourier.control;

import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.control.ControlJson.Order;
import dev.passcourier.control.ControlJson.Reply;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kinds of orders that a service carries out, by name. All are added before the first is sent. */
public final class Orders {

    /** Orders that wait at once; so many threads are left over for those that do not. */
    static final int WAITING = ControlServer.AT_ONCE * 3 / 4;

    private static final Logger LOG = LoggerFactory.getLogger(Orders.class);

    private final Map<String, Kind<?>> kinds = new TreeMap<>();
    private final Set<String> ownersOnly = new TreeSet<>();
    private final Semaphore waiting = new Semaphore(WAITING);
    private final Set<Thread> waiters = ConcurrentHashMap.newKeySet();

    /**
     * Carries out orders of one kind, by several threads at once.
     *
     * @param <O> what an order says
     */
    @FunctionalInterface
    public interface Handler<O extends Record> {

        /**
         * Carries one out.
         *
         * @param peer who sent it
         * @return the answer, a record that {@link ControlJson} can write
         * @throws OrderException       with what is wrong with the order
         * @throws InterruptedException if the service stops meanwhile
         */
        Record answer(O order, Peer peer) throws OrderException, InterruptedException;
    }

    private record Kind<O extends Record>(Class<O> type, boolean waits, Handler<O> handler) {

        Record answer(Order order, Peer peer) throws OrderException, InterruptedException {
            O read = Optional.ofNullable(order.with())
                    .flatMap(with -> ControlJson.read(with, type))
                    .orElseThrow(() -> unreadable());
            return handler.answer(read, peer);
        }
    }

    /** Adds a kind of order that is answered within seconds. */
    public <O extends Record> Orders add(String name, Class<O> type, Handler<O> handler) {
        kinds.put(name, new Kind<>(type, false, handler));
        return this;
    }

    /**
     * Adds a kind of order whose answer may take minutes: it has a thread of its own until then, and is interrupted when
     * the service stops. Its handler ends early if {@link Peer#hasHungUp}.
     */
    public <O extends Record> Orders addWaiting(String name, Class<O> type, Handler<O> handler) {
        kinds.put(name, new Kind<>(type, true, handler));
        return this;
    }

    /** Says which orders there are besides, on the socket of the service's own user; all of those are added already. */
    public Orders besides(Orders owners) {
        ownersOnly.addAll(owners.kinds.keySet());
        ownersOnly.removeAll(kinds.keySet());
        return this;
    }

    /** Answers one line with one line, whatever is in it. */
    byte[] answer(byte[] line, Peer peer) {
        if (ControlJson.isNewer(line)) {
            return ControlJson.bytes(Reply.failed(
                    Reason.REFUSED,
                    "CONTROL_VERSION",
                    "CONTROL_VERSION the running service is of an earlier release than this program and cannot read this order: restart"
                            + " it after an upgrade, or use the commands of its own release"));
        }
        Optional<Order> order = ControlJson.read(line, Order.class);
        return ControlJson.bytes(
                order.map(read -> answer(read, peer).of(read.version())).orElseGet(() -> failed(unreadable())));
    }

    private Reply answer(Order order, Peer peer) {
        Kind<?> kind = kind(order.order());
        if (kind == null && order.order() != null && ownersOnly.contains(order.order())) {
            return Reply.failed(
                    Reason.NOT_PERMITTED,
                    "NOT_PERMITTED",
                    "members of the group that service.controlGroup names may not have the running service do this:"
                            + " run this command as the service's user "
                            + System.getProperty("user.name") + ", or as root");
        }
        if (kind == null) {
            return Reply.failed(
                    Reason.REFUSED,
                    "ORDER_UNKNOWN",
                    "the running service knows no such order, only " + String.join(", ", kinds.keySet())
                            + ": restart it if it is older than this program");
        }
        if (kind.waits() && !waiting.tryAcquire()) {
            return Reply.failed(
                    Reason.NOT_NOW, "CONTROL_BUSY", WAITING + " orders wait for their end already: try again later");
        }
        try {
            if (kind.waits()) {
                waiters.add(Thread.currentThread());
            }
            return new Reply(null, ControlJson.tree(kind.answer(order, peer)), null, null, null);
        } catch (OrderException e) {
            return failed(e);
        } catch (InterruptedException e) {
            return Reply.failed(
                    Reason.NO_ANSWER,
                    "SERVICE_STOPS",
                    "the service is being stopped: it is not known whether it has done it");
        } catch (RuntimeException e) {
            LOG.warn("CONTROL_ORDER {} {}", order.order(), e.getClass().getName());
            return Reply.failed(
                    Reason.NO_ANSWER,
                    "ORDER_FAILED",
                    "the service failed amid it (" + e.getClass().getSimpleName()
                            + "): it is not known whether it was done; its log says more");
        } finally {
            if (kind.waits()) {
                waiters.remove(Thread.currentThread());
                waiting.release();
            }
        }
    }

    private @Nullable Kind<?> kind(@Nullable String name) {
        return name == null ? null : kinds.get(name);
    }

    private static Reply failed(OrderException e) {
        return Reply.failed(e.reason(), e.code(), String.valueOf(e.getMessage()));
    }

    private static OrderException unreadable() {
        return new OrderException(
                "ORDER_UNREADABLE",
                "the running service cannot read this order: restart it if it is older than this program");
    }

    /** Has the orders that wait end now. */
    void stopWaiting() {
        waiters.forEach(Thread::interrupt);
    }
}
