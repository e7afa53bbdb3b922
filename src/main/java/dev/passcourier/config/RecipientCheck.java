package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks how recipients' fingerprints are spelled. What a key file is and what it is worth, the vault judges. */
final class RecipientCheck {

    /** How a fingerprint is spelled, and who prints it so. That of jwe is in the schema. */
    private record Spelling(Pattern form, String hint) {}

    private static final Map<String, Spelling> FINGERPRINTS = Map.of(
            "cms",
            new Spelling(
                    Pattern.compile("([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}"),
                    "write the 64 hex digits that openssl x509 -noout -fingerprint -sha256 prints"),
            "openpgp",
            new Spelling(
                    Pattern.compile("([0-9A-Fa-f] *){40}(([0-9A-Fa-f] *){24})?"),
                    "write the 40 hex digits that gpg --fingerprint prints first, or 64"),
            "age",
            new Spelling(Pattern.compile("age1[02-9ac-hj-np-z]{58}"), "write the recipient itself, age1…"));

    private RecipientCheck() {}

    static void of(JsonNode root, Findings findings) {
        Sections.each(root, "recipients", (key, recipient) -> fingerprint(key + ".fingerprint", recipient, findings));
    }

    private static void fingerprint(String key, JsonNode recipient, Findings findings) {
        Spelling spelling = FINGERPRINTS.get(recipient.path("format").asText());
        JsonNode found = recipient.path("fingerprint");
        if (spelling != null
                && found.isTextual()
                && !spelling.form().matcher(found.asText()).matches()) {
            findings.add(key, "does not have the right form", spelling.hint());
        }
    }
}
