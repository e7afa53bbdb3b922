package dev.passcourier.delivery;

import java.util.random.RandomGenerator;

/** Always the shortest wait. */
final class NoJitter implements RandomGenerator {

    @Override
    public long nextLong() {
        return 0;
    }
}
