package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What editors are told must be what the reader does. */
class RequestSchemaTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNode TEXT = read();
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(TEXT);

    @Test
    void itsExamplesAreRequests() throws RequestException {
        JsonNode examples = TEXT.at("/$defs/request/examples");

        assertThat(examples).isNotEmpty();
        assertThat(SCHEMA.validate(examples)).isEmpty();
        for (JsonNode example : examples) {
            assertThat(SCHEMA.validate(example)).isEmpty();
            assertThat(RequestReader.read(bytes(example.toString()), BatchDefaults.NONE, "made-up"))
                    .isNotNull();
        }
    }

    @Test
    void itsBatchesWithDefaultsAreRead() throws RequestException {
        JsonNode example = TEXT.at("/$defs/batch/examples/0");

        assertThat(SCHEMA.validate(example)).isEmpty();
        assertThat(BatchReader.read(bytes(example.toString()), BatchFormat.JSON, line -> "line-" + line))
                .hasSize(2)
                .allMatch(BatchLine.Good.class::isInstance);
        for (String wrong : new String[] {
            "{'defaults':{'instance':'i'},'requests':[{'instance':'i'}]}",
            "{'defaults':{'colour':'i'},'requests':[{'instance':'i'}]}",
            "{'requests':[{'instance':'i'}],'more':1}",
            "{'defaults':{}}"
        }) {
            assertThat(SCHEMA.validate(json(wrong))).as(wrong).isNotEmpty();
        }
    }

    @Test
    void itNamesTheFieldsThatTheReaderKnows() throws RequestException {
        List<String> names = new ArrayList<>();
        TEXT.at("/$defs/request/properties").fieldNames().forEachRemaining(names::add);
        String all = "{'$schema':'s','id':'a','account':'a','instance':'a','parameters':{},'key':'a','deliverTo':['a'],"
                + "'deadline':'2026-01-01T00:00:00Z','requestedBy':'a','reason':'a'}";

        JsonNode request = json(all);
        assertThat(names).containsExactlyInAnyOrderElementsOf(request::fieldNames);
        assertThat(SCHEMA.validate(request)).isEmpty();
        assertThat(RequestReader.read(bytes(request.toString()))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'account':'a','instance':'a'}",
                "{'account':'a b','instance':'a','deliverTo':['a']}",
                "{'account':'a','instance':'../a','deliverTo':['a']}",
                "{'account':'a','instance':'a','deliverTo':[]}",
                "{'account':'a','instance':'a','deliverTo':'a'}",
                "{'account':'a','instance':'a','deliverTo':['a','a']}",
                "{'account':'a','instance':'a','deliverTo':['a'],'url':'x'}",
                "{'account':null,'instance':'a','deliverTo':['a']}",
                "{'account':'a','instance':'a','deliverTo':[null]}",
                "{'account':'a','instance':'a','deliverTo':['a'],'reason':''}",
                "{'account':'a','instance':'a','deliverTo':['a'],'reason':'a\\u202eb'}",
                "{'account':'a','instance':'a','deliverTo':['a'],'reason':'a\\nb'}",
                "{'account':'a','instance':'a','deliverTo':['a'],'deadline':'tomorrow'}",
                "{'account':'a','instance':'a','deliverTo':['a'],'deadline':'2026-01-01T00:00Z'}",
                "{'account':'a','instance':'a','deliverTo':['a'],'parameters':{'a':1}}",
                "{'account':'a','instance':'a','deliverTo':['a'],'parameters':{'a b':'c'}}"
            })
    void itRefusesWhatTheReaderRefuses(String request) {
        String json = request.replace('\'', '"');

        assertThat(SCHEMA.validate(json, InputFormat.JSON)).isNotEmpty();
        assertThatThrownBy(() -> RequestReader.read(bytes(json), BatchDefaults.NONE, "made-up"))
                .isInstanceOf(RequestException.class);
    }

    @Test
    void itTakesOptionalFieldsThatAreNullAsTheReaderDoes() throws RequestException {
        String least = "{'account':'a','instance':'a','deliverTo':['a']";
        String nulls = least + ",'$schema':null,'id':null,'parameters':null,'key':null,'deadline':null,"
                + "'requestedBy':null,'reason':null}";

        assertThat(SCHEMA.validate(json(nulls))).isEmpty();
        assertThat(RequestReader.read(bytes(nulls.replace('\'', '"')), BatchDefaults.NONE, "made-up"))
                .isEqualTo(RequestReader.read(bytes(least.replace('\'', '"') + "}"), BatchDefaults.NONE, "made-up"));
        assertThat(SCHEMA.validate(json(least + ",'parameters':{'fleetId':null}}")))
                .isEmpty();
        assertThat(RequestReader.read(
                                bytes(least.replace('\'', '"') + ",\"parameters\":{\"fleetId\":null}}"),
                                BatchDefaults.NONE,
                                "made-up")
                        .parameters())
                .isEmpty();
    }

    private static JsonNode read() {
        try {
            return MAPPER.readTree(Path.of("config/request.schema.json").toFile());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
