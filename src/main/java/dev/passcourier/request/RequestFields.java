package dev.passcourier.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.Suggestion;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of one request, not believed yet. A field that is {@code null} is a field left out, as serializers write it. */
final class RequestFields {

    static final String ID = "id";
    static final String ACCOUNT = "account";
    static final String INSTANCE = "instance";
    static final String PARAMETERS = "parameters";
    static final String KEY = "key";
    static final String DELIVER_TO = "deliverTo";
    static final String DEADLINE = "deadline";
    static final String REQUESTED_BY = "requestedBy";
    static final String REASON = "reason";

    /** Lets editors find the schema; never looked at. */
    private static final String SCHEMA = "$schema";

    private static final Set<String> KNOWN =
            Set.of(ID, ACCOUNT, INSTANCE, PARAMETERS, KEY, DELIVER_TO, DEADLINE, REQUESTED_BY, REASON, SCHEMA);
    private static final String TIME = "a time with seconds and zone, such as 2026-12-01T12:00:00Z";
    private static final int MOST_DESTINATIONS = 16;
    private static final int MOST_PARAMETERS = 16;
    private static final Pattern RFC_3339 =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})");

    private final ObjectNode fields;

    private RequestFields(ObjectNode fields) {
        this.fields = fields;
    }

    private @Nullable JsonNode field(String name) {
        JsonNode node = fields.get(name);
        return node == null || node.isNull() ? null : node;
    }

    static RequestFields of(ObjectNode fields) {
        return new RequestFields(fields);
    }

    /**
     * The request, if every field is as it must be.
     *
     * @param idIfMissing the id of a request without one, or null if it must have one
     */
    PasswordRequest request(@Nullable String idIfMissing) throws RequestException {
        refuseUnknown();
        return new PasswordRequest(
                id(idIfMissing),
                neededId(ACCOUNT),
                neededId(INSTANCE),
                parameters(),
                optionalId(KEY),
                deliverTo(),
                deadline(),
                remark(REQUESTED_BY),
                remark(REASON));
    }

    PartialRequest salvage() {
        return new PartialRequest(salvage(ID), salvage(ACCOUNT), salvage(INSTANCE), salvageAliases());
    }

    private void refuseUnknown() throws RequestException {
        int position = 0;
        for (String name : (Iterable<String>) fields::fieldNames) {
            position++;
            if (!KNOWN.contains(name)) {
                throw new RequestException(
                        RefusalCode.FIELD_UNKNOWN, "field " + position, Suggestion.near(name, KNOWN));
            }
        }
    }

    private String id(@Nullable String idIfMissing) throws RequestException {
        if (field(ID) != null || idIfMissing == null) {
            return neededId(ID);
        }
        if (!Texts.isId(idIfMissing)) {
            throw invalid(ID);
        }
        return idIfMissing;
    }

    private String neededId(String name) throws RequestException {
        String id = optionalId(name);
        if (id == null) {
            throw new RequestException(RefusalCode.FIELD_MISSING, name);
        }
        return id;
    }

    private @Nullable String optionalId(String name) throws RequestException {
        JsonNode node = field(name);
        return node == null ? null : id(node, name);
    }

    private static String id(JsonNode node, String where) throws RequestException {
        if (!node.isTextual() || !Texts.isId(node.textValue())) {
            throw invalid(where, node, "letters, digits and . _ : - only, at most 128, a letter or digit first");
        }
        return node.textValue();
    }

    private Map<String, String> parameters() throws RequestException {
        JsonNode node = field(PARAMETERS);
        if (node == null) {
            return Map.of();
        }
        if (!node.isObject() || node.size() > MOST_PARAMETERS) {
            throw invalid(PARAMETERS);
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> parameter : node.properties()) {
            if (!Texts.isId(parameter.getKey())) {
                throw invalid(PARAMETERS);
            }
            if (!parameter.getValue().isNull()) {
                parameters.put(parameter.getKey(), id(parameter.getValue(), PARAMETERS));
            }
        }
        return parameters;
    }

    private List<String> deliverTo() throws RequestException {
        JsonNode node = field(DELIVER_TO);
        if (node == null) {
            throw new RequestException(RefusalCode.FIELD_MISSING, DELIVER_TO);
        }
        if (!node.isArray() || node.isEmpty() || node.size() > MOST_DESTINATIONS) {
            throw invalid(DELIVER_TO);
        }
        Set<String> aliases = new LinkedHashSet<>();
        for (JsonNode alias : node) {
            if (!aliases.add(id(alias, DELIVER_TO))) {
                throw invalid(DELIVER_TO);
            }
        }
        return List.copyOf(aliases);
    }

    /** RFC 3339, section 5.6: with seconds and an offset; leap seconds are refused. */
    private @Nullable Instant deadline() throws RequestException {
        JsonNode node = field(DEADLINE);
        if (node == null) {
            return null;
        }
        if (!node.isTextual() || !RFC_3339.matcher(node.textValue()).matches()) {
            throw new RequestException(RefusalCode.FIELD_INVALID, DEADLINE, "expected " + TIME);
        }
        try {
            return OffsetDateTime.parse(node.textValue()).toInstant();
        } catch (DateTimeException noSuchTime) {
            throw new RequestException(RefusalCode.FIELD_INVALID, DEADLINE, "expected " + TIME);
        }
    }

    private @Nullable String remark(String name) throws RequestException {
        JsonNode node = field(name);
        if (node == null) {
            return null;
        }
        if (!node.isTextual() || !Texts.isRemark(node.textValue())) {
            throw new RequestException(
                    RefusalCode.FIELD_INVALID, name, "expected text of 1 to 200 characters that can all be seen");
        }
        return node.textValue();
    }

    private String salvage(String name) {
        JsonNode node = fields.get(name);
        return node != null && node.isTextual() && Texts.isId(node.textValue()) ? node.textValue() : "";
    }

    private List<String> salvageAliases() {
        List<String> aliases = new ArrayList<>();
        for (JsonNode alias : fields.path(DELIVER_TO)) {
            if (alias.isTextual() && Texts.isId(alias.textValue()) && aliases.size() < MOST_DESTINATIONS) {
                aliases.add(alias.textValue());
            }
        }
        return aliases.stream().distinct().toList();
    }

    /** Shows one character at most: what stands in the wrong place may be a secret. */
    private static RequestException invalid(String where, JsonNode read, String expected) {
        String found = read.isTextual() ? Texts.unfitInId(read.textValue()) : "no text in quotes; ";
        return new RequestException(RefusalCode.FIELD_INVALID, where, found + "expected " + expected);
    }

    private static RequestException invalid(String where) {
        return new RequestException(RefusalCode.FIELD_INVALID, where);
    }
}
