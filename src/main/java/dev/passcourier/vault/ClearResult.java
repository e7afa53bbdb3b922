package dev.passcourier.vault;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;

/**
 * A result's JSON in clear, on its way into a protected connection at the last moment before the send. Whoever opens
 * it closes it as soon as it is sent: that wipes it. Don't gather it into a string or an array.
 */
public final class ClearResult extends FilterInputStream {

    private final SecretBytes json;

    ClearResult(SecretBytes json) {
        super(new ByteArrayInputStream(json.borrow()));
        this.json = json;
    }

    /** Bytes of the JSON text, which is UTF-8. */
    public int length() {
        return json.length();
    }

    /** Wipes the result. */
    @Override
    public void close() {
        json.close();
    }

    /** Names the length only. */
    @Override
    public String toString() {
        return "ClearResult[" + length() + " bytes]";
    }
}
