package dev.passcourier.sandbox;

import java.io.UncheckedIOException;
import java.time.Clock;

/**
 * One service: what answers its calls, and the server in front.
 *
 * @param server may be shared by two services
 */
record Endpoint(MockService service, LoopbackServer server) implements AutoCloseable {

    /** Serves a protocol on a port of its own; 0 takes any free one. */
    static Endpoint open(Protocol protocol, Clock clock, int port, String name) {
        MockService service = new MockService(protocol, clock);
        return new Endpoint(service, LoopbackServer.start(port, name, service::serve));
    }

    /** Serves another protocol, or closes this one if that fails. */
    Endpoint beside(Protocol protocol, Clock clock, int port, String name) {
        try {
            return open(protocol, clock, port, name);
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
