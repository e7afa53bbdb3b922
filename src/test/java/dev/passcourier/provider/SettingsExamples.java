package dev.passcourier.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;

/** The schema beside a provider: its examples, and what it says of other settings. */
public final class SettingsExamples {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode schema;

    private SettingsExamples(JsonNode schema) {
        this.schema = schema;
    }

    /** Of a provider's schema. */
    public static SettingsExamples of(ProviderType provider) {
        String name = provider.id() + ".schema.json";
        try (InputStream in = provider.getClass().getResourceAsStream(name)) {
            return new SettingsExamples(JSON.readTree(Objects.requireNonNull(in, name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The examples, as accounts. */
    public List<AccountSettings> accounts() {
        return schema.path("examples")
                .valueStream()
                .map(SettingsExamples::account)
                .toList();
    }

    /** Settings written with single quotes, as an account. */
    public static AccountSettings account(String settings) {
        return account(tree(settings));
    }

    /** Which keywords of the schema the settings break, such as {@code required}. */
    public List<String> broken(AccountSettings account) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema)
                .validate(account.settings())
                .stream()
                .map(error -> error.getInstanceLocation() + " " + error.getKeyword())
                .distinct()
                .toList();
    }

    /** Where the schema has a property without a description. */
    public List<String> undescribed() {
        return schema.findValues("properties").stream()
                .flatMap(properties -> properties.properties().stream())
                .filter(property -> property.getValue().isObject()
                        && !property.getValue().has("const")
                        && !property.getValue().has("description"))
                .map(property -> property.getKey())
                .toList();
    }

    private static AccountSettings account(JsonNode settings) {
        return new AccountSettings("account", settings, Clock.systemUTC());
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
