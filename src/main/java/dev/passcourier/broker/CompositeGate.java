package dev.passcourier.broker;

import java.time.Duration;

/** Needs leave of both. */
record CompositeGate(Gate first, Gate last) implements Gate {

    @Override
    public boolean enter(Duration atMost) throws InterruptedException {
        if (!first.enter(atMost)) {
            return false;
        }
        boolean both = false;
        try {
            both = last.enter(atMost);
            return both;
        } finally {
            if (!both) {
                first.giveBack();
            }
        }
    }

    @Override
    public void giveBack() {
        last.giveBack();
        first.giveBack();
    }

    @Override
    public void left() {
        last.left();
        first.left();
    }

    @Override
    public void failed(String messageId, Throwable why) {
        last.failed(messageId, why);
        first.failed(messageId, why);
    }
}
