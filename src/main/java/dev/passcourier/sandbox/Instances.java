package dev.passcourier.sandbox;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The machines of one cloud. */
public final class Instances {

    private final Map<String, SandboxInstance> byId = new ConcurrentHashMap<>();

    /** Adds a machine, in the place of one of this id. */
    SandboxInstance add(SandboxInstance instance) {
        byId.put(instance.id(), instance);
        return instance;
    }

    /** The machine of this id. */
    public Optional<SandboxInstance> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }
}
