package dev.passcourier.vault;

import com.nimbusds.jose.jwk.ECKey;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A recipient's private key, of any format. */
abstract sealed class RecipientPrivateKey permits JosePrivateKey, OpenPgpPrivateKey, AgeIdentity {

    private final String thumbprint;

    RecipientPrivateKey(String thumbprint) {
        this.thumbprint = thumbprint;
    }

    /** Reads a private JWK, a file that a key ring reads, an OpenPGP private key, or an age identity file. */
    static RecipientPrivateKey load(Path file, @Nullable Passphrase passphrase) throws KeyLoadException {
        byte[] content = GuardedFile.readSecret(file);
        try (KeyFileKind.Content found = KeyFileKind.read(content)) {
            return switch (found.kind()) {
                case OPENPGP_PRIVATE, OPENPGP_PUBLIC -> OpenPgpPrivateKey.load(file, found.bytes(), passphrase);
                case AGE_IDENTITY -> AgeIdentity.load(file, found.bytes());
                default -> JosePrivateKey.load(file, found.bytes(), passphrase);
            };
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** What results that are sealed for it name as {@code sealedFor}. */
    final String thumbprint() {
        return thumbprint;
    }

    /**
     * Opens what is around the signed result, or around the archive of a {@link RecipientKey.Bundle}.
     *
     * @param signer that a format's own signature must be from, or null to believe anybody
     * @return the compact JWS or the archive, which the caller closes
     */
    abstract SecretBytes open(byte[] sealed, @Nullable ECKey signer) throws NotOpenedException;

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + thumbprint + "]";
    }
}
