package dev.passcourier.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * One JSON object or an array of them, also inside an object that says what they have in common. The array is only cut into its elements here, so that an element with a repeated
 * or unknown field harms itself alone; {@link RequestReader} then reads each by the strict rules.
 */
final class JsonBatch {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private static final String REQUESTS = "requests";
    private static final Set<String> AROUND = Set.of(BatchDefaults.NAME, REQUESTS, "$schema");

    private JsonBatch() {}

    static void read(String text, LineReader lines) throws RequestException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                elements(parser, text, lines);
            } else if (first == JsonToken.START_OBJECT) {
                if (!headed(text, lines)) {
                    lines.add(1, element(parser, text));
                } else {
                    parser.skipChildren();
                }
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

    /**
     * Reads an object around the requests, whose defaults may stand behind them.
     *
     * @return false if it is none
     */
    private static boolean headed(String text, LineReader lines) throws IOException, RequestException {
        if (member(text, REQUESTS, parser -> parser.currentToken() == JsonToken.START_ARRAY)) {
            member(text, BatchDefaults.NAME, parser -> {
                lines.use(lines.defaults()
                        .under(RequestReader.tree(
                                        bytes("{\"" + BatchDefaults.NAME + "\":" + element(parser, text) + "}"))
                                .get(BatchDefaults.NAME)));
                return true;
            });
            demandKnown(text);
            member(text, REQUESTS, parser -> {
                elements(parser, text, lines);
                return true;
            });
            return true;
        }
        return false;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What a value is looked at for. */
    private interface Member {
        boolean at(JsonParser parser) throws IOException, RequestException;
    }

    /** Whether the object has this member, and the answer about its value is yes. */
    private static boolean member(String text, String name, Member member) throws IOException, RequestException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = name.equals(parser.currentName());
                parser.nextToken();
                if (found) {
                    return member.at(parser);
                }
                parser.skipChildren();
            }
            return false;
        }
    }

    private static void demandKnown(String text) throws IOException, RequestException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            Set<String> seen = new HashSet<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                if (!AROUND.contains(parser.currentName()) || !seen.add(parser.currentName())) {
                    throw new RequestException(RefusalCode.BATCH_DEFAULTS, "field " + (seen.size() + 1));
                }
                parser.nextToken();
                parser.skipChildren();
            }
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
