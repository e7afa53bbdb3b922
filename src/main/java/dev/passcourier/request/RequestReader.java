package dev.passcourier.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.CharacterCodingException;

/**
 * Reads one request from JSON that anybody may have written. {@code config/request.schema.json} describes the same
 * fields for editors; this class decides.
 */
public final class RequestReader {

    /** Largest request, in bytes. */
    public static final int MAX_BYTES = 64 * 1024;

    private static final JsonMapper MAPPER = new JsonMapper(StrictJson.factory());
    private static final ObjectReader TREE = StrictJson.strict(MAPPER.readerFor(JsonNode.class));

    private RequestReader() {}

    /**
     * Reads a request that has an id.
     *
     * @param bytes one JSON object in UTF-8
     * @throws RequestException with the first thing that is wrong
     */
    public static PasswordRequest read(byte[] bytes) throws RequestException {
        return RequestFields.of(tree(bytes)).request(null);
    }

    /**
     * Reads a request of a batch, whose id may be left out.
     *
     * @param defaults    what it has where it does not say so
     * @param idIfMissing the id it gets then
     */
    static PasswordRequest read(byte[] bytes, BatchDefaults defaults, String idIfMissing) throws RequestException {
        ObjectNode request = tree(bytes);
        defaults.fill(request);
        return RequestFields.of(request).request(idIfMissing);
    }

    /** What can be told of a request that {@link #read(byte[])} refused. */
    public static PartialRequest salvage(byte[] bytes) {
        try {
            return RequestFields.of(tree(bytes)).salvage();
        } catch (RequestException nothing) {
            return PartialRequest.NOTHING;
        }
    }

    static ObjectNode tree(byte[] bytes) throws RequestException {
        if (bytes.length > MAX_BYTES) {
            throw new RequestException(RefusalCode.REQUEST_TOO_LARGE, "");
        }
        String text = text(bytes);
        try {
            if (TREE.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (StreamConstraintsException tooLarge) {
            throw new RequestException(RefusalCode.REQUEST_TOO_LARGE, place(tooLarge));
        } catch (StreamReadException notJson) {
            if (isRepeatedField(notJson)) {
                throw new RequestException(RefusalCode.DUPLICATE_FIELD, place(notJson));
            }
            throw StrictJson.refusal(RefusalCode.REQUEST_NOT_JSON, text, notJson);
        } catch (JsonProcessingException trailing) {
            throw StrictJson.refusal(RefusalCode.REQUEST_NOT_JSON, text, trailing);
        }
        throw new RequestException(RefusalCode.REQUEST_NOT_JSON, "");
    }

    static String text(byte[] bytes) throws RequestException {
        try {
            return Texts.utf8(bytes);
        } catch (CharacterCodingException notUtf8) {
            throw new RequestException(RefusalCode.REQUEST_NOT_JSON, "");
        }
    }

    /** The duplicate detector has no exception type of its own. */
    private static boolean isRepeatedField(StreamReadException refused) {
        return refused.getOriginalMessage().startsWith("Duplicate field");
    }

    private static String place(JsonProcessingException refused) {
        var location = refused.getLocation();
        return location == null || location.getLineNr() < 1
                ? ""
                : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
