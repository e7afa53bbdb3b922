package dev.passcourier.vault;

/**
 * A sealed result for one destination.
 *
 * @param alias      the destination
 * @param deliveryId stable id of this delivery, also inside the seal
 * @param mediaType  {@code application/jose} or {@link AtRest#MEDIA_TYPE}
 * @param bytes      the sealed bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Sealed(String alias, String deliveryId, String mediaType, byte[] bytes) {}
