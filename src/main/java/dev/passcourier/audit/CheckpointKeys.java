package dev.passcourier.audit;

/** The public keys that checkpoints are checked with. */
public interface CheckpointKeys {

    /** Whether there is a key with this id. */
    boolean knows(String keyId);

    /** Whether the key with this id has made this signature over exactly this text; false for an unknown key. */
    boolean hasSigned(String keyId, String statement, String signature);
}
