package dev.passcourier.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the broker answers: asks it how many messages lie in our queues. An embedded one that has stopped by itself, as it
 * does when its disk fails, is started again once the disk is well.
 */
public final class BrokerCheck implements HealthCheck {

    /** The embedded broker, as far as it can stop and start. */
    public interface Restart {

        /** Whether it has stopped by itself. */
        boolean isDue();

        /** Starts it. */
        void run() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(BrokerCheck.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private final Callable<Map<String, Long>> broker;
    private final Restart restart;
    private final HealthCheck disk;
    private final Clock clock;
    private Instant notBefore = Instant.MIN;
    private Duration wait = FIRST_WAIT;
    private volatile Map<String, Long> depths = Map.of();

    /**
     * With the question.
     *
     * @param disk of the broker's directory
     */
    public BrokerCheck(Callable<Map<String, Long>> broker, Restart restart, HealthCheck disk, Clock clock) {
        this.broker = broker;
        this.restart = restart;
        this.disk = disk;
        this.clock = clock;
    }

    @Override
    public Optional<HealthProblem> check() {
        try {
            depths = broker.call();
            wait = FIRST_WAIT;
            return Optional.empty();
        } catch (Exception e) {
            depths = Map.of();
            if (!restart.isDue()) {
                return Optional.of(new HealthProblem("BROKER_AWAY"));
            }
            restart();
            return Optional.of(new HealthProblem(
                    "BROKER_STOPPED",
                    "the embedded broker stopped as its disk failed; it is started again once the disk is well"));
        }
    }

    /** At growing intervals: a start takes a while, and a broker that stops again at once must not spin. */
    private void restart() {
        Instant now = clock.instant();
        if (now.isBefore(notBefore) || disk.check().isPresent()) {
            return;
        }
        Duration pause = wait;
        notBefore = now.plus(pause);
        wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
        try {
            restart.run();
        } catch (Exception e) {
            LOG.error(
                    "BROKER_NOT_RESTARTED {}: tried again after {}",
                    e.getClass().getName(),
                    pause);
        }
    }

    /** The latest answer: messages by queue; empty while there is none. */
    public Map<String, Long> depths() {
        return depths;
    }
}
