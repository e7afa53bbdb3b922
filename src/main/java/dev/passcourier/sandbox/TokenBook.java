package dev.passcourier.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tokens or sessions a service gave out, and when they end by its clock. */
final class TokenBook {

    private final Clock clock;
    private final Supplier<String> names;
    private final Map<String, Instant> ends = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile Duration lifetime;

    TokenBook(Clock clock, Duration lifetime, Supplier<String> names) {
        this.clock = clock;
        this.lifetime = lifetime;
        this.names = names;
    }

    /**
     * A token and when it ends.
     *
     * @param text a pretend credential
     */
    record Token(String text, Instant issuedAt, Instant expiresAt) {

        @Override
        public String toString() {
            return "Token[" + expiresAt + "]";
        }
    }

    Token issue() {
        Instant now = clock.instant();
        Token token = new Token(names.get(), now, now.plus(lifetime));
        ends.put(token.text(), token.expiresAt());
        issued.incrementAndGet();
        return token;
    }

    boolean valid(@Nullable String token) {
        Instant end = token == null ? null : ends.get(token);
        return end != null && clock.instant().isBefore(end);
    }

    void revoke(@Nullable String token) {
        if (token != null) {
            ends.remove(token);
        }
    }

    void revokeAll() {
        ends.clear();
    }

    int issued() {
        return issued.get();
    }

    int open() {
        Instant now = clock.instant();
        return (int) ends.values().stream().filter(now::isBefore).count();
    }

    void lifetime(Duration duration) {
        lifetime = duration;
    }
}
