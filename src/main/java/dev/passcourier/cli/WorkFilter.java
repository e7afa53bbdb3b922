package dev.passcourier.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose work a command is about: the same for all commands that show or move work. */
final class WorkFilter {

    @Option(names = "--account", paramLabel = "NAME", description = "only work for this account")
    private @Nullable String account;

    @Option(names = "--destination", paramLabel = "ALIAS", description = "only deliveries to this destination")
    private @Nullable String destination;

    /** The account's name, or null for all. */
    @Nullable
    String account() {
        return account;
    }

    /** The destination's alias, or null for all. */
    @Nullable
    String destination() {
        return destination;
    }

    boolean isEmpty() {
        return account == null && destination == null;
    }
}
