package dev.passcourier.sandbox;

import java.util.List;

/**
 * A pretend cloud on loopback that checks every call as its documentation says. Its credentials are made at the start
 * and open nothing else. Thread-safe.
 */
public abstract class SandboxCloud implements AutoCloseable {

    private final Instances instances;
    private final Desk desk;
    private final LoopbackServer server;

    SandboxCloud(Instances instances, Desk desk, LoopbackServer server) {
        this.instances = instances;
        this.desk = desk;
        this.server = server;
    }

    /** What the API's paths are appended to: scheme, host, port and context path, without a trailing slash. */
    public String baseUrl() {
        return server.url();
    }

    /** What goes wrong with calls to the API. */
    public final Script script() {
        return desk.script();
    }

    /** What goes wrong with calls for one instance; looked at before {@link #script()}. */
    public final Script script(String instance) {
        return desk.script(instance);
    }

    /** Calls to the API so far, in order of their answers. Sign-in calls are not among them. */
    public final List<Call> calls() {
        return desk.calls();
    }

    /** Answers calls to the API beyond so many in a second as throttled. */
    public final void limitRate(int callsPerSecond) {
        desk.limit().set(callsPerSecond);
    }

    final SandboxInstance add(SandboxInstance instance) {
        return instances.add(instance);
    }

    /** Stops the server; calls in hand are dropped. */
    @Override
    public void close() {
        desk.close();
        server.close();
    }
}
