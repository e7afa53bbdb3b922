package dev.passcourier.delivery;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.passcourier.http.CallsInHand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

/**
 * Sockets that close themselves when a conversation takes too long, or the service must stop: Jakarta Mail bounds each
 * read, so a server that drips could hold a consumer for hours.
 */
final class BoundedSockets extends SocketFactory {

    private final Duration longest;
    private final CallsInHand calls;

    BoundedSockets(Duration longest, CallsInHand calls) {
        this.longest = longest;
        this.calls = calls;
    }

    /** Not connected yet; the time runs from now on. */
    @Override
    public Socket createSocket() {
        return new Bounded(longest, calls);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("connect it yourself, with a time-out");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostName(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(host, port);
    }

    private static final class Bounded extends Socket {

        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        Bounded(Duration longest, CallsInHand calls) {
            Runnable over = calls.begin(() -> ended.completeExceptionally(new IOException("cut")));
            ended.whenComplete((closed, failed) -> over.run());
            ended.orTimeout(longest.toMillis(), MILLISECONDS).exceptionally(cut -> {
                closeQuietly();
                return null;
            });
        }

        private void closeQuietly() {
            try {
                super.close();
            } catch (IOException closed) {
                // nobody can use it any more, which is the point
            }
        }

        @Override
        public synchronized void close() throws IOException {
            ended.complete(null);
            super.close();
        }
    }

    /** TLS over {@link BoundedSockets}: Jakarta Mail connects the plain socket it gets and has TLS laid over it here. */
    static final class BoundedTlsSockets extends SSLSocketFactory {

        private final BoundedSockets sockets;
        private final SSLSocketFactory tls;

        BoundedTlsSockets(BoundedSockets sockets, SSLSocketFactory tls) {
            this.sockets = sockets;
            this.tls = tls;
        }

        /** A plain one, for {@link #createSocket(Socket, String, int, boolean)} once it is connected. */
        @Override
        public Socket createSocket() {
            return sockets.createSocket();
        }

        @Override
        public Socket createSocket(Socket connected, String host, int port, boolean autoClose) throws IOException {
            return tls.createSocket(connected, host, port, autoClose);
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return tls.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return tls.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return sockets.createSocket(host, port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return sockets.createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return sockets.createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return sockets.createSocket(host, port);
        }
    }
}
