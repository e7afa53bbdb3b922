package dev.passcourier.delivery;

import dev.passcourier.vault.VaultException;
import java.io.InputStream;

/** Opens the service's own seal at the last moment before a send, for destinations that say {@code seal: none}. */
@FunctionalInterface
public interface AtRestOpener {

    /**
     * Opens a result.
     *
     * @param sealed     the sealed bytes, which stay as they are
     * @param deliveryId the delivery that the seal was made for
     * @return the result's JSON; closing the stream wipes it
     * @throws VaultException if it is altered, of another delivery, or over its lifetime
     */
    InputStream open(byte[] sealed, String deliveryId) throws VaultException;
}
