package dev.passcourier.trace;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Tells a collector of traces how requests go. Neither slows nor fails what it tells of. */
public interface Tracing extends AutoCloseable {

    /** Tells nobody, and loads nothing of the library that would. */
    Tracing OFF = new Tracing() {
        @Override
        public void follow(CamelContext camel) {
            // Nobody wants to know.
        }

        @Override
        public AuditTrail over(AuditTrail trail) {
            return trail;
        }

        @Override
        public void called(String account, String provider, String operation, int status, Duration took) {
            // Nobody wants to know.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    /**
     * As the settings have it; without any, {@link #OFF}.
     *
     * @param version of the program
     * @throws ConfigurationException if the file of authorities to trust cannot be used
     */
    static Tracing of(Settings.@Nullable Tracing settings, String version, Clock clock) throws ConfigurationException {
        return settings == null ? OFF : OtlpTracing.to(settings, version, clock);
    }

    /**
     * Has each message that a route takes from a queue be a span, a child of the one that sent it. Before the routes are
     * made.
     */
    void follow(CamelContext camel);

    /** Has the span of the message in hand tell of what is recorded: codes, counts and ids. */
    AuditTrail over(AuditTrail trail);

    /**
     * A call to a cloud is over, made for the message that this thread has in hand.
     *
     * @param operation what it was for
     * @param status    of the reply, or 0 if none came
     */
    void called(String account, String provider, String operation, int status, Duration took);

    /** Waits a moment for the collector to take what is left. */
    @Override
    void close();
}
