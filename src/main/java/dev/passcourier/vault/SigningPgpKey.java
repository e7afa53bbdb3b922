package dev.passcourier.vault;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.util.Date;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.ECDSAPublicBCPGKey;
import org.bouncycastle.bcpg.ECSecretBCPGKey;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyConverter;

/**
 * The signing key as an OpenPGP key: the same numbers, so that there is one private key to guard. Its time of making is
 * fixed, as the fingerprint covers it: all nodes with the key have the same fingerprint.
 */
final class SigningPgpKey {

    private static final String USER = "Passcourier";
    private static final Date MADE_AT = Date.from(SigningCertificate.MADE_AT);

    private SigningPgpKey() {}

    /** The public half without user and self-signature, as checking signatures needs it. */
    static PGPPublicKey bare(ECKey key) throws PGPException {
        var curve = ECNamedDomainParameters.lookup(X9ObjectIdentifiers.prime256v1);
        BigInteger x = key.getX().decodeToBigInteger();
        BigInteger y = key.getY().decodeToBigInteger();
        ECPoint point = curve.getCurve().validatePoint(x, y);
        var packet = new PublicKeyPacket(
                PublicKeyPacket.VERSION_4,
                PublicKeyAlgorithmTags.ECDSA,
                MADE_AT,
                new ECDSAPublicBCPGKey(X9ObjectIdentifiers.prime256v1, point));
        return new PGPPublicKey(packet, new BcKeyFingerprintCalculator());
    }

    static PGPPrivateKey privateHalf(ECKey key) throws PGPException {
        PGPPublicKey half = bare(key);
        return new PGPPrivateKey(
                half.getKeyID(),
                half.getPublicKeyPacket(),
                new ECSecretBCPGKey(key.getD().decodeToBigInteger()));
    }

    /** The key that such a public key stands for. */
    static ECKey jwk(Path file, PGPPublicKey key) throws KeyLoadException {
        try {
            var numbers = (ECPublicKey) new JcaPGPKeyConverter().getPublicKey(key);
            return new ECKey.Builder(Curve.P_256, numbers).build();
        } catch (PGPException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_FORMAT, file, "the service signs with a P-256 key; take its *.pub.asc");
        }
    }

    /** The public key for recipients to import, armored. */
    static byte[] armored(ECKey key) {
        try {
            PGPPublicKey bare = bare(key);
            var generator = new PGPSignatureGenerator(new DeterministicEcdsa(key).forOpenPgp(), bare);
            generator.init(PGPSignature.POSITIVE_CERTIFICATION, privateHalf(key));
            var subpackets = new PGPSignatureSubpacketGenerator();
            subpackets.setSignatureCreationTime(MADE_AT);
            subpackets.setKeyFlags(true, KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
            subpackets.setPrimaryUserID(false, true);
            subpackets.setIssuerFingerprint(false, bare);
            generator.setHashedSubpackets(subpackets.generate());
            PGPPublicKey certified =
                    PGPPublicKey.addCertification(bare, USER, generator.generateCertification(USER, bare));
            return armor(certified.getEncoded());
        } catch (PGPException | IOException e) {
            throw new IllegalArgumentException("not a P-256 key");
        }
    }

    /** ASCII armor without comments. */
    static byte[] armor(byte[] packets) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var armor = ArmoredOutputStream.builder().clearHeaders().build(out)) {
            armor.write(packets);
        }
        return out.toByteArray();
    }
}
