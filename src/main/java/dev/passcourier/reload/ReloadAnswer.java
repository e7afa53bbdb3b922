package dev.passcourier.reload;

import java.util.List;

/**
 * What became of it.
 *
 * @param file     the settings that were read
 * @param before   SHA-256 of the settings in force before, as {@code sha256sum} prints it
 * @param after    SHA-256 of the settings that were read
 * @param findings what the check of a start says of them, one line each; with an error nothing is changed
 * @param refused  why nothing is changed, one reason each; empty if all of it can be
 * @param changes  what changes, or would
 * @param applied  whether it is in force now
 */
public record ReloadAnswer(
        String file,
        String before,
        String after,
        List<String> findings,
        List<String> refused,
        List<Change> changes,
        boolean applied) {

    /** Copies the lists. */
    public ReloadAnswer {
        findings = List.copyOf(findings);
        refused = List.copyOf(refused);
        changes = List.copyOf(changes);
    }
}
