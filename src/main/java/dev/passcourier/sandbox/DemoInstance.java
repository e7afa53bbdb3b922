package dev.passcourier.sandbox;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance that {@link DemoClouds} made.
 *
 * @param account    name of the account in the snippet for the settings file
 * @param instance   its id
 * @param parameters what a request for it needs beside the id
 * @param state      what is to be expected of it, for people
 * @param password   the pretend password, or null if it has none; shown nowhere but in the sandbox's own files
 */
public record DemoInstance(
        String account,
        String instance,
        Map<String, String> parameters,
        String state,
        @Nullable String password) {

    /** All but the password. */
    @Override
    public String toString() {
        return "DemoInstance[" + account + " " + instance + ": " + state + "]";
    }
}
