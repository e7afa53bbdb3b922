package dev.passcourier.audit;

/** Signs checkpoints; made of a key that this package does not know. */
public interface CheckpointSigner {

    /** Tells the key from others, at most 200 visible characters. */
    String keyId();

    /** Signs a text of ASCII characters. The answer is base64url without padding, at most 200 characters. */
    String sign(String statement);
}
