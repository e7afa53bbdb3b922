package dev.passcourier.vault;

import org.jspecify.annotations.Nullable;

/**
 * Whom to seal a result for.
 *
 * @param alias     the destination
 * @param recipient who opens it, or null for the service's own at-rest seal
 */
public record SealTarget(String alias, @Nullable RecipientKey recipient) {}
