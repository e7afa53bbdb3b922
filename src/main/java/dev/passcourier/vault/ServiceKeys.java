package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/**
 * The service's own keys: the one that signs results and the one that seals at rest. Nodes that share a broker and a
 * ledger need the same files.
 */
public final class ServiceKeys {

    private static final int AT_REST_BYTES = 32;

    private final ECKey signing;
    private final Path publicFile;
    private final SecretKeySpec atRest;
    private final SecretKeySpec fingerprint;
    private final SecretKeySpec report;

    private ServiceKeys(
            ECKey signing, Path publicFile, SecretKeySpec atRest, SecretKeySpec fingerprint, SecretKeySpec report) {
        this.signing = signing;
        this.publicFile = publicFile;
        this.atRest = atRest;
        this.fingerprint = fingerprint;
        this.report = report;
    }

    /**
     * Reads the keys, or makes those that are not there yet. Files are made 0600 and whole or not at all, directories
     * 0700. Beside the signing key lies its public half for recipients, in the form that each format needs:
     * {@code signing.pub.jwk}, {@code signing.crt.pem} and {@code signing.pub.asc}. They follow from the key alone.
     *
     * @param signingKey private JWK, EC P-256
     * @param atRestKey  base64 of 32 bytes. Whoever loses it loses the results under the at-rest seal that are not
     *                   delivered yet, the transplant guard forgets what it has seen, and reports take every password
     *                   for a new one
     * @throws KeyLoadException naming the file and what is wrong with it
     */
    public static ServiceKeys loadOrCreate(Path signingKey, Path atRestKey) throws KeyLoadException {
        ECKey signing = signing(signingKey);
        Path publicFile = beside(signingKey, ".pub.jwk");
        OwnKeyFile.publish(publicFile, publicJwk(signing).getBytes(StandardCharsets.UTF_8));
        OwnKeyFile.publish(beside(signingKey, ".crt.pem"), SigningCertificate.pem(SigningCertificate.of(signing)));
        OwnKeyFile.publish(beside(signingKey, ".pub.asc"), SigningPgpKey.armored(signing));
        try (SecretBytes master = atRest(atRestKey)) {
            return new ServiceKeys(
                    signing,
                    publicFile,
                    DerivedKeys.atRest(master),
                    DerivedKeys.fingerprint(master),
                    DerivedKeys.report(master));
        }
    }

    /**
     * Reads those of the keys that are there, and makes none.
     *
     * @throws KeyLoadException with every file that cannot be used
     */
    public static void demandUsable(Path signingKey, Path atRestKey) throws KeyLoadException {
        List<KeyLoadException.Finding> findings = new ArrayList<>();
        try {
            if (Files.exists(signingKey, LinkOption.NOFOLLOW_LINKS)) {
                signing(signingKey);
            }
        } catch (KeyLoadException e) {
            findings.addAll(e.findings());
        }
        try {
            if (Files.exists(atRestKey, LinkOption.NOFOLLOW_LINKS)) {
                atRest(atRestKey).close();
            }
        } catch (KeyLoadException e) {
            findings.addAll(e.findings());
        }
        if (!findings.isEmpty()) {
            throw new KeyLoadException(findings);
        }
    }

    /**
     * The file that recipients verify results with: the public signing key as JWK. It may be missing if the signing key
     * lies in a read-only directory; {@link #publicSigningJwk()} says the same.
     */
    public Path publicSigningKey() {
        return publicFile;
    }

    /** The public signing key as JWK. */
    public String publicSigningJwk() {
        return publicJwk(signing);
    }

    /** The signing key's RFC 7638 SHA-256 thumbprint in base64url. */
    public String signingThumbprint() {
        return signing.getKeyID();
    }

    /**
     * Signs a text that is no result, with ES256 over its UTF-8 bytes.
     *
     * @param statement must hold a line break, so that no JWS can be taken for it
     * @return 64 bytes in base64url without padding
     */
    public String sign(String statement) {
        return Statements.sign(signing, statement);
    }

    /**
     * Signs files that are no results, and hold no secrets.
     *
     * @param about what else is said under the signature, such as the audit trail's position
     * @param at    when it is signed, to the second
     * @return a compact JWS, to be kept beside the files
     */
    public String sign(List<SignedFiles.File> files, Map<String, String> about, Instant at) {
        return SignedFiles.sign(signing, files, about, at);
    }

    ECKey signing() {
        return signing;
    }

    SecretKeySpec atRest() {
        return atRest;
    }

    SecretKeySpec fingerprint() {
        return fingerprint;
    }

    SecretKeySpec report() {
        return report;
    }

    private static ECKey signing(Path file) throws KeyLoadException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            OwnKeyFile.create(file, newSigningKey().toJSONString().getBytes(StandardCharsets.UTF_8));
        }
        byte[] content = GuardedFile.readSecret(file);
        try {
            if (Jwks.looksLikeOne(content)
                    && Jwks.parse(file, content) instanceof ECKey key
                    && key.isPrivate()
                    && key.getCurve().equals(Curve.P_256)) {
                return new ECKey.Builder(key).keyIDFromThumbprint().build();
            }
        } catch (JOSEException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "its numbers do not make a key");
        } finally {
            Arrays.fill(content, (byte) 0);
        }
        throw new KeyLoadException(Code.KEY_FORMAT, file, "a private JWK with an EC P-256 key is needed");
    }

    private static ECKey newSigningKey() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("no P-256 in this Java runtime");
        }
    }

    private static SecretBytes atRest(Path file) throws KeyLoadException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            OwnKeyFile.create(file, newAtRestKey());
        }
        byte[] content = GuardedFile.readSecret(file);
        Optional<byte[]> key = StrictBase64.decode(content);
        Arrays.fill(content, (byte) 0);
        if (key.isEmpty() || key.get().length != AT_REST_BYTES) {
            throw new KeyLoadException(Code.KEY_FORMAT, file, "32 bytes as base64 are needed");
        }
        return SecretBytes.owning(key.get());
    }

    private static byte[] newAtRestKey() {
        byte[] key = new byte[AT_REST_BYTES];
        new SecureRandom().nextBytes(key);
        byte[] encoded = Base64.getEncoder().encode(key);
        Arrays.fill(key, (byte) 0);
        return encoded;
    }

    private static String publicJwk(ECKey signing) {
        return new ECKey.Builder(signing.toPublicJWK())
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.ES256)
                .build()
                .toJSONString();
    }

    private static Path beside(Path signingKey, String ending) {
        String name = signingKey.getFileName().toString();
        String stem = name.endsWith(".jwk") ? name.substring(0, name.length() - 4) : name;
        return signingKey.resolveSibling(stem + ending);
    }

    /** Names the signing key's thumbprint. */
    @Override
    public String toString() {
        return "ServiceKeys[" + signingThumbprint() + "]";
    }
}
