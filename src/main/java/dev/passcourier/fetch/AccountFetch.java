package dev.passcourier.fetch;

import dev.passcourier.broker.GatedContainers;
import dev.passcourier.config.Settings;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.vault.KeyRing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;

/** What was made of one account's settings: its consumers, its gate and its way to its cloud. It has routes once they are added. */
public final class AccountFetch {

    private final CamelContext camel;
    private final String name;
    private final Settings.Account account;
    private final KeyRing keys;
    private final CloudAccount cloud;
    private final AccountGate gate;
    private final Opening opening;
    private final CallsInHand calls;
    private final Steps steps;

    /** Commands ask beside the routes; an account's way is not replaced while one is on it. */
    private final ReadWriteLock commands = new ReentrantReadWriteLock();

    /**
     * What its routes take messages through.
     *
     * @param fetching   containers of the fetch queue
     * @param clearing   containers of the queue of what is to be cleared
     * @param clear      takes and settles that
     */
    record Steps(
            GatedContainers fetching,
            Processor inspect,
            Processor decryptAndSeal,
            Processor settle,
            GatedContainers clearing,
            Clearing clear) {}

    AccountFetch(
            CamelContext camel,
            String name,
            Settings.Account account,
            KeyRing keys,
            CloudAccount cloud,
            AccountGate gate,
            Opening opening,
            CallsInHand calls,
            Steps steps) {
        this.camel = camel;
        this.name = name;
        this.account = account;
        this.keys = keys;
        this.cloud = cloud;
        this.gate = gate;
        this.opening = opening;
        this.calls = calls;
        this.steps = steps;
    }

    /** The account's name. */
    public String name() {
        return name;
    }

    /** How it is asked, and how often. */
    public AccountGate gate() {
        return gate;
    }

    /** Its calls that are under way. */
    public CallsInHand calls() {
        return calls;
    }

    KeyRing keys() {
        return keys;
    }

    CloudAccount cloud() {
        return cloud;
    }

    Opening opening() {
        return opening;
    }

    private boolean clears() {
        return account.afterDelivery() != Settings.AfterDelivery.KEEP;
    }

    /** Adds its routes, those that take messages last; their templates must have been loaded. */
    public void addRoutes() throws Exception {
        cloud.addRoutes();
        FetchStage.route(
                        camel,
                        name,
                        account.concurrency(),
                        steps.fetching(),
                        steps.inspect(),
                        steps.decryptAndSeal(),
                        steps.settle())
                .add();
        if (clears()) {
            FetchStage.clearRoute(camel, name, steps.clearing(), steps.clear()::take, steps.clear()::settle)
                    .add();
        }
    }

    /** Ids of the routes that take messages. */
    public List<String> consumers() {
        List<String> consumers = new ArrayList<>(List.of("fetch." + name));
        if (clears()) {
            consumers.add("clear." + name);
        }
        return consumers;
    }

    /** Ids of the routes that these lead to. */
    public List<String> behind() {
        return cloud.routes();
    }

    /**
     * Waits for the commands that are on its way, and lets no other begin until {@link #letCommands}, by the same thread.
     *
     * @return false if one has not ended within the time; then they go on
     */
    public boolean holdCommands(Duration atMost) throws InterruptedException {
        return commands.writeLock().tryLock(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Lets commands begin again. */
    public void letCommands() {
        commands.writeLock().unlock();
    }

    Lock commands() {
        return commands.readLock();
    }

    /** Ends the session at a cloud that counts them. */
    public void signOut() {
        cloud.signOut();
    }
}
