package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

/**
 * A key pair for one answer, in memory only: what is handed to whoever asks is sealed to it even on its way within a
 * machine, and opened where it is shown.
 */
public final class OneTimeKey {

    private final ECKey key;

    private OneTimeKey(ECKey key) {
        this.key = key;
    }

    /** A fresh pair. */
    public static OneTimeKey generate() {
        try {
            return new OneTimeKey(new ECKeyGenerator(Curve.P_256).generate());
        } catch (JOSEException e) {
            throw new IllegalStateException("no P-256 in this Java runtime");
        }
    }

    /** The public half as a JWK. */
    public byte[] publicJwk() {
        return key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Opens what was sealed to it. Who signed it is not looked at: nobody else knows the key.
     *
     * @return the result, which the caller closes
     */
    public OpenedResult open(byte[] sealed, Clock clock) throws NotOpenedException {
        try {
            return new ResultOpener(new JosePrivateKey(key), List.of(), clock).open(sealed, ResultOpener.Expected.ANY);
        } catch (JOSEException e) {
            throw new IllegalStateException("a P-256 key has a thumbprint");
        }
    }

    /** Says nothing of the key. */
    @Override
    public String toString() {
        return "OneTimeKey";
    }
}
