package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.passcourier.files.DurableFile;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The service's own keys: the one that signs results and the audit trail, and the one that seals at rest. Nodes that share
 * a broker and a ledger need the same files. Each key can be replaced while the service runs: {@link #prepare} makes the
 * next one, {@link #switchOver} puts it in the place of the one in use, and {@link #retire} lets go of what is not needed
 * any more. Safe for use by many threads.
 */
public final class ServiceKeys {

    private static final int AT_REST_BYTES = 32;
    private static final int ID_BYTES = 8;

    private static final String PUBLIC = ".pub.jwk";
    private static final String CERTIFICATE = ".crt.pem";
    private static final String OPENPGP = ".pub.asc";
    private static final List<String> ENDINGS = List.of(PUBLIC, CERTIFICATE, OPENPGP);

    /** Comes before the ending of a key file's name. */
    private static final String NEXT = ".next";

    private static final String OLD = ".old";
    private static final String NAMES = ".names";

    private final Path signingKey;
    private final Path atRestKey;
    private volatile Held held;

    /** The keys that there are. */
    public enum Kind {
        /** Signs results and the audit trail. */
        SIGNING,
        /** Seals results that wait in an outbox without a recipient's key. */
        AT_REST
    }

    /**
     * Which keys of a kind there are, by their fingerprints: of the signing key its RFC 7638 SHA-256 thumbprint in
     * base64url, of the at-rest key 16 hex digits that follow from it and tell nothing of it.
     *
     * @param current    the one in use
     * @param next       the one that was prepared, or null
     * @param preparedAt since when there is a next one, or null
     * @param old        those before that are still there, the newest first; of signing keys only the public halves are
     * @param switchedAt since when the current one is in use, or null if it is the first, or nothing is left of the one
     *                   before
     */
    public record Overlap(
            String current,
            @Nullable String next,
            @Nullable Instant preparedAt,
            List<String> old,
            @Nullable Instant switchedAt) {

        /** Copies the list. */
        public Overlap {
            old = List.copyOf(old);
        }
    }

    /**
     * What is worked with at a time.
     *
     * @param atRest      seals with the current key, and opens with all that there are
     * @param fingerprint names ciphertexts; stays the same when the at-rest key is replaced
     * @param report      names passwords in reports; stays the same, too
     */
    record Held(
            ECKey signing,
            ResultSigner signer,
            SigningIdentity identity,
            AtRest atRest,
            SecretKeySpec fingerprint,
            SecretKeySpec report) {}

    private ServiceKeys(Path signingKey, Path atRestKey) throws KeyLoadException {
        this.signingKey = signingKey;
        this.atRestKey = atRestKey;
        this.held = read();
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
        ServiceKeys keys = new ServiceKeys(signingKey, atRestKey);
        keys.publish();
        return keys;
    }

    /**
     * Has the public halves of the signing key, and of the next one if there is one, lie beside them.
     *
     * @throws KeyLoadException naming the file that cannot be written
     */
    public synchronized void publish() throws KeyLoadException {
        publish(signingKey, signing());
        Path next = with(signingKey, NEXT);
        if (isThere(next)) {
            publish(next, signing(next));
        } else {
            for (String ending : ENDINGS) {
                if (isThere(beside(next, ending))) {
                    delete(beside(next, ending));
                }
            }
        }
    }

    private Held read() throws KeyLoadException {
        if (!isThere(signingKey)) {
            OwnKeyFile.create(signingKey, newSigningKey().toJSONString().getBytes(StandardCharsets.UTF_8));
        }
        if (!isThere(atRestKey)) {
            OwnKeyFile.create(atRestKey, newAtRestKey());
        }
        ECKey signing = signing(signingKey);
        List<SecretKeySpec> others = new ArrayList<>();
        for (Path other : List.of(with(atRestKey, OLD), with(atRestKey, NEXT))) {
            if (isThere(other)) {
                try (SecretBytes key = atRest(other)) {
                    others.add(DerivedKeys.atRest(key));
                }
            }
        }
        try (SecretBytes master = atRest(atRestKey)) {
            Path names = with(atRestKey, NAMES);
            List<SecretKeySpec> naming = isThere(names)
                    ? names(names)
                    : List.of(DerivedKeys.fingerprint(master), DerivedKeys.report(master));
            return new Held(
                    signing,
                    new ResultSigner(signing),
                    new SigningIdentity(signing),
                    new AtRest(DerivedKeys.atRest(master), others),
                    naming.get(0),
                    naming.get(1));
        }
    }

    /**
     * Reads those of the keys that are there, and makes none.
     *
     * @throws KeyLoadException with every file that cannot be used
     */
    public static void demandUsable(Path signingKey, Path atRestKey) throws KeyLoadException {
        List<KeyLoadException.Finding> findings = new ArrayList<>();
        for (Path file : secretFiles(signingKey, atRestKey)) {
            try {
                if (isThere(file)) {
                    demandUsable(file, signingKey, atRestKey);
                }
            } catch (KeyLoadException e) {
                findings.addAll(e.findings());
            }
        }
        if (!findings.isEmpty()) {
            throw new KeyLoadException(findings);
        }
    }

    private static void demandUsable(Path file, Path signingKey, Path atRestKey) throws KeyLoadException {
        if (file.equals(signingKey) || file.equals(with(signingKey, NEXT))) {
            signing(file);
        } else if (file.equals(with(atRestKey, NAMES))) {
            names(file);
        } else {
            atRest(file).close();
        }
    }

    /** The files that hold secrets of the service's own, whether they are there or not. */
    public static List<Path> secretFiles(Path signingKey, Path atRestKey) {
        return List.of(
                signingKey,
                with(signingKey, NEXT),
                atRestKey,
                with(atRestKey, NEXT),
                with(atRestKey, OLD),
                with(atRestKey, NAMES));
    }

    /** The public halves of all signing keys that lie beside it, as JWK: the current one's, the next one's, earlier ones'. */
    public static List<Path> publicSigningKeys(Path signingKey) {
        String stem = stem(signingKey) + ".";
        try (Stream<Path> files = Files.list(directory(signingKey))) {
            return files.filter(
                            file -> name(file).startsWith(stem) && name(file).endsWith(PUBLIC))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * Which keys there are.
     *
     * @throws KeyLoadException naming the file that cannot be used; the current keys must be there
     */
    public static Overlap overlap(Kind kind, Path signingKey, Path atRestKey) throws KeyLoadException {
        return kind == Kind.SIGNING ? signingOverlap(signingKey) : atRestOverlap(atRestKey);
    }

    private static Overlap signingOverlap(Path file) throws KeyLoadException {
        Path next = with(file, NEXT);
        String prefix = stem(file) + OLD + "-";
        List<Path> old = new ArrayList<>();
        Map<Path, Instant> times = new HashMap<>();
        for (Path half : publicSigningKeys(file)) {
            if (name(half).startsWith(prefix)) {
                old.add(half);
                times.put(half, modified(half));
            }
        }
        old.sort(Comparator.comparing(times::get).reversed());
        return new Overlap(
                signing(file).getKeyID(),
                isThere(next) ? signing(next).getKeyID() : null,
                isThere(next) ? modified(next) : null,
                old.stream()
                        .map(half ->
                                name(half).substring(prefix.length(), name(half).length() - PUBLIC.length()))
                        .toList(),
                old.isEmpty() ? null : times.get(old.get(0)));
    }

    private static Overlap atRestOverlap(Path file) throws KeyLoadException {
        Path next = with(file, NEXT);
        Path old = with(file, OLD);
        String current = atRestId(file);
        // Both are the same if a switch was cut short: then it has not been made.
        boolean isOld = isThere(old) && !atRestId(old).equals(current);
        return new Overlap(
                current,
                isThere(next) ? atRestId(next) : null,
                isThere(next) ? modified(next) : null,
                isOld ? List.of(atRestId(old)) : List.of(),
                isOld ? modified(old) : null);
    }

    /** The same of these keys. */
    public Overlap overlap(Kind kind) throws KeyLoadException {
        return overlap(kind, signingKey, atRestKey);
    }

    /**
     * Makes the next key, unless it is there: then it is the one that another node has made. Nothing is signed or sealed
     * with it yet; results under the next at-rest key can be opened from now on.
     *
     * @param now the file's time
     * @throws KeyLoadException if it cannot be written, or is there and cannot be used
     */
    public synchronized void prepare(Kind kind, Instant now) throws KeyLoadException {
        Path next = with(file(kind), NEXT);
        if (!isThere(next)) {
            OwnKeyFile.create(
                    next,
                    kind == Kind.SIGNING
                            ? newSigningKey().toJSONString().getBytes(StandardCharsets.UTF_8)
                            : newAtRestKey());
            date(next, now);
        }
        held = read();
        publish();
    }

    /**
     * Signs or seals with the next key from now on. Of the signing key before only the public half stays; the at-rest key
     * before still opens what was sealed with it. The new public half lies in its place after {@link #publish}.
     *
     * @param now when this is, for {@link Overlap#switchedAt}
     * @throws KeyLoadException if there is no next key, or the files cannot be changed: then nothing has changed
     */
    public synchronized void switchOver(Kind kind, Instant now) throws KeyLoadException {
        Path current = file(kind);
        Path next = with(current, NEXT);
        if (kind == Kind.SIGNING) {
            ECKey before = signing(current);
            Path old = with(current, OLD + "-" + before.getKeyID());
            publish(old, before);
            date(beside(old, PUBLIC), now);
        } else {
            keepAtRest(now);
        }
        if (!isThere(next)) {
            throw new KeyLoadException(Code.FILE_MISSING, next, "there is no next key: prepare it first");
        }
        demandUsable(signingKey, atRestKey);
        move(next, current);
        held = read();
    }

    private void keepAtRest(Instant now) throws KeyLoadException {
        Path names = with(atRestKey, NAMES);
        if (!isThere(names)) {
            OwnKeyFile.create(names, encoded(held.fingerprint(), held.report()));
        }
        Path old = with(atRestKey, OLD);
        byte[] current = GuardedFile.readSecret(atRestKey);
        delete(old);
        OwnKeyFile.create(old, current);
        date(old, now);
    }

    /**
     * Lets go of the at-rest key before: what is sealed with it cannot be opened any more.
     *
     * @throws KeyLoadException if its file cannot be removed
     */
    public synchronized void retire() throws KeyLoadException {
        delete(with(atRestKey, OLD));
        held = read();
    }

    /**
     * The file that recipients verify results with: the public signing key as JWK. It may be missing if the signing key
     * lies in a read-only directory; {@link #publicSigningJwk()} says the same.
     */
    public Path publicSigningKey() {
        return beside(signingKey, PUBLIC);
    }

    /** The public signing key as JWK. */
    public String publicSigningJwk() {
        return publicJwk(signing());
    }

    /** The signing key's RFC 7638 SHA-256 thumbprint in base64url. */
    public String signingThumbprint() {
        return signing().getKeyID();
    }

    /**
     * Signs a text that is no result, with ES256 over its UTF-8 bytes.
     *
     * @param statement must hold a line break, so that no JWS can be taken for it
     * @return 64 bytes in base64url without padding
     */
    public String sign(String statement) {
        return Statements.sign(signing(), statement);
    }

    /**
     * Signs files that are no results, and hold no secrets.
     *
     * @param about what else is said under the signature, such as the audit trail's position
     * @param at    when it is signed, to the second
     * @return a compact JWS, to be kept beside the files
     */
    public String sign(List<SignedFiles.File> files, Map<String, String> about, Instant at) {
        return SignedFiles.sign(signing(), files, about, at);
    }

    /** What is worked with now; who does several things that belong together takes it once for them. */
    Held held() {
        return held;
    }

    ECKey signing() {
        return held.signing();
    }

    private Path file(Kind kind) {
        return kind == Kind.SIGNING ? signingKey : atRestKey;
    }

    private static ECKey signing(Path file) throws KeyLoadException {
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
        return SecretBytes.owning(base64(file, AT_REST_BYTES));
    }

    private static byte[] base64(Path file, int length) throws KeyLoadException {
        byte[] content = GuardedFile.readSecret(file);
        Optional<byte[]> key = StrictBase64.decode(content);
        Arrays.fill(content, (byte) 0);
        if (key.isEmpty() || key.get().length != length) {
            throw new KeyLoadException(Code.KEY_FORMAT, file, length + " bytes as base64 are needed");
        }
        return key.get();
    }

    private static String atRestId(Path file) throws KeyLoadException {
        try (SecretBytes key = atRest(file)) {
            return HexFormat.of().formatHex(DerivedKeys.hmac(DerivedKeys.id(key), new byte[0]), 0, ID_BYTES);
        }
    }

    /** Two keys that name things, each in a line of base64. */
    private static byte[] encoded(SecretKeySpec fingerprint, SecretKeySpec report) {
        byte[] one = fingerprint.getEncoded();
        byte[] other = report.getEncoded();
        byte[] both = Arrays.copyOf(one, 2 * AT_REST_BYTES);
        System.arraycopy(other, 0, both, AT_REST_BYTES, AT_REST_BYTES);
        try {
            return Base64.getEncoder().encode(both);
        } finally {
            Arrays.fill(one, (byte) 0);
            Arrays.fill(other, (byte) 0);
            Arrays.fill(both, (byte) 0);
        }
    }

    private static List<SecretKeySpec> names(Path file) throws KeyLoadException {
        byte[] both = base64(file, 2 * AT_REST_BYTES);
        try {
            return List.of(
                    DerivedKeys.named(both, 0, AT_REST_BYTES), DerivedKeys.named(both, AT_REST_BYTES, AT_REST_BYTES));
        } finally {
            Arrays.fill(both, (byte) 0);
        }
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

    /** The public halves for recipients, named after the key's file. */
    private static void publish(Path keyFile, ECKey key) throws KeyLoadException {
        OwnKeyFile.publish(beside(keyFile, PUBLIC), publicJwk(key).getBytes(StandardCharsets.UTF_8));
        OwnKeyFile.publish(beside(keyFile, CERTIFICATE), SigningCertificate.pem(SigningCertificate.of(key)));
        OwnKeyFile.publish(beside(keyFile, OPENPGP), SigningPgpKey.armored(key));
    }

    private static Path beside(Path keyFile, String ending) {
        return keyFile.resolveSibling(stem(keyFile) + ending);
    }

    /** The file beside a key's whose name has this before the ending. */
    private static Path with(Path keyFile, String infix) {
        return keyFile.resolveSibling(
                stem(keyFile) + infix + name(keyFile).substring(stem(keyFile).length()));
    }

    private static String stem(Path keyFile) {
        String name = name(keyFile);
        return name.endsWith(".jwk") || name.endsWith(".key") ? name.substring(0, name.length() - 4) : name;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static Path directory(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    private static boolean isThere(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static Instant modified(Path file) throws KeyLoadException {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_UNREADABLE, file, "it cannot be looked at");
        }
    }

    private static void date(Path file, Instant at) throws KeyLoadException {
        change(file, () -> Files.setLastModifiedTime(file, FileTime.from(at)));
    }

    private static void delete(Path file) throws KeyLoadException {
        change(file, () -> Files.deleteIfExists(file));
    }

    private static void move(Path from, Path to) throws KeyLoadException {
        change(to, () -> Files.move(from, to, StandardCopyOption.ATOMIC_MOVE));
    }

    private interface Act {
        void act() throws IOException;
    }

    private static void change(Path file, Act act) throws KeyLoadException {
        try {
            act.act();
            DurableFile.forceDirectory(directory(file));
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_NOT_WRITTEN, file, "it cannot be changed; check its directory");
        }
    }

    /** Names the signing key's thumbprint. */
    @Override
    public String toString() {
        return "ServiceKeys[" + signingThumbprint() + "]";
    }
}
