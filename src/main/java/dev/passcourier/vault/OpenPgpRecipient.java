package dev.passcourier.vault;

import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.OpenPgpCertificate.EncryptionKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.jspecify.annotations.Nullable;

/** A recipient of OpenPGP: an RSA key from 2048 bits or an elliptic curve key, with a key for encryption. */
final class OpenPgpRecipient extends RecipientKey {

    private static final String NEEDED = "one OpenPGP public key is needed, as gpg --armor --export writes it";

    private final PGPPublicKey key;

    private OpenPgpRecipient(String fingerprint, EncryptionKey key) {
        super(fingerprint, OpenPgpCertificate.algorithm(key.key()), key.expiresAt());
        this.key = key.key();
    }

    /**
     * Reads and judges a key.
     *
     * @param file   one public key, armored or not, as {@code gpg --export} writes it
     * @param pinned the primary key's fingerprint in hex, with spaces or without, or null
     */
    static OpenPgpRecipient read(Path file, byte[] content, @Nullable String pinned, Clock clock)
            throws KeyLoadException {
        var certificate = new OpenPgpCertificate(ringIn(file, content));
        if (certificate.isRevoked()) {
            throw new KeyLoadException(Code.KEY_REVOKED, file, "its owner has revoked it; ask for the new one");
        }
        EncryptionKey key = fitting(file, certificate, clock.instant());
        String fingerprint = fingerprint(certificate.primary());
        demandPinned(file, pinned == null ? null : CmsRecipient.plainHex(pinned), fingerprint);
        return new OpenPgpRecipient(fingerprint, key);
    }

    static String fingerprint(PGPPublicKey key) {
        return HexFormat.of().withUpperCase().formatHex(key.getFingerprint());
    }

    /** Reads the one public key of a file. */
    static PGPPublicKeyRing ring(Path file) throws KeyLoadException {
        byte[] content = GuardedFile.readPublic(file);
        try {
            return ringIn(file, content);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private static PGPPublicKeyRing ringIn(Path file, byte[] content) throws KeyLoadException {
        try (KeyFileKind.Content found = KeyFileKind.read(content)) {
            if (found.kind() != KeyFileKind.OPENPGP_PUBLIC) {
                throw PublicKeyFile.refusal(file, found.kind(), NEEDED);
            }
            return ring(file, found.bytes());
        }
    }

    @Override
    String mediaType() {
        return Sealed.OPENPGP;
    }

    @Override
    byte[] seal(RecipientKey.SignedParcel parcel, SigningIdentity identity) throws PGPException, IOException {
        return OpenPgpSeal.seal(parcel, key, identity);
    }

    @Override
    byte[] seal(RecipientKey.Bundle bundle, SigningIdentity identity) throws PGPException, IOException {
        return OpenPgpSeal.seal(bundle, key, identity);
    }

    PGPPublicKey key() {
        return key;
    }

    private static PGPPublicKeyRing ring(Path file, byte[] content) throws KeyLoadException {
        try {
            var objects = new BcPGPObjectFactory(PGPUtil.getDecoderStream(new ByteArrayInputStream(content)));
            Object first = objects.nextObject();
            if (first instanceof PGPSecretKeyRing) {
                throw PublicKeyFile.refusal(file, KeyFileKind.OPENPGP_PRIVATE, NEEDED);
            }
            if (first instanceof PGPPublicKeyRing ring && !(objects.nextObject() instanceof PGPPublicKeyRing)) {
                return ring;
            }
        } catch (IOException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "it cannot be parsed");
        }
        throw new KeyLoadException(Code.KEY_FORMAT, file, NEEDED);
    }

    private static EncryptionKey fitting(Path file, OpenPgpCertificate certificate, Instant now)
            throws KeyLoadException {
        if (!certificate.isSelfSigned()) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "its owner's signature is missing or wrong");
        }
        List<EncryptionKey> keys = certificate.encryptionKeys();
        if (keys.isEmpty()) {
            throw new KeyLoadException(
                    Code.KEY_NOT_FOR_ENCRYPTION, file, "it has no key for encryption that is not revoked");
        }
        EncryptionKey key = keys.stream()
                .filter(each -> each.isValidAt(now))
                .findFirst()
                .orElseThrow(() -> expired(file, keys.get(0)));
        if (!OpenPgpCertificate.isStrong(key.key()) || !OpenPgpCertificate.isStrong(certificate.primary())) {
            throw new KeyLoadException(Code.KEY_WEAK, file, "use RSA from 2048 bits or an elliptic curve key");
        }
        return key;
    }

    private static KeyLoadException expired(Path file, EncryptionKey key) {
        return new KeyLoadException(
                Code.KEY_EXPIRED,
                file,
                "its key for encryption is valid from "
                        + key.key().getCreationTime().toInstant() + " to " + key.expiresAt()
                        + "; ask for the renewed one");
    }
}
