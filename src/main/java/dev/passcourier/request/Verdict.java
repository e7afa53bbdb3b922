package dev.passcourier.request;

/** The end of a request. Requesters are told; a verdict never holds a secret. */
public enum Verdict {
    /** Every destination has its sealed result. */
    DELIVERED,
    /** It was only to be looked at, and was: a report tells what was found. */
    INSPECTED,
    /** The password had not appeared when the deadline came. */
    NOT_YET,
    /** This password can never be read: a Linux server, an ED25519 key pair, a masked answer, no ciphertext. */
    NEVER,
    /** Nobody has set a password. */
    NOT_SET,
    /** No key of the ring opens it. */
    WRONG_KEY,
    /** The cloud does not know the instance. */
    NOT_FOUND,
    /** The cloud refuses our credentials or our permission. */
    DENIED,
    /** The cloud throttled us until the deadline. */
    THROTTLED,
    /** We refuse the request: malformed, not allowed, or a duplicate. */
    REFUSED,
    /** The result's lifetime ended before it could be delivered. */
    EXPIRED,
    /** The cloud has shut the service down. */
    PROVIDER_GONE,
    /** Anything else that ended it; the code says what. */
    FAILED
}
