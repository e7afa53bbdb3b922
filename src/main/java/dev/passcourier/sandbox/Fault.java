package dev.passcourier.sandbox;

/** Failures that every cloud documents in its own words. */
public enum Fault {
    THROTTLED,
    SERVER_ERROR,
    UNAVAILABLE,
    TOKEN_EXPIRED,
    DENIED,
    NOT_FOUND,
    BAD_CREDENTIALS
}
