package dev.passcourier.sandbox;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The machines of one cloud. */
final class Instances {

    private final Map<String, SandboxInstance> byId = new ConcurrentHashMap<>();

    SandboxInstance add(SandboxInstance instance) {
        byId.put(instance.id(), instance);
        return instance;
    }

    Optional<SandboxInstance> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }
}
