package dev.passcourier.fetch;

import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command wants of one account's cloud: one attempt to get a password for whoever asks, or to have it forgotten.
 *
 * @param id         of the command, the same at each of its attempts
 * @param account    the account's name
 * @param instance   the instance's id in that cloud
 * @param key        name of the key pair to open the password with, or null to try the key ring
 * @param parameters further ids the cloud needs
 * @param to         what the policy knows it by: {@link #ASKER}, {@code get:} and a recipient's name, or {@link #CLEAR}
 * @param sealFor    for {@link #ASKER} only: the public key that the result is sealed for, as its file has it, or null
 * @param attempt    1 for the first
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record DirectOrder(
        String id,
        String account,
        String instance,
        @Nullable String key,
        @Nullable Map<String, String> parameters,
        String to,
        byte @Nullable [] sealFor,
        int attempt) {

    /** Name of the order to get a password. */
    public static final String GET = "get";

    /** Name of the order to have one forgotten. */
    public static final String CLEAR_ORDER = "clear";

    /** Whoever asks, shown or sealed to a key of their own choice. */
    public static final String ASKER = "get:asker";

    /** What the names of recipients begin with. */
    public static final String RECIPIENT = "get:";

    /** The cloud, which forgets a password. */
    public static final String CLEAR = "cloud:clear";

    /**
     * Demands that the receiver that the policy and the record know is the one there is: of {@code clear} the cloud, of
     * {@code get} a recipient's name, or the asker and one key of theirs.
     *
     * @param name {@link #GET} or {@link #CLEAR_ORDER}
     * @throws RequestException {@code FIELD_INVALID} at {@code to}
     */
    void demandReceiver(String name) throws RequestException {
        boolean hasKey = sealFor != null;
        boolean fits = name.equals(CLEAR_ORDER)
                ? CLEAR.equals(to) && !hasKey
                : ASKER.equals(to)
                        ? hasKey
                        : to != null && to.startsWith(RECIPIENT) && to.length() > RECIPIENT.length() && !hasKey;
        if (!fits) {
            throw new RequestException(RefusalCode.FIELD_INVALID, "to");
        }
    }

    /** The next attempt of the same command. */
    public DirectOrder next() {
        return new DirectOrder(id, account, instance, key, parameters, to, sealFor, attempt + 1);
    }

    /**
     * The order as a request.
     *
     * @throws RequestException {@code FIELD_INVALID} naming what is none of the words that ids and names are made of
     */
    public PasswordRequest request() throws RequestException {
        return PasswordRequest.ofCommand(id, account, instance, parameters == null ? Map.of() : parameters, key, to);
    }
}
