package dev.passcourier.sandbox;

import java.time.Clock;
import java.util.List;

/**
 * A pretend cloud on loopback that checks every call as its documentation says. Its credentials are made at the start
 * and open nothing else. Thread-safe.
 */
public abstract class SandboxCloud implements AutoCloseable {

    private final Instances instances;
    private final Endpoint api;

    /**
     * Starts a cloud on a free port.
     *
     * @param api says what it answers
     */
    protected SandboxCloud(Instances instances, Protocol api, Clock clock) {
        this(instances, Endpoint.open(api, clock, SandboxState.inMemory(), "api"));
    }

    SandboxCloud(Instances instances, Endpoint api) {
        this.instances = instances;
        this.api = api;
    }

    /** What the API's paths are appended to: scheme, host, port and context path, without a trailing slash. */
    public String baseUrl() {
        return api.url();
    }

    /** What goes wrong with calls to the API. */
    public final Script script() {
        return api.service().script();
    }

    /** What goes wrong with calls for one instance; looked at before {@link #script()}. */
    public final Script script(String instance) {
        return api.service().script(instance);
    }

    /** The last 10,000 calls to the API, in order of their answers. Sign-in calls are not among them. */
    public final List<Call> calls() {
        return api.service().calls();
    }

    /** How many calls to the API there were. */
    public final long callCount() {
        return api.service().callCount();
    }

    /** Adds a machine. */
    protected final SandboxInstance add(SandboxInstance instance) {
        return instances.add(instance);
    }

    /** Stops the server; calls in hand are dropped. */
    @Override
    public void close() {
        api.close();
    }
}
