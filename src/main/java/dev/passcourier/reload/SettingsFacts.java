package dev.passcourier.reload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsMapper;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.RecipientKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What settings say, by key, and what the files hold that they name, as far as it is read once and kept: so that two of
 * them can be compared. Of a secret there is an HMAC under a key that only this process has.
 */
public final class SettingsFacts {

    /** Keys below whose section's name stand names that people chose. */
    private static final Pattern NAMED = Pattern.compile(
            "(?<section>accounts|keyRings|recipients|destinations|schedules|reports|policy\\.rules|policy\\.signers)\\."
                    + "(?<name>[^.\\[]+).*",
            Pattern.DOTALL);

    private static final Pattern TRUST = Pattern.compile("(accounts|destinations)\\.[^.]+\\.trust");

    /** Secrets that are read at each use, so that a new one in the file is in force already. */
    private static final Set<String> READ_ANEW =
            Set.of("broker.password", "sources.jms.password", "ledger.password", "service.status.token");

    private static final Pattern SIGNER = Pattern.compile("policy\\.signers\\.[^.]+\\.key");
    private static final byte[] HMAC_KEY = new byte[32];

    static {
        new SecureRandom().nextBytes(HMAC_KEY);
    }

    /**
     * One of them.
     *
     * @param says     what people may see of it
     * @param content  what is compared besides: a digest of what it refers to, or empty
     */
    record Fact(String says, String content) {}

    private final Map<String, Fact> facts = new TreeMap<>();

    private SettingsFacts() {}

    /**
     * Of settings that were checked, with what they refer to.
     *
     * @param rings      the settings' key rings, as they were read
     * @param recipients the settings' recipients' keys, as they were read
     */
    public static SettingsFacts of(
            Settings settings, Map<String, KeyRing> rings, Map<String, RecipientKey> recipients) {
        SettingsFacts all = new SettingsFacts();
        ObjectNode tree = SettingsMapper.tree(settings);
        tree.path("destinations").forEach(destination -> {
            ObjectNode channel = (ObjectNode) ((ObjectNode) destination).remove("channel");
            ((ObjectNode) destination).setAll(channel);
        });
        tree.path("keyRings").forEach(ring -> ((ObjectNode) ring).remove("keys"));
        ObjectNode policy = (ObjectNode) tree.path("policy");
        JsonNode rules = policy.remove("rules");
        all.put("policy.order", rules.findValuesAsText("name").toString(), "");
        ObjectNode named = policy.putObject("rules");
        rules.forEach(rule -> named.set(rule.path("name").asText(), ((ObjectNode) rule).without("name")));
        all.add("", tree);
        settings.keyRings().forEach((name, ring) -> all.ring(name, ring, rings.get(name)));
        recipients.forEach((name, key) -> all.put(
                "recipients." + name + ".key",
                settings.recipients().get(name).key() + " " + key.thumbprint(),
                String.valueOf(key.expiresAt())));
        return all;
    }

    /** By key, sorted. */
    Map<String, Fact> byKey() {
        return facts;
    }

    /**
     * What the key belongs to.
     *
     * @param section such as {@code accounts}, or the key itself where nothing has a name of its own
     * @param name    the name that people chose, or empty
     * @param rest    the key within it
     */
    record Place(String section, String name, String rest) {

        static Place of(String key) {
            var named = NAMED.matcher(key);
            if (!named.matches()) {
                return new Place(key, "", "");
            }
            int end = named.end("name");
            return new Place(
                    named.group("section"),
                    named.group("name"),
                    end < key.length() ? key.substring(key.charAt(end) == '.' ? end + 1 : end) : "");
        }
    }

    private void put(String key, String says, String content) {
        facts.put(key, new Fact(says, content));
    }

    private void add(String key, JsonNode value) {
        if (value.isObject()) {
            value.properties()
                    .forEach(entry ->
                            add(key.isEmpty() ? entry.getKey() : key + "." + entry.getKey(), entry.getValue()));
            if (value.isEmpty() && !Place.of(key).name().isEmpty()) {
                put(key, "", "");
            }
        } else if (value.isArray() && hasParts(value)) {
            for (int i = 0; i < value.size(); i++) {
                add(key + "[" + i + "]", value.get(i));
            }
        } else if (value.isArray()) {
            List<String> items = new ArrayList<>();
            value.forEach(item -> items.add(item.asText()));
            put(key, String.join(", ", items), "");
        } else if (!value.isNull()) {
            String text = value.asText();
            put(key, text, content(key, text));
        }
    }

    private static boolean hasParts(JsonNode list) {
        for (JsonNode item : list) {
            if (item.isContainerNode() || SecretRef.isOne(item.asText())) {
                return true;
            }
        }
        return false;
    }

    private static String content(String key, String text) {
        if (SecretRef.isOne(text)) {
            return READ_ANEW.contains(key) ? "" : secret(new SecretRef(text));
        }
        return TRUST.matcher(key).matches() || SIGNER.matcher(key).matches() ? file(Path.of(text)) : "";
    }

    /** Of the keys it holds: where they lie and what protects them may change, and they are the same. */
    private void ring(String name, Settings.KeyRing settings, KeyRing ring) {
        String key = "keyRings." + name;
        ring.keys()
                .forEach(held -> put(
                        key + ".keys " + held.name(),
                        held.algorithm() + " " + held.bits() + " " + held.fingerprint(),
                        ""));
        for (Settings.KeyFile file : settings.keys()) {
            SecretRef passphrase = file.passphrase();
            put(
                    key + ".files " + file.path(),
                    passphrase == null ? "" : passphrase.reference(),
                    passphrase == null ? "" : secret(passphrase));
        }
    }

    /** What cannot be read now was told by the check, and counts as changed when it can be. */
    private static String secret(SecretRef reference) {
        try {
            byte[] secret = reference.read();
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(HMAC_KEY, "HmacSHA256"));
                return HexFormat.of().formatHex(mac.doFinal(secret));
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
        } catch (ConfigurationException e) {
            return "unreadable";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String file(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            return "unreadable";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
