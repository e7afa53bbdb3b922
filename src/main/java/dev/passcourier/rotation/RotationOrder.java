package dev.passcourier.rotation;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.passcourier.vault.ServiceKeys;
import org.jspecify.annotations.Nullable;

/**
 * Takes a step in the rotation of one of the service's own keys, or only asks where each stands.
 *
 * @param what which key, or null with no step
 * @param step the step, or null to ask
 */
public record RotationOrder(@Nullable What what, @Nullable Step step) {

    /** What orders of this kind are called on the control socket. */
    public static final String NAME = "rotate";

    /** The keys, as commands and the audit trail call them. */
    public enum What {
        /** Signs results, reports, backups and the audit trail. */
        @JsonProperty("signing-key")
        SIGNING_KEY("signing-key", ServiceKeys.Kind.SIGNING),
        /** Seals results that wait for a destination with {@code seal: none}. */
        @JsonProperty("at-rest-key")
        AT_REST_KEY("at-rest-key", ServiceKeys.Kind.AT_REST);

        private final String word;
        private final ServiceKeys.Kind kind;

        What(String word, ServiceKeys.Kind kind) {
            this.word = word;
            this.kind = kind;
        }

        ServiceKeys.Kind kind() {
            return kind;
        }

        /** As commands call it. */
        @Override
        public String toString() {
            return word;
        }
    }

    /** The steps, in their order. */
    public enum Step {
        /** Makes the next key and publishes its public half. */
        @JsonProperty("prepare")
        PREPARE("prepare"),
        /** Signs or seals with the next key from now on. */
        @JsonProperty("switch")
        SWITCH("switch"),
        /** Lets go of the at-rest key before. */
        @JsonProperty("retire")
        RETIRE("retire");

        private final String word;

        Step(String word) {
            this.word = word;
        }

        /** As commands call it. */
        @Override
        public String toString() {
            return word;
        }
    }
}
