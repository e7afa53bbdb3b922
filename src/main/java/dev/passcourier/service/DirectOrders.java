package dev.passcourier.service;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.control.OrderException;
import dev.passcourier.control.Orders;
import dev.passcourier.control.Peer;
import dev.passcourier.fetch.DirectAnswer;
import dev.passcourier.fetch.DirectFetch;
import dev.passcourier.fetch.DirectOrder;
import dev.passcourier.fetch.FetchStage;
import dev.passcourier.vault.KeyLoadException;
import java.time.Clock;
import java.util.function.Supplier;

/** What commands have the running service do with one account's cloud: one attempt an order, sealed when it comes out. */
final class DirectOrders {

    private final Supplier<Settings> settings;
    private final FetchStage fetch;
    private final Clock clock;

    /** After the settings that are in force when an order comes. */
    DirectOrders(Supplier<Settings> settings, FetchStage fetch, Clock clock) {
        this.settings = settings;
        this.fetch = fetch;
        this.clock = clock;
    }

    /** Adds the orders {@code get} and {@code clear}. */
    Orders addTo(Orders orders) {
        return orders.addWaiting(
                        DirectOrder.GET,
                        DirectOrder.class,
                        (order, peer) -> answer(
                                order,
                                direct -> direct.get(
                                        order,
                                        caller(peer),
                                        grant(),
                                        () -> DirectAccount.recipient(settings.get(), order, clock))))
                .addWaiting(
                        DirectOrder.CLEAR_ORDER,
                        DirectOrder.class,
                        (order, peer) -> answer(order, direct -> direct.clear(order, caller(peer), grant())));
    }

    private DirectFetch.Grant grant() {
        return DirectAccount.grant(settings.get());
    }

    private static DirectFetch.Caller caller(Peer peer) {
        return new DirectFetch.Caller(peer.user(), peer::hasHungUp);
    }

    private interface Act {
        DirectAnswer of(DirectFetch direct) throws Exception;
    }

    private DirectAnswer answer(DirectOrder order, Act act) throws OrderException, InterruptedException {
        try {
            return fetch.direct(String.valueOf(order.account()), act::of)
                    .orElseThrow(() -> new OrderException(
                            "ACCOUNT_UNKNOWN",
                            "the running service has no account of this name, only "
                                    + String.join(
                                            ", ", settings.get().accounts().keySet())));
        } catch (KeyLoadException | ConfigurationException e) {
            throw new OrderException(DirectFetch.UNUSABLE_RECIPIENT, String.valueOf(e.getMessage()));
        } catch (OrderException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e.getClass().getSimpleName());
        }
    }
}
