package dev.passcourier.provider;

/** Classes of passing failure; the retry table gives each its delays and its number of attempts. */
public enum TransientFailure {
    /** The cloud or its gateway failed: 500, 502-504, time-out, reset, unreadable body. */
    SERVER,
    /** The cloud fails in a way that rarely heals by itself: few attempts. */
    FEW,
    /** The cloud asks us to slow down. */
    THROTTLED,
    /** Our key is locked for minutes; asking before that prolongs it. */
    LOCKED,
    /** We stop, and have cut the call: says nothing about the cloud, and does not count. */
    STOPPING
}
