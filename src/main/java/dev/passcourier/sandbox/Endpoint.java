package dev.passcourier.sandbox;

import java.io.UncheckedIOException;
import java.time.Clock;

/**
 * One service: the desk its calls arrive at, and the server in front.
 *
 * @param server may be shared by two services
 */
record Endpoint(Desk desk, LoopbackServer server) implements AutoCloseable {

    /** Serves a protocol on a port of its own; 0 takes any free one. */
    static Endpoint open(Protocol protocol, Clock clock, int port, String name) {
        Desk desk = new Desk(protocol, clock);
        return new Endpoint(desk, LoopbackServer.start(port, name, desk::serve));
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
        desk.close();
        server.close();
    }
}
