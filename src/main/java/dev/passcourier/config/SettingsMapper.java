package dev.passcourier.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns checked settings into typed records. Durations are read as {@code 500ms}, {@code 30s}, {@code 20m}, {@code 12h}
 * or {@code 7d}, enum values in any case.
 */
public final class SettingsMapper {

    private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,5})(ms|s|m|h|d)");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .addModule(new SimpleModule()
                    .addDeserializer(Duration.class, new FromText<>(Duration.class, SettingsMapper::duration))
                    .addDeserializer(ZoneId.class, new FromText<>(ZoneId.class, ZoneId::of))
                    .addDeserializer(URI.class, new FromText<>(URI.class, URI::create))
                    .addDeserializer(Path.class, new FromText<>(Path.class, Path::of)))
            .build();

    /** Writes what {@link #MAPPER} reads, for comparison: every scalar as its text. */
    private static final JsonMapper WRITER = JsonMapper.builder()
            .addModule(new SimpleModule()
                    .addSerializer(Duration.class, ToStringSerializer.instance)
                    .addSerializer(ZoneId.class, ToStringSerializer.instance)
                    .addSerializer(URI.class, ToStringSerializer.instance)
                    .addSerializer(Path.class, ToStringSerializer.instance))
            .build();

    private SettingsMapper() {}

    /** The settings as a tree again, with every default, and secrets still as references. */
    public static ObjectNode tree(Settings settings) {
        return WRITER.valueToTree(settings);
    }

    /**
     * Maps a part of the settings. A component of the record itself that is not {@code @Nullable} must
     * have a value afterwards.
     *
     * @throws ConfigurationException naming what does not fit, never with a value
     */
    public static <T> T read(JsonNode settings, Class<T> type) throws ConfigurationException {
        try {
            T value = MAPPER.treeToValue(settings, type);
            if (value instanceof Record mapped) {
                demandValues(mapped);
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw new ConfigurationException(path(e) + ": unknown key");
        } catch (JsonMappingException e) {
            throw new ConfigurationException(path(e) + ": no value, or one that does not fit");
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(type.getSimpleName() + " does not fit");
        }
    }

    private static void demandValues(Record mapped) throws ConfigurationException {
        for (RecordComponent component : mapped.getClass().getRecordComponents()) {
            boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (!optional && value(component, mapped) == null) {
                throw new ConfigurationException(component.getName() + ": no value");
            }
        }
    }

    private static @Nullable Object value(RecordComponent component, Record mapped) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(mapped);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(mapped.getClass() + " hides " + component.getName(), e);
        }
    }

    /** Reads a duration, or fails with {@link IllegalArgumentException}. */
    static Duration duration(String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a duration");
        }
        return UNITS.get(parts.group(2)).multipliedBy(Long.parseLong(parts.group(1)));
    }

    private static String path(JsonMappingException problem) {
        return problem.getPath().stream()
                .map(step -> step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName())
                .collect(Collectors.joining("."));
    }

    /** Reads one scalar type; what it throws never reaches the operator, because parsers quote the value. */
    private static final class FromText<T> extends StdDeserializer<T> {

        private static final long serialVersionUID = 1L;

        private final transient Function<String, T> read;

        FromText(Class<T> type, Function<String, T> read) {
            super(type);
            this.read = read;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = context.readValue(parser, String.class);
            try {
                return read.apply(text);
            } catch (RuntimeException e) {
                throw JsonMappingException.from(context, handledType().getSimpleName() + " expected");
            }
        }
    }
}
