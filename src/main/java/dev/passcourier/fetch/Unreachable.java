package dev.passcourier.fetch;

/**
 * The cloud gave no reply that could be read.
 *
 * @param code why: {@code TIMEOUT}, {@code CONNECT}, {@code RESET}, {@code TLS}, {@code TRUNCATED}, {@code TOO_LARGE}
 */
record Unreachable(String code) {}
