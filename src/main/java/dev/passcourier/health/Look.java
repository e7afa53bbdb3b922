package dev.passcourier.health;

import java.util.Optional;

/** Looks at one thing. Called by the probe's thread about once a second, so it must be cheap. */
@FunctionalInterface
public interface Look {

    /** What is wrong with it, or empty if it is fine. */
    Optional<Trouble> look();

    /** A hop has failed because of it, with this code: the next look must not take it for fine without proof. */
    default void suspect(String code) {}
}
