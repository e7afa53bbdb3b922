package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.files.PemText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks that a recipient's key file is of the kind that its format needs. What the key is worth, the vault judges. */
final class RecipientCheck {

    private static final int LARGEST = 64 * 1024;

    /** Kinds of key files, by what tells them. */
    private enum Kind {
        CERTIFICATE("an X.509 certificate", "cms"),
        PUBLIC_KEY("a bare public key", "jwe"),
        OPENPGP("an OpenPGP key", "openpgp"),
        AGE("an age recipient", "age"),
        UNKNOWN("", "");

        private final String name;
        private final String format;

        Kind(String name, String format) {
            this.name = name;
            this.format = format;
        }

        static Kind of(byte[] content) {
            String text = new String(content, StandardCharsets.ISO_8859_1);
            if (text.contains("-----BEGIN PGP ") || (content.length > 0 && content[0] < 0)) {
                return OPENPGP;
            }
            if (text.contains("-----BEGIN CERTIFICATE-----")) {
                return CERTIFICATE;
            }
            if (text.contains("-----BEGIN PUBLIC KEY-----")
                    || text.stripLeading().startsWith("{")) {
                return PUBLIC_KEY;
            }
            return text.lines().anyMatch(line -> line.startsWith("age1")) ? AGE : UNKNOWN;
        }
    }

    private static final Map<String, Set<Kind>> FITTING = Map.of(
            "jwe", Set.of(Kind.PUBLIC_KEY, Kind.CERTIFICATE),
            "cms", Set.of(Kind.CERTIFICATE),
            "openpgp", Set.of(Kind.OPENPGP),
            "age", Set.of(Kind.AGE));

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
        Sections.each(root, "recipients", (key, recipient) -> {
            fingerprint(key + ".fingerprint", recipient, findings);
            if (!findings.concern(key)
                    && FITTING.containsKey(recipient.path("format").asText())) {
                check(key, recipient, findings);
            }
        });
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

    private static void check(String key, JsonNode recipient, Findings findings) {
        String format = recipient.path("format").asText();
        Kind kind = kind(Path.of(recipient.path("key").asText()));
        if (kind != Kind.UNKNOWN && !FITTING.get(format).contains(kind)) {
            findings.add(
                    key + ".key",
                    "holds " + kind.name + ", which does not go with format " + format,
                    "write format: " + kind.format + ", or name another file");
        }
    }

    private static Kind kind(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Kind.of(PemText.tidy(in.readNBytes(LARGEST)));
        } catch (IOException e) {
            return Kind.UNKNOWN;
        }
    }
}
