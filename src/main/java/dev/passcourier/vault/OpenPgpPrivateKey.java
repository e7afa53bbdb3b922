package dev.passcourier.vault;

import com.nimbusds.jose.jwk.ECKey;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.jspecify.annotations.Nullable;

/** An OpenPGP private key with its subkeys, as {@code gpg --export-secret-keys} writes it. */
final class OpenPgpPrivateKey extends RecipientPrivateKey {

    private final Map<Long, PGPPrivateKey> keys;

    private OpenPgpPrivateKey(String fingerprint, Map<Long, PGPPrivateKey> keys) {
        super(fingerprint);
        this.keys = keys;
    }

    static OpenPgpPrivateKey load(Path file, byte[] content, @Nullable Passphrase passphrase) throws KeyLoadException {
        PGPSecretKeyRing ring = ring(file, content);
        Map<Long, PGPPrivateKey> keys = new HashMap<>();
        for (PGPSecretKey key : ring) {
            if (!key.isPrivateKeyEmpty() && key.getPublicKey().isEncryptionKey()) {
                keys.put(key.getKeyID(), unlocked(file, key, passphrase));
            }
        }
        if (keys.isEmpty()) {
            throw new KeyLoadException(Code.KEY_FORMAT, file, "it has no private key for decryption");
        }
        return new OpenPgpPrivateKey(OpenPgpRecipient.fingerprint(ring.getPublicKey()), keys);
    }

    @Override
    SecretBytes open(byte[] sealed, @Nullable ECKey signer) throws NotOpenedException {
        if (ContainerFormat.of(sealed) != ContainerFormat.OPENPGP) {
            throw new NotOpenedException(
                    ContainerFormat.of(sealed) == ContainerFormat.JOSE ? Reason.MALFORMED : Reason.NOT_FOR_THIS_KEY);
        }
        return OpenPgpOpener.open(sealed, keys, signer);
    }

    private static PGPSecretKeyRing ring(Path file, byte[] content) throws KeyLoadException {
        try {
            var in = PGPUtil.getDecoderStream(new ByteArrayInputStream(content));
            if (new BcPGPObjectFactory(in).nextObject() instanceof PGPSecretKeyRing ring) {
                return ring;
            }
        } catch (IOException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "it cannot be parsed");
        }
        throw new KeyLoadException(
                Code.KEY_FORMAT, file, "an OpenPGP private key is needed, as gpg --export-secret-keys writes it");
    }

    private static PGPPrivateKey unlocked(Path file, PGPSecretKey key, @Nullable Passphrase passphrase)
            throws KeyLoadException {
        boolean isLocked = key.getKeyEncryptionAlgorithm() != SymmetricKeyAlgorithmTags.NULL;
        char[] phrase = isLocked ? PrivateKeyFile.phrase(file, passphrase) : new char[0];
        try {
            var decryptor = new BcPBESecretKeyDecryptorBuilder(new BcPGPDigestCalculatorProvider()).build(phrase);
            return key.extractPrivateKey(decryptor);
        } catch (PGPException | RuntimeException e) {
            throw new KeyLoadException(
                    Code.PASSPHRASE_WRONG, file, "the passphrase does not open it, or it is damaged");
        } finally {
            Arrays.fill(phrase, '\0');
        }
    }
}
