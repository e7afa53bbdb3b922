package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Brings the checked tree from the shape operators write into the shape of {@link Settings}. */
final class SettingsShape {

    private static final Map<String, Integer> MAIL_PORTS = Map.of("smtps", 465, "starttls", 587, "none", 25);

    /** Sizes as operators write them: {@code 512MiB}, or bytes as {@code 1048576B}. */
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,8})(B|KiB|MiB|GiB)");

    private static final Map<String, Integer> SHIFTS = Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30);

    private SettingsShape() {}

    /** Changes the tree in place. */
    static void shape(ObjectNode root) {
        ObjectNode service = root.withObjectProperty("service");
        ownKeys(service);
        service.put("minFreeSpace", bytes(service.path("minFreeSpace").asText()));
        root.path("accounts").forEach(account -> clones((ObjectNode) account));
        ObjectNode destinations = root.withObjectProperty("destinations");
        destinations.properties().forEach(entry -> entry.setValue(destination((ObjectNode) entry.getValue())));
    }

    private static void ownKeys(ObjectNode service) {
        Path keys = Path.of(service.path("dataDirectory").asText(), "keys");
        if (!service.has("signingKey")) {
            service.put("signingKey", keys.resolve("signing.jwk").toString());
        }
        if (!service.has("atRestKey")) {
            service.put("atRestKey", keys.resolve("at-rest.key").toString());
        }
    }

    static boolean isSize(String size) {
        return SIZE.matcher(size).matches();
    }

    static long bytes(String size) {
        Matcher parts = SIZE.matcher(size);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a size");
        }
        return Long.parseLong(parts.group(1)) << SHIFTS.get(parts.group(2));
    }

    private static void clones(ObjectNode account) {
        account.put("clones", account.path("clones").asText().equals("allowed"));
    }

    private static JsonNode destination(ObjectNode channel) {
        ObjectNode destination = channel.objectNode();
        String seal = channel.remove("seal").asText();
        if (!seal.equals("none")) {
            destination.put("seal", seal);
        }
        destination.set("concurrency", channel.remove("concurrency"));
        if (channel.path("type").asText().equals("email") && !channel.has("port")) {
            channel.put("port", MAIL_PORTS.get(channel.path("security").asText()));
        }
        return destination.set("channel", channel);
    }
}
