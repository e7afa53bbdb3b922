package dev.passcourier.reload;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One thing of the settings that is not as it was. Never holds the value of a secret.
 *
 * @param action what happens to it
 * @param kind   what it is, such as {@code account}; or a key of the settings that has no name of its own
 * @param name   its name, or empty
 * @param what   what of it is not as it was, one part each
 * @param waits  how much waits there, and what becomes of it; empty if nothing does
 */
public record Change(Action action, String kind, String name, List<String> what, String waits) {

    /** Kinds whose keys are told by fingerprint. */
    private static final Set<String> KEYED = Set.of("key ring", "recipient", "signer");

    /** Copies the list. */
    public Change {
        what = List.copyOf(what);
    }

    /** What happens to something. */
    public enum Action {
        ADDED,
        REMOVED,
        CHANGED;

        /** In lower case. */
        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Change withWaiting(String words) {
        return new Change(action, kind, name, what, words);
    }

    /** Kind and name, and of keys which came and went, by their fingerprints. */
    public String onRecord() {
        List<String> keys = what.stream().filter(each -> each.startsWith("key")).toList();
        return keys.isEmpty() || !KEYED.contains(kind) ? toString() : this + " (" + String.join("; ", keys) + ")";
    }

    /** Kind and name. */
    @Override
    public String toString() {
        return action + " " + kind + (name.isEmpty() ? "" : " " + name);
    }
}
