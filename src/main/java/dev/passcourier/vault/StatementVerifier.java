package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks what {@link ServiceKeys} signed besides results, with public keys of the service, old ones and new ones. */
public final class StatementVerifier {

    private final Map<String, ECKey> keys;

    private StatementVerifier(Map<String, ECKey> keys) {
        this.keys = keys;
    }

    /**
     * Reads the keys.
     *
     * @param files {@code signing.pub.jwk}, or the same key as PEM
     * @throws KeyLoadException naming the file and what is wrong with it
     */
    public static StatementVerifier load(List<Path> files, Clock clock) throws KeyLoadException {
        Map<String, ECKey> keys = new HashMap<>();
        for (Path file : files) {
            ECKey key = SignerKey.load(file, clock);
            try {
                keys.put(key.computeThumbprint().toString(), key);
            } catch (JOSEException e) {
                throw new KeyLoadException(Code.KEY_DAMAGED, file, "its numbers do not make a key");
            }
        }
        return new StatementVerifier(Map.copyOf(keys));
    }

    /** Whether there is a key with this RFC 7638 SHA-256 thumbprint. */
    public boolean knows(String thumbprint) {
        return keys.containsKey(thumbprint);
    }

    /** Whether the key with this thumbprint has made this signature over exactly this text. */
    public boolean hasSigned(String thumbprint, String statement, String signature) {
        ECKey key = keys.get(thumbprint);
        return key != null && Statements.isSigned(key, statement, signature);
    }

    /**
     * Checks a signature over files.
     *
     * @param compact as {@link ServiceKeys#sign(List, Map, Instant)} returned it
     * @return what it says; whether a file is the one that it names, its hash tells
     * @throws UnverifiedException if it is none, or none of a key of these
     */
    public SignedFiles verifyFiles(String compact) throws UnverifiedException {
        return SignedFiles.verify(compact, keys);
    }
}
