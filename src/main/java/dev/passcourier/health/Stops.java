package dev.passcourier.health;

/** What is left alone while a check is down. */
public enum Stops {
    /** Nothing at all is taken. */
    EVERYTHING,
    /** The drop directory. */
    FILES,
    /** Nothing: one account or destination is in problem, and its own queue waits. */
    NOTHING
}
