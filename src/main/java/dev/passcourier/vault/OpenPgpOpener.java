package dev.passcourier.vault;

import com.nimbusds.jose.jwk.ECKey;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPOnePassSignature;
import org.bouncycastle.openpgp.PGPOnePassSignatureList;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;
import org.jspecify.annotations.Nullable;

/** Opens what {@link OpenPgpSeal} sealed, and nothing else: one recipient, one signature, one literal. */
final class OpenPgpOpener {

    private OpenPgpOpener() {}

    /**
     * Opens a message and checks its integrity code and signature.
     *
     * @param keys   private keys by their id
     * @param signer whose signature it must be, or null for anybody's
     * @return the signed result or the archive in the entity, which the caller closes
     */
    static SecretBytes open(byte[] sealed, Map<Long, PGPPrivateKey> keys, @Nullable ECKey signer)
            throws NotOpenedException {
        PGPPublicKeyEncryptedData data = parse(sealed);
        PGPPrivateKey key = keys.get(data.getKeyID());
        if (key == null) {
            throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
        }
        try (SecretBytes message = decrypt(data, key)) {
            return entity(message, signer);
        }
    }

    private static PGPPublicKeyEncryptedData parse(byte[] sealed) throws NotOpenedException {
        try {
            var in = PGPUtil.getDecoderStream(new ByteArrayInputStream(sealed));
            if (new BcPGPObjectFactory(in).nextObject() instanceof PGPEncryptedDataList list
                    && list.size() == 1
                    && list.get(0) instanceof PGPPublicKeyEncryptedData data
                    && data.isIntegrityProtected()) {
                return data;
            }
        } catch (IOException | RuntimeException e) {
            // Falls through to the one answer.
        }
        throw new NotOpenedException(Reason.MALFORMED);
    }

    private static SecretBytes decrypt(PGPPublicKeyEncryptedData data, PGPPrivateKey key) throws NotOpenedException {
        var factory = new BcPublicKeyDataDecryptorFactory(key);
        try (var out = new SecretBuffer(8192)) {
            if (data.getSymmetricAlgorithm(factory) != SymmetricKeyAlgorithmTags.AES_256) {
                throw new NotOpenedException(Reason.ALTERED);
            }
            try (InputStream in = data.getDataStream(factory)) {
                in.transferTo(out);
            }
            if (data.verify()) {
                return out.toSecret();
            }
        } catch (PGPException | IOException | RuntimeException e) {
            // Falls through to the one answer.
        }
        throw new NotOpenedException(Reason.ALTERED);
    }

    private static SecretBytes entity(SecretBytes message, @Nullable ECKey signer) throws NotOpenedException {
        var objects = new BcPGPObjectFactory(message.borrow());
        try (var out = new SecretBuffer(8192)) {
            if (objects.nextObject() instanceof PGPOnePassSignatureList announced
                    && announced.size() == 1
                    && objects.nextObject() instanceof PGPLiteralData literal) {
                literal.getInputStream().transferTo(out);
                try (SecretBytes entity = out.toSecret()) {
                    check(entity, announced.get(0), objects.nextObject(), signer);
                    return ResultMimeEntity.attached(entity.borrow())
                            .orElseThrow(() -> new NotOpenedException(Reason.MALFORMED));
                }
            }
        } catch (PGPException | IOException | RuntimeException e) {
            // Falls through to the one answer.
        }
        throw new NotOpenedException(Reason.MALFORMED);
    }

    private static void check(SecretBytes entity, PGPOnePassSignature announced, Object found, @Nullable ECKey signer)
            throws NotOpenedException, PGPException {
        if (!(found instanceof PGPSignatureList signatures) || signatures.size() != 1) {
            throw new NotOpenedException(Reason.MALFORMED);
        }
        if (signer == null) {
            return;
        }
        PGPPublicKey key = SigningPgpKey.bare(signer);
        if (announced.getKeyID() != key.getKeyID()) {
            throw new NotOpenedException(Reason.NOT_OURS);
        }
        announced.init(new BcPGPContentVerifierBuilderProvider(), key);
        announced.update(entity.borrow());
        if (!announced.verify(signatures.get(0))) {
            throw new NotOpenedException(Reason.NOT_OURS);
        }
    }
}
