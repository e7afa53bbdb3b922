package dev.passcourier.vault;

/**
 * A sealed result for one destination.
 *
 * @param alias      the destination
 * @param deliveryId stable id of this delivery, also inside the seal
 * @param mediaType  {@link #JOSE}, {@link #CMS}, {@link #CMS_CBC}, {@link #OPENPGP}, {@link #AGE} or
 *                   {@link AtRest#MEDIA_TYPE}
 * @param bytes      the sealed bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Sealed(String alias, String deliveryId, String mediaType, byte[] bytes) {

    /** Marks a compact JWE for a recipient's key, with our compact JWS of the result inside. */
    public static final String JOSE = "application/jose";

    /** Marks CMS AuthEnvelopedData (RFC 5083) in BER: inside is a MIME entity with SignedData (RFC 8551). */
    public static final String CMS = "application/pkcs7-mime; smime-type=authEnveloped-data";

    /** Marks CMS EnvelopedData for recipients whose programs are old; inside is the same. */
    public static final String CMS_CBC = "application/pkcs7-mime; smime-type=enveloped-data";

    /** Marks an armored OpenPGP message (RFC 9580), encrypted and signed: inside is a MIME entity. */
    public static final String OPENPGP = "application/pgp-encrypted";

    /** Marks an age file (age-encryption.org/v1): inside is our compact JWS. */
    public static final String AGE = "application/vnd.age";

    /** Names ids only. */
    @Override
    public String toString() {
        return "Sealed[" + deliveryId + " for " + alias + " as " + mediaType + "]";
    }
}
