package dev.passcourier.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came in at the intake: a request's JSON as it is, or as a compact JWS (RFC 7515) around
 * <code>{"jti":…,"exp":…,"request":{…}}</code>. The signature has been checked; nothing else has.
 *
 * <p>{@code jti} (RFC 7519, section 4.1.7) must be the request's id. Ids are unique over all sources and times, so a
 * signature serves once, whenever and from wherever it is sent again.
 */
public final class Submission {

    /** Longest time between now and {@code exp}. */
    public static final Duration LONGEST_LIFE = Duration.ofMinutes(15);

    /** Two clocks may differ by this much. */
    private static final Duration LEEWAY = Duration.ofSeconds(30);

    private static final String ID = "jti";
    private static final String EXPIRY = "exp";
    private static final String ISSUED_AT = "iat";
    private static final String REQUEST = "request";
    private static final Set<String> CLAIMS = Set.of(ID, EXPIRY, ISSUED_AT, REQUEST);

    private final @Nullable String signer;
    private final byte[] content;

    private Submission(@Nullable String signer, byte[] content) {
        this.signer = signer;
        this.content = content;
    }

    /**
     * Looks which of the two it is, and checks the signature if there is one.
     *
     * @throws RequestException if it is signed and the signature does not hold
     */
    public static Submission open(byte[] body, Signatures signatures) throws RequestException {
        if (!looksSigned(body)) {
            return new Submission(null, body);
        }
        Signatures.Signed signed = signatures.verify(RequestReader.text(body).strip());
        return new Submission(signed.signer(), signed.payload());
    }

    /** What is to be signed for a request, as JSON. */
    public static byte[] claims(PasswordRequest request, Instant expiry) {
        return WorkCodec.json(new Claims(request.id(), expiry.getEpochSecond(), request));
    }

    /** Named as in the JSON. */
    private record Claims(String jti, long exp, PasswordRequest request) {}

    /** Every JOSE header begins with <code>{"</code>, which base64url writes as {@code eyJ}. */
    static boolean looksSigned(byte[] body) {
        return body.length > 2 && body[0] == 'e' && body[1] == 'y' && body[2] == 'J';
    }

    /** The id that a compact JWS claims to be of, signed or not; empty if none can be read. */
    static String claimedId(String compact) {
        String[] parts = compact.split("\\.", -1);
        try {
            byte[] payload = Base64.getUrlDecoder().decode(parts.length == 3 ? parts[1] : "");
            return RequestReader.tree(payload).path(ID).asText();
        } catch (IllegalArgumentException | RequestException unreadable) {
            return "";
        }
    }

    /** Configured name of the signer, or null if it is not signed. */
    public @Nullable String signer() {
        return signer;
    }

    /**
     * The request, if it is one.
     *
     * @throws RequestException with the first thing that is wrong
     */
    public PasswordRequest request(Instant now) throws RequestException {
        if (signer == null) {
            return RequestReader.read(content);
        }
        ObjectNode claims = RequestReader.tree(content);
        demandKnown(claims);
        demandFresh(claims, now);
        PasswordRequest request = RequestFields.of(inner(claims)).request(null);
        if (!request.id().equals(claims.path(ID).textValue())) {
            throw new RequestException(RefusalCode.FIELD_INVALID, ID);
        }
        return request;
    }

    /** What can be told of a request that is refused. */
    public PartialRequest salvage() {
        try {
            return signer == null
                    ? RequestReader.salvage(content)
                    : RequestFields.of(inner(RequestReader.tree(content))).salvage();
        } catch (RequestException nothing) {
            return PartialRequest.NOTHING;
        }
    }

    private static void demandKnown(ObjectNode claims) throws RequestException {
        int position = 0;
        for (String name : (Iterable<String>) claims::fieldNames) {
            position++;
            if (!CLAIMS.contains(name)) {
                throw new RequestException(RefusalCode.FIELD_UNKNOWN, "claim " + position);
            }
        }
    }

    private static void demandFresh(ObjectNode claims, Instant now) throws RequestException {
        JsonNode expiry = claims.get(EXPIRY);
        if (expiry == null) {
            throw new RequestException(RefusalCode.FIELD_MISSING, EXPIRY);
        }
        if (!expiry.isIntegralNumber() || !expiry.canConvertToLong()) {
            throw new RequestException(RefusalCode.FIELD_INVALID, EXPIRY);
        }
        long left = expiry.longValue() - now.getEpochSecond();
        if (left <= -LEEWAY.toSeconds()) {
            throw new RequestException(RefusalCode.SIGNATURE_EXPIRED, EXPIRY);
        }
        if (left > LONGEST_LIFE.plus(LEEWAY).toSeconds()) {
            throw new RequestException(RefusalCode.SIGNATURE_TOO_LONG, EXPIRY);
        }
    }

    private static ObjectNode inner(ObjectNode claims) throws RequestException {
        JsonNode request = claims.get(REQUEST);
        if (request instanceof ObjectNode fields) {
            return fields;
        }
        throw new RequestException(request == null ? RefusalCode.FIELD_MISSING : RefusalCode.FIELD_INVALID, REQUEST);
    }

    /** Names the signer only. */
    @Override
    public String toString() {
        return "Submission[" + signer + "]";
    }
}
