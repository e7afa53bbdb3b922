package dev.passcourier.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/** Who sent an order: the operating system says so ({@code SO_PEERCRED}), not the sender. */
public final class Peer {

    private final SocketChannel channel;
    private final String user;

    private Peer(SocketChannel channel, String user) {
        this.channel = channel;
        this.user = user;
    }

    static Peer of(SocketChannel channel) throws IOException {
        return new Peer(
                channel,
                channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName());
    }

    /** The name of the operating system's user that the sender's process runs as, or its number if it has no name. */
    public String user() {
        return user;
    }

    /** Whether the sender has gone, so that nobody waits for the answer. Anything it sends after its order is dropped. */
    public boolean hasHungUp() {
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }
}
