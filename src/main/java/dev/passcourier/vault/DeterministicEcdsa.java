package dev.passcourier.vault;

import com.nimbusds.jose.jwk.ECKey;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.operator.PGPContentSigner;
import org.bouncycastle.openpgp.operator.PGPContentSignerBuilder;
import org.bouncycastle.operator.ContentSigner;

/**
 * Signs with ECDSA on P-256 and SHA-256 without randomness (RFC 6979): the same key makes the same certificate on every
 * node. Passes bytes to a digest and keeps no copy of them.
 */
final class DeterministicEcdsa {

    private final ECPrivateKeyParameters key;

    DeterministicEcdsa(ECKey key) {
        var curve = ECNamedDomainParameters.lookup(X9ObjectIdentifiers.prime256v1);
        this.key = new ECPrivateKeyParameters(key.getD().decodeToBigInteger(), curve);
    }

    /** For certificates and CMS. */
    ContentSigner forCms() {
        return new CmsSigner();
    }

    /** For OpenPGP; the private key that it is asked to sign with is ours in any case. */
    PGPContentSignerBuilder forOpenPgp() {
        return PgpSigner::new;
    }

    /** Signs a SHA-256 digest. The signature is in DER. */
    byte[] sign(byte[] digest) {
        var signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, key);
        BigInteger[] parts = signer.generateSignature(digest);
        try {
            return StandardDSAEncoding.INSTANCE.encode(key.getParameters().getN(), parts[0], parts[1]);
        } catch (IOException e) {
            throw new IllegalStateException("SIGNATURE_ENCODING");
        }
    }

    @Override
    public String toString() {
        return "DeterministicEcdsa";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256 in this Java runtime");
        }
    }

    private static final class DigestStream extends OutputStream {

        private final MessageDigest digest = sha256();

        @Override
        public void write(int value) {
            digest.update((byte) value);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            digest.update(bytes, offset, count);
        }

        byte[] digest() {
            return digest.digest();
        }
    }

    private final class CmsSigner implements ContentSigner {

        private final DigestStream stream = new DigestStream();

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        }

        @Override
        public OutputStream getOutputStream() {
            return stream;
        }

        @Override
        public byte[] getSignature() {
            return sign(stream.digest());
        }
    }

    /** OpenPGP asks for the digest too, to show its first two bytes. */
    private final class PgpSigner implements PGPContentSigner {

        private final DigestStream stream = new DigestStream();
        private final int type;
        private final long keyId;
        private byte[] digest = new byte[0];

        PgpSigner(int type, PGPPrivateKey key) {
            this.type = type;
            this.keyId = key.getKeyID();
        }

        @Override
        public OutputStream getOutputStream() {
            return stream;
        }

        @Override
        public byte[] getSignature() {
            return sign(getDigest());
        }

        @Override
        public byte[] getDigest() {
            if (digest.length == 0) {
                digest = stream.digest();
            }
            return digest;
        }

        @Override
        public int getType() {
            return type;
        }

        @Override
        public int getHashAlgorithm() {
            return HashAlgorithmTags.SHA256;
        }

        @Override
        public int getKeyAlgorithm() {
            return PublicKeyAlgorithmTags.ECDSA;
        }

        @Override
        public long getKeyID() {
            return keyId;
        }
    }
}
