package dev.passcourier.ledger;

import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A machine in a report's run: what is to be inspected, and what was found.
 *
 * @param line         its number in the run, from 1
 * @param account      the account to ask
 * @param instance     the machine's id there
 * @param instanceName what people call it, or null
 * @param key          name of the key pair to open its password with, or null
 * @param parameters   further ids that the cloud needs, as the audit trail writes them
 * @param request      id of its request, or null before that has ended
 * @param sequence     number of the audit record that tells its end, or null before
 * @param found        what was found, or null if its password was not opened
 */
public record Inspection(
        int line,
        String account,
        String instance,
        @Nullable String instanceName,
        @Nullable String key,
        String parameters,
        @Nullable String request,
        @Nullable Long sequence,
        @Nullable Found found) {

    private static final Pattern UUID_DIGITS = Pattern.compile("[0-9a-f]{32}");

    /** One that is to be done. */
    public Inspection(
            int line,
            String account,
            String instance,
            @Nullable String instanceName,
            @Nullable String key,
            String parameters) {
        this(line, account, instance, instanceName, key, parameters, null, null, null);
    }

    /**
     * What may be told of a key.
     *
     * @param name        in its ring
     * @param algorithm   such as {@code RSA}
     * @param bits        of the key
     * @param fingerprint of its public half
     */
    public record Key(String name, String algorithm, int bits, String fingerprint) {}

    /**
     * The id of an instance as one can compare it: clouds take an id in other letter cases, and a UUID without its dashes,
     * for the same machine's. Of other ids the dashes count.
     */
    public static String comparable(String instance) {
        String lower = instance.toLowerCase(Locale.ROOT);
        String plain = lower.replace("-", "");
        return UUID_DIGITS.matcher(plain).matches() ? plain : lower;
    }

    /**
     * What was found of an opened password.
     *
     * @param at          when
     * @param key         that opened it, or null if it came in clear
     * @param length      class of its length, or null of a private key
     * @param strength    class of its strength, or null of a private key
     * @param fingerprint keyed, for comparing with others; it belongs into no log, trail or document
     * @param recordSince when this very ciphertext was seen first, or null of one in clear
     */
    public record Found(
            Instant at,
            @Nullable Key key,
            @Nullable String length,
            @Nullable String strength,
            String fingerprint,
            @Nullable Instant recordSince) {

        /** Leaves the fingerprint out. */
        @Override
        public String toString() {
            return "Found[" + at + ", " + key + ", " + length + ", " + strength + "]";
        }
    }
}
