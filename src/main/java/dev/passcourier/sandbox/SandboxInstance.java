package dev.passcourier.sandbox;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A pretend machine. Its state may be changed while its cloud runs. Thread-safe. */
public final class SandboxInstance {

    private final String id;
    private @Nullable String wireSecret;
    private String userName = "Administrator";
    private String operatingSystem = "Windows Server 2022";
    private String group = "";
    private Form form = Form.USUAL;
    private Runnable whenCleared = () -> {};
    private int asks;
    private int readyAt = 1;

    /** How an answer about the machine looks. */
    enum Form {
        USUAL,
        /** The answer lacks the member that should hold the password. */
        WITHOUT_FIELD,
        /** The server hides sensitive members. */
        MASKED,
        /** The member has the name from old documentation. */
        OLD_NAME
    }

    /**
     * Makes a machine.
     *
     * @param wireSecret what the cloud hands out, ciphertext or clear; null if there is never anything
     */
    public SandboxInstance(String id, @Nullable String wireSecret) {
        this.id = id;
        this.wireSecret = wireSecret;
    }

    /** The id that requests name. */
    public String id() {
        return id;
    }

    /** The password can be had from the {@code n}-th ask on, counted from 1 and from now; before, it is not there yet. */
    public synchronized SandboxInstance readyAtAsk(int n) {
        readyAt = asks + n;
        return this;
    }

    /** The password is not there yet until {@link #publish}. */
    public synchronized SandboxInstance holdBack() {
        readyAt = Integer.MAX_VALUE;
        return this;
    }

    /** The password can be had from now on. */
    public synchronized SandboxInstance publish() {
        readyAt = 0;
        return this;
    }

    /** Whose password it is, where the cloud says so. */
    public synchronized SandboxInstance userName(String name) {
        userName = name;
        return this;
    }

    /** What runs on it, where the cloud says so; Windows if the text starts with that word. */
    public synchronized SandboxInstance operatingSystem(String name) {
        operatingSystem = name;
        return this;
    }

    /** How often its password was asked for by calls that passed all checks. */
    public synchronized int asks() {
        return asks;
    }

    /** Whether the cloud still has something to hand out, now or later. */
    public synchronized boolean hasSecret() {
        return wireSecret != null;
    }

    /** Counts an ask and returns what the cloud hands out, or empty if there is nothing (yet). */
    public synchronized Optional<String> ask() {
        asks++;
        return asks < readyAt ? Optional.empty() : Optional.ofNullable(wireSecret);
    }

    synchronized SandboxInstance group(String name) {
        group = name;
        return this;
    }

    synchronized String group() {
        return group;
    }

    synchronized SandboxInstance form(Form other) {
        form = other;
        return this;
    }

    synchronized Form form() {
        return form;
    }

    boolean withoutField() {
        return form() == Form.WITHOUT_FIELD;
    }

    synchronized boolean holdingBack() {
        return asks < readyAt;
    }

    /** Forgets the password for good. */
    synchronized void clear() {
        wireSecret = null;
        whenCleared.run();
    }

    synchronized SandboxInstance whenCleared(Runnable what) {
        whenCleared = what;
        return this;
    }

    synchronized String userName() {
        return userName;
    }

    synchronized String operatingSystem() {
        return operatingSystem;
    }

    synchronized boolean windows() {
        return operatingSystem.toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /** Names the machine only. */
    @Override
    public String toString() {
        return "SandboxInstance[" + id + "]";
    }
}
