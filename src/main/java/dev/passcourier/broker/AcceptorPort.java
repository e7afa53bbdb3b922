package dev.passcourier.broker;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;

/** Whether the embedded broker can listen where the settings say; Artemis itself only logs that it cannot. */
final class AcceptorPort {

    private AcceptorPort() {}

    /**
     * Listens there for a moment.
     *
     * @throws ConfigurationException naming the setting, if that is not possible
     */
    static void demandFree(Settings.@Nullable Acceptor acceptor) throws ConfigurationException {
        if (acceptor == null) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(acceptor.host(), acceptor.port()));
        } catch (IOException e) {
            throw new ConfigurationException("broker.acceptor: cannot listen on " + acceptor.host() + ":"
                    + acceptor.port() + "; the port is taken, or the host is not an address of this machine");
        }
    }
}
