package dev.passcourier.cli;

import java.nio.file.Path;

/** Where the program and its settings are: as {@code bin/passcourier} says, or here. */
public final class Home {

    private Home() {}

    /** The folder that holds the program's {@code config} and {@code routes}, absolute. */
    public static Path find() {
        return absolute(System.getProperty("passcourier.home", ""));
    }

    /** The folder of the settings if a command names no other, absolute: what a package says, or {@code config} there. */
    static Path config() {
        String config = System.getProperty("passcourier.config", "");
        return config.isEmpty() ? find().resolve("config") : absolute(config);
    }

    private static Path absolute(String folder) {
        return Path.of(folder).toAbsolutePath().normalize();
    }
}
