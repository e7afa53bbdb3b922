package dev.passcourier.cli;

import java.nio.file.Path;

/** The folder that holds the program's {@code config} and {@code routes}: where {@code bin/passcourier} says, or here. */
public final class Home {

    private Home() {}

    /** The folder, absolute. */
    public static Path find() {
        return Path.of(System.getProperty("passcourier.home", ""))
                .toAbsolutePath()
                .normalize();
    }
}
