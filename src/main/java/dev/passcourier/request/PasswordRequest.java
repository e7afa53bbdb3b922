package dev.passcourier.request;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One ask for one instance password. Every field has been validated; none of them is a secret.
 *
 * @param id         the requester's id, unique over all sources
 * @param account    the configured cloud account to ask
 * @param instance   the instance's id in that cloud
 * @param parameters further ids the cloud needs, such as GSE's {@code fleetId}
 * @param key        name of the key pair to open the password with, or null to try the key ring
 * @param deliverTo  aliases of configured destinations, at least one
 * @param deadline   when to give up, or null for the service's default
 * @param requestedBy who asks, as the requester says, or null
 * @param reason     why, as the requester says, or null
 */
public record PasswordRequest(
        String id,
        String account,
        String instance,
        Map<String, String> parameters,
        @Nullable String key,
        List<String> deliverTo,
        @Nullable Instant deadline,
        @Nullable String requestedBy,
        @Nullable String reason) {

    /** Copies the collections. */
    public PasswordRequest {
        parameters = Map.copyOf(parameters);
        deliverTo = List.copyOf(deliverTo);
    }

    /**
     * What a command wants: with one receiver, which is no configured destination, and no deadline.
     *
     * @param to what the policy knows the receiver by
     * @throws RequestException {@code FIELD_INVALID} naming what is none of the words that ids and names are made of
     */
    public static PasswordRequest ofCommand(
            String id, String account, String instance, Map<String, String> parameters, @Nullable String key, String to)
            throws RequestException {
        demandId("id", id);
        demandId("account", account);
        demandId("instance", instance);
        demandId("to", to);
        if (key != null) {
            demandId("key", key);
        }
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            demandId("parameters", parameter.getKey());
            demandId("parameters." + parameter.getKey(), parameter.getValue());
        }
        return new PasswordRequest(id, account, instance, parameters, key, List.of(to), null, null, null);
    }

    PasswordRequest withoutDestinations() {
        return new PasswordRequest(id, account, instance, parameters, key, List.of(), deadline, requestedBy, reason);
    }

    private static void demandId(String field, @Nullable String text) throws RequestException {
        if (text == null || !Texts.isId(text)) {
            throw new RequestException(RefusalCode.FIELD_INVALID, field);
        }
    }
}
