package dev.passcourier.health;

import java.util.Optional;

/** Checks one thing. Called by the probe's thread about once a second, so it must be cheap. */
@FunctionalInterface
public interface HealthCheck {

    /** What is wrong with it, or empty if it is fine. */
    Optional<HealthProblem> check();

    /** A hop has failed because of it, with this code: the next run must not take it for fine without proof. */
    default void suspect(String code) {}
}
