package dev.passcourier.delivery;

import dev.passcourier.vault.VaultException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What went wrong on the way to any receiver, in our own words: exception texts are never passed on. */
final class FailureCodes {

    /** The verdict's name doubles as the code. */
    static final String EXPIRED = "EXPIRED";

    /** The destination said that it is gone, now or earlier. */
    static final String GONE = "DESTINATION_GONE";

    static final String SECRET = "SECRET";

    /** Our own stop cut the send. */
    static final String STOPPING = "STOPPING";

    private FailureCodes() {}

    /** The outcome of a send that failed with this and without an answer. */
    static DeliveryOutcome outcome(Throwable failure) {
        return outcome(failure, "");
    }

    /** The same, where the receiver said something before. */
    static DeliveryOutcome outcome(Throwable failure, String said) {
        AtRestResult.UnopenedException unopened = find(failure, AtRestResult.UnopenedException.class);
        if (unopened != null) {
            return new DeliveryOutcome.Failed(
                    switch (unopened.code()) {
                        case EXPIRED -> EXPIRED;
                        case SEAL_NEWER -> VaultException.Code.SEAL_NEWER.name();
                        default -> VaultException.Code.NOT_OPENED.name();
                    });
        }
        return new DeliveryOutcome.TryLater(code(failure), null, said);
    }

    private static String code(Throwable failure) {
        if (find(failure, MailLogin.UnreadableSecretException.class) != null) {
            return SECRET;
        }
        if (find(failure, SSLException.class) != null) {
            return "TLS";
        }
        if (find(failure, InterruptedIOException.class) != null) {
            return "TIMEOUT";
        }
        if (find(failure, UnknownHostException.class) != null) {
            return "DNS";
        }
        return find(failure, IOException.class) != null ? "IO" : "SEND";
    }

    /** The first of a kind in the chain of causes. */
    static <T> @Nullable T find(Throwable failure, Class<T> type) {
        Throwable link = failure;
        for (int depth = 0; link != null && depth < 16; depth++) {
            if (type.isInstance(link)) {
                return type.cast(link);
            }
            link = link.getCause();
        }
        return null;
    }
}
