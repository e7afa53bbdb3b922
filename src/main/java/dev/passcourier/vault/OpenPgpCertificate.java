package dev.passcourier.vault;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.jspecify.annotations.Nullable;

/**
 * An OpenPGP public key with its subkeys, judged by the signatures that its owner made over them (RFC 9580, section 10.1).
 * Only what such a signature says in its hashed part counts, and only if the signature is right.
 */
final class OpenPgpCertificate {

    private static final int SHORTEST_RSA = 2048;
    private static final int SHORTEST_CURVE = 255;
    private static final int FOR_ENCRYPTION = KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE;
    private static final Set<Integer> CERTIFICATIONS = Set.of(
            PGPSignature.DEFAULT_CERTIFICATION,
            PGPSignature.NO_CERTIFICATION,
            PGPSignature.CASUAL_CERTIFICATION,
            PGPSignature.POSITIVE_CERTIFICATION);

    private final PGPPublicKeyRing ring;
    private final PGPPublicKey primary;

    OpenPgpCertificate(PGPPublicKeyRing ring) {
        this.ring = ring;
        this.primary = ring.getPublicKey();
    }

    /**
     * A key that its owner wants to be encrypted to.
     *
     * @param key       the key
     * @param expiresAt when it or its primary key expires, or null for never
     */
    record EncryptionKey(PGPPublicKey key, @Nullable Instant expiresAt) {

        boolean isValidAt(Instant now) {
            return !key.getCreationTime().toInstant().isAfter(now) && (expiresAt == null || now.isBefore(expiresAt));
        }
    }

    PGPPublicKey primary() {
        return primary;
    }

    /** Whether the owner has revoked all of it. */
    boolean isRevoked() {
        return signatures(primary.getSignaturesOfType(PGPSignature.KEY_REVOCATION))
                .anyMatch(this::isOverPrimary);
    }

    /** Whether the primary key's owner says anything about it at all. */
    boolean isSelfSigned() {
        return selfSignature().isPresent();
    }

    /** The keys for encryption that are not revoked, the newest first; they may be expired or weak. */
    List<EncryptionKey> encryptionKeys() {
        Optional<PGPSignature> self = selfSignature();
        if (self.isEmpty()) {
            return List.of();
        }
        Instant primaryEnd = end(primary, self.get());
        List<EncryptionKey> keys = new ArrayList<>();
        for (PGPPublicKey key : ring) {
            Optional<PGPSignature> about = key.isMasterKey() ? self : binding(key);
            if (about.isPresent() && isForEncryption(key, about.get()) && !isRevoked(key)) {
                keys.add(new EncryptionKey(key, earlier(primaryEnd, end(key, about.get()))));
            }
        }
        keys.sort(Comparator.comparing((EncryptionKey key) -> key.key().getCreationTime())
                .reversed());
        return keys;
    }

    /** Whether a key is of a kind that we encrypt to, and long enough. */
    static boolean isStrong(PGPPublicKey key) {
        return switch (key.getAlgorithm()) {
            case PublicKeyAlgorithmTags.RSA_GENERAL,
                    PublicKeyAlgorithmTags.RSA_ENCRYPT,
                    PublicKeyAlgorithmTags.RSA_SIGN -> key.getBitStrength() >= SHORTEST_RSA;
            case PublicKeyAlgorithmTags.ECDH, PublicKeyAlgorithmTags.ECDSA, PublicKeyAlgorithmTags.EDDSA_LEGACY ->
                key.getBitStrength() >= SHORTEST_CURVE;
            case PublicKeyAlgorithmTags.X25519,
                    PublicKeyAlgorithmTags.X448,
                    PublicKeyAlgorithmTags.Ed25519,
                    PublicKeyAlgorithmTags.Ed448 -> true;
            default -> false;
        };
    }

    /** Kind and size in bits of an encryption key, as {@link RecipientKey#algorithm} has it. */
    static String algorithm(PGPPublicKey key) {
        return switch (key.getAlgorithm()) {
            case PublicKeyAlgorithmTags.RSA_GENERAL, PublicKeyAlgorithmTags.RSA_ENCRYPT ->
                "RSA " + key.getBitStrength();
            case PublicKeyAlgorithmTags.X25519 -> "X25519";
            case PublicKeyAlgorithmTags.X448 -> "X448";
            default -> "EC " + key.getBitStrength();
        };
    }

    private Optional<PGPSignature> selfSignature() {
        List<PGPSignature> found = new ArrayList<>();
        primary.getRawUserIDs().forEachRemaining(user -> signatures(primary.getSignaturesForID(user))
                .filter(signature -> CERTIFICATIONS.contains(signature.getSignatureType()))
                .filter(signature -> isOverUser(signature, user))
                .forEach(found::add));
        signatures(primary.getSignaturesOfType(PGPSignature.DIRECT_KEY))
                .filter(this::isOverPrimary)
                .forEach(found::add);
        return newest(found.stream());
    }

    private Optional<PGPSignature> binding(PGPPublicKey subkey) {
        return newest(signatures(subkey.getSignaturesOfType(PGPSignature.SUBKEY_BINDING))
                .filter(signature -> isOverSubkey(signature, subkey)));
    }

    private boolean isRevoked(PGPPublicKey key) {
        return !key.isMasterKey()
                && signatures(key.getSignaturesOfType(PGPSignature.SUBKEY_REVOCATION))
                        .anyMatch(signature -> isOverSubkey(signature, key));
    }

    private static boolean isForEncryption(PGPPublicKey key, PGPSignature about) {
        PGPSignatureSubpacketVector said = about.getHashedSubPackets();
        return key.isEncryptionKey() && said != null && (said.getKeyFlags() & FOR_ENCRYPTION) != 0;
    }

    private static @Nullable Instant end(PGPPublicKey key, PGPSignature about) {
        PGPSignatureSubpacketVector said = about.getHashedSubPackets();
        long seconds = said == null ? 0 : said.getKeyExpirationTime();
        return seconds == 0 ? null : key.getCreationTime().toInstant().plusSeconds(seconds);
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    private static Optional<PGPSignature> newest(Stream<PGPSignature> signatures) {
        Comparator<PGPSignature> byTime = Comparator.comparing(
                PGPSignature::getCreationTime, Comparator.nullsFirst(Comparator.<Date>naturalOrder()));
        return signatures.max(byTime);
    }

    private static Stream<PGPSignature> signatures(Iterator<PGPSignature> each) {
        List<PGPSignature> all = new ArrayList<>();
        each.forEachRemaining(all::add);
        return all.stream();
    }

    private boolean isOverPrimary(PGPSignature signature) {
        return isRight(signature, () -> signature.verifyCertification(primary));
    }

    private boolean isOverUser(PGPSignature signature, byte[] user) {
        return isRight(signature, () -> signature.verifyCertification(user, primary));
    }

    private boolean isOverSubkey(PGPSignature signature, PGPPublicKey subkey) {
        return isRight(signature, () -> signature.verifyCertification(primary, subkey));
    }

    private boolean isRight(PGPSignature signature, Verification verification) {
        if (signature.getKeyID() != primary.getKeyID()) {
            return false;
        }
        try {
            signature.init(new BcPGPContentVerifierBuilderProvider(), primary);
            return verification.verify();
        } catch (PGPException | RuntimeException e) {
            return false;
        }
    }

    private interface Verification {
        boolean verify() throws PGPException;
    }
}
