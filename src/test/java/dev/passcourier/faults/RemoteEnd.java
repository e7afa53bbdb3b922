package dev.passcourier.faults;

import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.Script;
import dev.passcourier.sandbox.WebhookReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One remote end of one row, all its own: the proxy in front of it, and what can be told to misbehave behind. */
interface RemoteEnd extends AutoCloseable {

    /** In front of it. */
    FaultProxy proxy();

    /** How many copies of the row's delivery have come, whatever was answered; fails if they differ in id. */
    int copies(String deliveryId);

    /** The cloud's script for the row's instance. */
    default Script script() {
        throw new UnsupportedOperationException();
    }

    /** The row's machine. */
    default SandboxInstance machine() {
        throw new UnsupportedOperationException();
    }

    /** The row's mail server. */
    default Mailbox mailbox() {
        throw new UnsupportedOperationException();
    }

    /** The row's webhook receiver. */
    default WebhookReceiver hook() {
        throw new UnsupportedOperationException();
    }

    /** Closes the port for good. */
    default void shut() {
        try {
            proxy().shut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void close() throws IOException;

    /** A cloud account of its own on a cloud that all rows share. Results go to the archive. */
    record Cloud(FaultProxy proxy, HuaweiEcsSandbox cloud, SandboxInstance machine, String instance)
            implements RemoteEnd {

        @Override
        public Script script() {
            return cloud.script(instance);
        }

        @Override
        public int copies(String deliveryId) {
            throw new UnsupportedOperationException("the archive has them");
        }

        @Override
        public void close() throws IOException {
            proxy.close();
        }
    }

    /** A mail server of its own. */
    record Mail(FaultProxy proxy, Mailbox mailbox) implements RemoteEnd {

        @Override
        public int copies(String deliveryId) {
            return RemoteWorld.copies(mailbox.received(), deliveryId);
        }

        @Override
        public void close() throws IOException {
            proxy.close();
            mailbox.close();
        }
    }

    /** A webhook receiver of its own. */
    record Hook(FaultProxy proxy, WebhookReceiver hook) implements RemoteEnd {

        @Override
        public int copies(String deliveryId) {
            return RemoteWorld.hookCopies(hook.requests(), deliveryId);
        }

        @Override
        public void close() throws IOException {
            proxy.close();
            hook.close();
        }
    }
}
