package dev.passcourier.request;

import java.util.List;

/**
 * What can be told of a refused request: fields that are valid by themselves. Absent ones are empty.
 *
 * @param id        the request's id, or empty
 * @param account   the account, or empty
 * @param instance  the instance, or empty
 * @param deliverTo well-formed aliases, not checked against the configuration
 */
public record PartialRequest(String id, String account, String instance, List<String> deliverTo) {

    /** Nothing could be read. */
    public static final PartialRequest NOTHING = new PartialRequest("", "", "", List.of());

    /** Copies the list. */
    public PartialRequest {
        deliverTo = List.copyOf(deliverTo);
    }

    /** Everything of a request that could be read whole. */
    public static PartialRequest of(PasswordRequest request) {
        return new PartialRequest(request.id(), request.account(), request.instance(), request.deliverTo());
    }
}
