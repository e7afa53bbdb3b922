package dev.passcourier.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tokens or sessions a service gave out, and when they end by its clock. */
public final class TokenBook {

    private final Clock clock;
    private final Supplier<String> names;
    private final Map<String, Token> given = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile Duration lifetime;

    /**
     * An empty one.
     *
     * @param names makes a new token's text
     */
    public TokenBook(Clock clock, Duration lifetime, Supplier<String> names) {
        this.clock = clock;
        this.lifetime = lifetime;
        this.names = names;
    }

    /**
     * A token and when it ends.
     *
     * @param text a pretend credential
     */
    public record Token(String text, Instant issuedAt, Instant expiresAt) {

        /** When it ends. */
        @Override
        public String toString() {
            return "Token[" + expiresAt + "]";
        }
    }

    /** Gives out a new one. */
    public Token issue() {
        Instant now = clock.instant();
        Token token = new Token(names.get(), now, now.plus(lifetime));
        given.put(token.text(), token);
        issued.incrementAndGet();
        return token;
    }

    /** A token that is still good. */
    Optional<Token> find(@Nullable String text) {
        Token token = text == null ? null : given.get(text);
        return Optional.ofNullable(token).filter(each -> clock.instant().isBefore(each.expiresAt()));
    }

    /** Whether a token was given out and is still good. */
    public boolean valid(@Nullable String token) {
        return find(token).isPresent();
    }

    /** Ends a token now. */
    public void revoke(@Nullable String token) {
        if (token != null) {
            given.remove(token);
        }
    }

    void revokeAll() {
        given.clear();
    }

    int issued() {
        return issued.get();
    }

    int open() {
        Instant now = clock.instant();
        return (int) given.values().stream()
                .filter(token -> now.isBefore(token.expiresAt()))
                .count();
    }

    void lifetime(Duration duration) {
        lifetime = duration;
    }
}
