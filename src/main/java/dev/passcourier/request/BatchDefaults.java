package dev.passcourier.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the requests of a batch have where they do not say it themselves: any field but {@code id} and {@code instance}. A
 * parameter is filled in by its own name, beside those that a request has.
 */
public final class BatchDefaults {

    /** Name of the object that holds them at the head of a batch, in JSON. */
    static final String NAME = "defaults";

    /** For batches without. */
    public static final BatchDefaults NONE = new BatchDefaults(JsonNodeFactory.instance.objectNode());

    /** A request needs these, so they stand in for it while the defaults are tried. */
    private static final String ANY = "x";

    private static final Set<String> NEVER = Set.of(RequestFields.ID, RequestFields.INSTANCE);

    private final ObjectNode fields;
    private final @Nullable Named named;

    private BatchDefaults(ObjectNode fields) {
        this(fields, null);
    }

    private BatchDefaults(ObjectNode fields, @Nullable Named named) {
        this.fields = fields;
        this.named = named;
    }

    /**
     * Those of the settings.
     *
     * @param settings of the source, or null if it has none
     * @param now      the time that a deadline is counted from
     */
    public static BatchDefaults of(Settings.@Nullable RequestDefaults settings, Instant now) {
        if (settings == null) {
            return NONE;
        }
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        fields.put(RequestFields.ACCOUNT, settings.account());
        fields.put(RequestFields.KEY, settings.key());
        fields.put(RequestFields.REQUESTED_BY, settings.requestedBy());
        fields.put(RequestFields.REASON, settings.reason());
        if (settings.deadline() != null) {
            fields.put(RequestFields.DEADLINE, now.plus(settings.deadline()).toString());
        }
        if (!settings.deliverTo().isEmpty()) {
            settings.deliverTo().forEach(fields.withArray(RequestFields.DELIVER_TO)::add);
        }
        if (!settings.parameters().isEmpty()) {
            settings.parameters().forEach(fields.withObjectProperty(RequestFields.PARAMETERS)::put);
        }
        return new BatchDefaults(fields);
    }

    /** Those that {@link #fields} has told: they stay what they were, whatever the settings say by now. */
    public static BatchDefaults kept(ObjectNode fields) {
        return new BatchDefaults(fields.deepCopy());
    }

    /** All of them, by the names of a request's fields; the caller's own. */
    public ObjectNode fields() {
        return fields.deepCopy();
    }

    /** The same with the account that the name of the batch's file says. For one reading of it, by one thread. */
    public BatchDefaults withNamed(String account) {
        ObjectNode more = fields.deepCopy();
        more.put(RequestFields.ACCOUNT, account);
        return new BatchDefaults(more, new Named(account));
    }

    /** The account that the file's name says, if a request has none but that; or empty. */
    public Optional<String> namedAccount() {
        return named == null || !named.used ? Optional.empty() : Optional.of(named.account);
    }

    private static final class Named {
        private final String account;
        private boolean used;

        Named(String account) {
            this.account = account;
        }
    }

    /**
     * Those that a batch names at its head, which count before these.
     *
     * @throws RequestException {@code BATCH_DEFAULTS} if they are none
     */
    BatchDefaults under(JsonNode head) throws RequestException {
        if (!(head instanceof ObjectNode said)) {
            throw new RequestException(RefusalCode.BATCH_DEFAULTS, NAME);
        }
        for (String never : NEVER) {
            if (said.hasNonNull(never)) {
                throw new RequestException(RefusalCode.BATCH_DEFAULTS, NAME + "." + never);
            }
        }
        ObjectNode tried = said.deepCopy();
        fill(tried, fields);
        BatchDefaults all = new BatchDefaults(tried.deepCopy(), said.hasNonNull(RequestFields.ACCOUNT) ? null : named);
        tried.put(RequestFields.INSTANCE, ANY);
        fill(tried, needed());
        try {
            RequestFields.of(tried).request(ANY);
        } catch (RequestException unfit) {
            throw new RequestException(RefusalCode.BATCH_DEFAULTS, NAME + "." + unfit.where(), unfit.says());
        }
        return all;
    }

    /** Those of the head if the line is one, or null. */
    @Nullable
    BatchDefaults head(String line) throws RequestException {
        if (!line.contains("\"" + NAME + "\"")) {
            return null;
        }
        ObjectNode object;
        try {
            object = RequestReader.tree(line.getBytes(StandardCharsets.UTF_8));
        } catch (RequestException noObject) {
            return null;
        }
        return object.size() == 1 && object.has(NAME) ? under(object.get(NAME)) : null;
    }

    /** Whether there is one of this field. */
    boolean has(String field) {
        return fields.hasNonNull(field);
    }

    /** Puts in what a request leaves out. */
    void fill(ObjectNode request) {
        if (named != null && !request.hasNonNull(RequestFields.ACCOUNT)) {
            named.used = true;
        }
        fill(request, fields);
    }

    private static ObjectNode needed() {
        ObjectNode needed = JsonNodeFactory.instance.objectNode().put(RequestFields.ACCOUNT, ANY);
        needed.withArray(RequestFields.DELIVER_TO).add(ANY);
        return needed;
    }

    private static void fill(ObjectNode request, ObjectNode defaults) {
        for (Map.Entry<String, JsonNode> field : defaults.properties()) {
            JsonNode own = request.get(field.getKey());
            if (own == null || own.isNull()) {
                request.set(field.getKey(), field.getValue());
            } else if (own instanceof ObjectNode some && field.getValue() instanceof ObjectNode more) {
                ObjectNode both = more.deepCopy();
                both.setAll(some);
                request.set(field.getKey(), both);
            }
        }
    }
}
