package dev.passcourier.vault;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A result as its recipient opened it. Closing it wipes the secret. */
public final class OpenedResult implements AutoCloseable {

    private final Map<String, String> facts;
    private final SecretBytes secret;
    private final Instant notAfter;
    private final boolean signatureChecked;

    OpenedResult(Map<String, String> facts, SecretBytes secret, Instant notAfter, boolean signatureChecked) {
        this.facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        this.secret = secret;
        this.notAfter = notAfter;
        this.signatureChecked = signatureChecked;
    }

    /**
     * Everything but the secret, by the members' names: {@code requestId}, {@code deliveryId}, {@code alias},
     * {@code provider}, {@code account}, {@code instance}, {@code kind}, {@code userName} if known,
     * {@code trimmed} if something was taken off the secret's ends, {@code issuedAt}, {@code notAfter}.
     */
    public Map<String, String> facts() {
        return facts;
    }

    /** When its lifetime ends or ended. */
    public Instant notAfter() {
        return notAfter;
    }

    /** Whether the service's signature was checked; otherwise anybody who knows the recipient's key can have made it. */
    public boolean signatureChecked() {
        return signatureChecked;
    }

    /** Bytes of the secret. */
    public int secretLength() {
        return secret.length();
    }

    /** Writes the secret, as UTF-8. */
    public void writeSecretTo(OutputStream out) throws IOException {
        out.write(secret.borrow());
    }

    /** Wipes the secret. */
    @Override
    public void close() {
        secret.close();
    }

    /** Names the facts only. */
    @Override
    public String toString() {
        return "OpenedResult" + facts;
    }
}
