package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;

/** Brings the checked tree from the shape operators write into the shape of {@link Settings}. */
final class SettingsShape {

    private static final Map<String, Integer> MAIL_PORTS = Map.of("smtps", 465, "starttls", 587, "none", 25);

    private SettingsShape() {}

    /** Changes the tree in place. */
    static void shape(ObjectNode root) {
        ObjectNode service = root.withObjectProperty("service");
        ownKeys(service);
        service.put("minFreeSpace", Sizes.parse(service.path("minFreeSpace").asText()));
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

    private static void clones(ObjectNode account) {
        account.put("clones", account.path("clones").asText().equals("allowed"));
    }

    private static JsonNode destination(ObjectNode channel) {
        ObjectNode destination = channel.objectNode();
        String seal = channel.remove("seal").asText();
        if (!seal.equals("none")) {
            destination.put("seal", seal);
        }
        if (channel.path("type").asText().equals("email") && !channel.has("port")) {
            channel.put("port", MAIL_PORTS.get(channel.path("security").asText()));
        }
        return destination.set("channel", channel);
    }
}
