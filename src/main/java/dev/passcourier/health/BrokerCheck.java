package dev.passcourier.health;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Whether the broker answers: asks it how many messages lie in our queues. */
public final class BrokerCheck implements HealthCheck {

    private final Callable<Map<String, Long>> broker;
    private volatile Map<String, Long> depths = Map.of();

    /** With the question. */
    public BrokerCheck(Callable<Map<String, Long>> broker) {
        this.broker = broker;
    }

    @Override
    public Optional<HealthProblem> check() {
        try {
            depths = broker.call();
            return Optional.empty();
        } catch (Exception e) {
            depths = Map.of();
            return Optional.of(new HealthProblem("BROKER_AWAY"));
        }
    }

    /** The latest answer: messages by queue; empty while there is none. */
    public Map<String, Long> depths() {
        return depths;
    }
}
