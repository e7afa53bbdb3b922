package dev.passcourier.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;

/**
 * One JSON object or an array of them. The array is only cut into its elements here, so that an element with a repeated
 * or unknown field harms itself alone; {@link RequestReader} then reads each by the strict rules.
 */
final class JsonBatch {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private JsonBatch() {}

    static void read(String text, LineReader lines) throws RequestException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                elements(parser, text, lines);
            } else if (first == JsonToken.START_OBJECT) {
                lines.add(1, element(parser, text));
            } else {
                throw notJson();
            }
            if (parser.nextToken() != null) {
                throw notJson();
            }
        } catch (JsonProcessingException quotesContent) {
            throw StrictJson.refusal(RefusalCode.BATCH_NOT_JSON, text, quotesContent);
        } catch (IOException impossible) {
            throw notJson();
        }
    }

    /** How many values the text holds one after the other, or -1 if it is not JSON. */
    static int values(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            int values = 0;
            while (parser.nextToken() != null) {
                parser.skipChildren();
                values++;
            }
            return values;
        } catch (IOException broken) {
            return -1;
        }
    }

    /** Whether nothing is missing at the end: all is closed, or so wrong that nothing after it matters. */
    static boolean isClosed(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            boolean any = false;
            while (parser.nextToken() != null) {
                any = true;
            }
            return any;
        } catch (JsonEOFException cut) {
            return false;
        } catch (IOException broken) {
            return true;
        }
    }

    private static void elements(JsonParser parser, String text, LineReader lines)
            throws IOException, RequestException {
        int place = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            place++;
            lines.add(place, element(parser, text));
        }
    }

    /** The text of the current value, with the parser left at its end. */
    private static String element(JsonParser parser, String text) throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        parser.finishToken();
        return text.substring(start, (int) parser.currentLocation().getCharOffset());
    }

    private static RequestException notJson() {
        return new RequestException(RefusalCode.BATCH_NOT_JSON, "");
    }
}
