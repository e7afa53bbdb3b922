package dev.passcourier.delivery;

import dev.passcourier.vault.VaultException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Opens what {@link SinkHarness#atRest} sealed, and counts. */
final class PretendVault implements AtRestOpener {

    static final String CANARY = "canary-Xk4!hand";

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    volatile VaultException.@Nullable Code refusal;

    @Override
    public InputStream open(byte[] sealed, String deliveryId) throws VaultException {
        if (refusal != null) {
            throw new VaultException(refusal);
        }
        if (!Arrays.equals(sealed, SinkHarness.AT_REST)) {
            throw new VaultException(VaultException.Code.NOT_OPENED);
        }
        opened.incrementAndGet();
        return new ByteArrayInputStream(("{\"deliveryId\":\"" + deliveryId + "\",\"secret\":\"" + CANARY + "\"}")
                .getBytes(StandardCharsets.UTF_8)) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }
}
