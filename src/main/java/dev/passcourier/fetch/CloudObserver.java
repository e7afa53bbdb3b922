package dev.passcourier.fetch;

import dev.passcourier.retry.RetryRule;
import java.time.Duration;
import java.util.Set;

/** Is told what comes of asking one account's cloud, by the threads that ask; must be quick and never fails. */
public interface CloudObserver {

    /** Looks at nothing. */
    CloudObserver NONE = new CloudObserver() {
        @Override
        public void called(Operation operation, int status, Duration took) {
            // Nobody wants to know.
        }

        @Override
        public void postponed(RetryRule rule) {
            // Nobody wants to know.
        }
    };

    /** What a call is for. */
    enum Operation {
        /** To get a password, or what it takes to know whether one will come. */
        PASSWORD,
        /** To have the cloud forget one. */
        CLEAR,
        SIGN_IN,
        SIGN_OUT
    }

    /** Makes one for each account. */
    @FunctionalInterface
    interface Factory {

        /**
         * The observer of one account.
         *
         * @param operations those that its cloud has
         */
        CloudObserver of(String account, Set<Operation> operations);
    }

    /**
     * A call is over.
     *
     * @param status of the reply, or 0 if none came
     * @param took   from when it was sent until its reply was read
     */
    void called(Operation operation, int status, Duration took);

    /** A request is asked again later. */
    void postponed(RetryRule rule);
}
