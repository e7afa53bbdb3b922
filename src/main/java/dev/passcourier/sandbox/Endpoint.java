package dev.passcourier.sandbox;

import java.io.UncheckedIOException;
import java.time.Clock;

/**
 * One service: what answers its calls, and the server in front.
 *
 * @param server may be shared by two services
 */
record Endpoint(MockService service, LoopbackServer server) implements AutoCloseable {

    /** Serves a protocol on the port of this name. */
    static Endpoint open(Protocol protocol, Clock clock, SandboxState state, String name) {
        MockService service = new MockService(protocol, clock);
        return new Endpoint(service, LoopbackServer.start(state, name, service::serve));
    }

    /** Serves another protocol, or closes this one if that fails. */
    Endpoint beside(Protocol protocol, Clock clock, SandboxState state, String name) {
        try {
            return open(protocol, clock, state, name);
        } catch (UncheckedIOException e) {
            close();
            throw e;
        }
    }

    String url() {
        return server.url();
    }

    @Override
    public void close() {
        server.close();
    }
}
