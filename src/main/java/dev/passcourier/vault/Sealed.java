package dev.passcourier.vault;

/**
 * A sealed result for one destination.
 *
 * @param alias      the destination
 * @param deliveryId stable id of this delivery, also inside the seal
 * @param mediaType  {@link #JOSE} or {@link AtRest#MEDIA_TYPE}
 * @param bytes      the sealed bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Sealed(String alias, String deliveryId, String mediaType, byte[] bytes) {

    /** Marks a compact JWE for a recipient's key, with our compact JWS of the result inside. */
    public static final String JOSE = "application/jose";

    /** Names ids only. */
    @Override
    public String toString() {
        return "Sealed[" + deliveryId + " for " + alias + " as " + mediaType + "]";
    }
}
