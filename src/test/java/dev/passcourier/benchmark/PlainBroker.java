package dev.passcourier.benchmark;

import dev.passcourier.service.PlainArtemis;
import java.nio.file.Path;

/** An external Artemis as an operator would run it, on the disk and in a process of its own. */
final class PlainBroker {

    private PlainBroker() {}

    /**
     * Serves until it is killed. All users have the password of the environment.
     *
     * @param arguments its directory
     */
    public static void main(String[] arguments) throws Exception {
        PlainArtemis broker = PlainArtemis.start(
                Path.of(arguments[0]),
                System.getenv("PASSWORD"),
                // Copies of requests are for tests that look at them.
                operator -> operator.getDivertConfigurations().clear());
        System.out.println("port " + broker.port());
        Thread.currentThread().join();
    }
}
